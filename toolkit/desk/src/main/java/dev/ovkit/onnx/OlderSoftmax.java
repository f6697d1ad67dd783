package dev.ovkit.onnx;

import dev.ovkit.onnx.Nodes.Attr;
import dev.ovkit.runtime.Shape;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

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
      if (OPERATORS.contains(node.op()) && isAmbiguous(graph, node)) {
        flatten(graph, node);
        changed = true;
      }
    }
    return changed ? model.with(graph) : model;
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
    String name = node.title();
    int element = graph.type(x).element();
    String rows = graph.fresh(node.output() + "_rows", new TensorType(element, null));
    String shares = graph.fresh(node.output() + "_shares", new TensorType(element, null));
    List<Node> made = new ArrayList<>();
    made.add(
        Nodes.of(
            "Flatten",
            name + "_rows",
            List.of(x),
            List.of(rows),
            Attr.of("axis", node.integer("axis", DEFAULT_AXIS))));
    made.add(Nodes.of(node.op(), name, List.of(rows), List.of(shares), Attr.of("axis", 1L)));
    Shape shape = graph.staticShape(x);
    String target;
    if (shape != null) {
      target = graph.add(Tensors.ofLongs(node.output() + "_shape", shape.toArray()));
    } else {
      target = graph.fresh(node.output() + "_shape", TensorType.UNKNOWN);
      made.add(Nodes.of("Shape", name + "_shape", List.of(x), List.of(target)));
    }
    made.add(Nodes.of("Reshape", name + "_back", List.of(shares, target), List.of(node.output())));
    graph.replace(node, made.toArray(Node[]::new));
  }
}
