package dev.ovkit.onnx;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import dev.ovkit.onnx.Nodes.Attr;
import dev.ovkit.runtime.Shape;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Softmax and its kin before opset 13, where ONNX takes an axis and all behind it for one. OpenVINO
 * 2026.4 computes each place behind the axis for itself, so they are written in a form that both
 * read alike.
 */
public final class OlderSoftmax {

  private static final Set<String> OPERATORS = Set.of("Softmax", "LogSoftmax", "Hardmax");

  /** From this opset on an axis is an axis. */
  private static final int ONE_AXIS = 13;

  private static final int DEFAULT_AXIS = 1;

  private OlderSoftmax() {}

  /** Flattens what is taken for one; a model of which both read the same stays as it is. */
  public static OnnxModel flattened(OnnxModel model) {
    if (model.opset() >= ONE_AXIS) {
      return model;
    }
    Graph graph = model.graph();
    boolean changed = false;
    for (Node node : List.copyOf(graph.nodes())) {
      Node inside = withFlatBodies(node, graph);
      if (inside != node) {
        graph.replace(node, inside);
        changed = true;
      } else if (OPERATORS.contains(node.op()) && isAmbiguous(graph, node)) {
        flatten(graph, node);
        changed = true;
      }
    }
    return changed ? model.with(graph) : model;
  }

  /** The same of the branches and loop bodies of a node, whose shapes are not known. */
  private static Node withFlatBodies(Node node, Graph names) {
    NodeProto.Builder changed = node.proto().toBuilder();
    for (AttributeProto.Builder attribute : changed.getAttributeBuilderList()) {
      if (attribute.hasG()) {
        attribute.setG(flattened(attribute.getG(), names));
      }
      for (int i = 0; i < attribute.getGraphsCount(); i++) {
        attribute.setGraphs(i, flattened(attribute.getGraphs(i), names));
      }
    }
    NodeProto proto = changed.build();
    return proto.equals(node.proto()) ? node : new Node(proto);
  }

  private static GraphProto flattened(GraphProto body, Graph names) {
    GraphProto.Builder changed = body.toBuilder().clearNode();
    for (NodeProto proto : body.getNodeList()) {
      Node node = withFlatBodies(new Node(proto), names);
      if (OPERATORS.contains(node.op()) && node.integer("axis", DEFAULT_AXIS) != -1) {
        flat(node, null, TensorType.UNKNOWN, names).forEach(one -> changed.addNode(one.proto()));
      } else {
        changed.addNode(node.proto());
      }
    }
    return changed.build();
  }

  /** Whether anything lies behind the axis. */
  private static boolean isAmbiguous(Graph graph, Node node) {
    long axis = node.integer("axis", DEFAULT_AXIS);
    Shape shape = graph.shape(node.input(0));
    if (shape == null) {
      return axis != -1;
    }
    for (long i = (axis < 0 ? axis + shape.rank() : axis) + 1; i < shape.rank(); i++) {
      if (shape.dimension((int) i) != 1) {
        return true;
      }
    }
    return false;
  }

  private static void flatten(Graph graph, Node node) {
    String x = node.input(0);
    TensorType type = new TensorType(graph.type(x).element(), null);
    graph.replace(node, flat(node, graph.staticShape(x), type, graph).toArray(Node[]::new));
  }

  /**
   * What computes the same in two dimensions.
   *
   * @param shape of its input; null where that is asked for as the graph runs
   * @param names gets the tensors between
   */
  private static List<Node> flat(Node node, @Nullable Shape shape, TensorType type, Graph names) {
    String x = node.input(0);
    String name = node.title();
    String rows = names.fresh(node.output() + "_rows", type);
    String shares = names.fresh(node.output() + "_shares", type);
    List<Node> made = new ArrayList<>();
    made.add(
        Nodes.of(
            "Flatten",
            name + "_rows",
            List.of(x),
            List.of(rows),
            Attr.of("axis", node.integer("axis", DEFAULT_AXIS))));
    made.add(Nodes.of(node.op(), name, List.of(rows), List.of(shares), Attr.of("axis", 1L)));
    String target;
    if (shape != null) {
      target = names.add(Tensors.ofLongs(node.output() + "_shape", shape.toArray()));
    } else {
      target = names.fresh(node.output() + "_shape", TensorType.UNKNOWN);
      made.add(Nodes.of("Shape", name + "_shape", List.of(x), List.of(target)));
    }
    made.add(Nodes.of("Reshape", name + "_back", List.of(shares, target), List.of(node.output())));
    return made;
  }
}
