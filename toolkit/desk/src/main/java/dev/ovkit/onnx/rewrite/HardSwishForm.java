package dev.ovkit.onnx.rewrite;

import ai.onnx.proto.OnnxMl.TensorProto.DataType;
import dev.ovkit.onnx.Graph;
import dev.ovkit.onnx.Node;
import dev.ovkit.onnx.Nodes;
import dev.ovkit.onnx.Nodes.Attr;
import dev.ovkit.onnx.TensorType;
import dev.ovkit.onnx.Tensors;
import dev.ovkit.runtime.Shape;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Writes x * HardSigmoid(x) as x * clip(x + 3, 0, 6) / 6, the older exporters' form: OpenVINO fuses
 * only that one into the convolution before it.
 */
final class HardSwishForm implements Rewrite {

  /** Clip takes its bounds as inputs from this opset on. */
  private static final int CLIP_BY_INPUTS = 11;

  @Override
  public String title() {
    return "H-swish written as OpenVINO fuses it";
  }

  @Override
  public int apply(Graph graph) {
    int times = 0;
    for (Node gate : List.copyOf(graph.nodes())) {
      Node product = product(graph, gate);
      if (product != null) {
        rewrite(graph, gate, product);
        times++;
      }
    }
    return times;
  }

  private static @Nullable Node product(Graph graph, Node gate) {
    if (!gate.is("HardSigmoid")
        || Math.abs(gate.real("alpha", 0.2f) - 1 / 6.0) > 1e-6
        || gate.real("beta", 0.5f) != 0.5f
        || graph.type(gate.input(0)).element() != DataType.FLOAT_VALUE) {
      return null;
    }
    Node product = graph.onlyConsumer(gate.output());
    List<String> both = List.of(gate.input(0), gate.output());
    return product != null && product.is("Mul") && product.inputs().containsAll(both)
        ? product
        : null;
  }

  private static void rewrite(Graph graph, Node gate, Node product) {
    String x = gate.input(0);
    TensorType type = graph.type(x);
    String base = gate.output();
    String shifted = graph.fresh(base + "_add", type);
    String clipped = graph.fresh(base + "_clip", type);
    String gated = graph.fresh(base + "_mul", type);
    String name = gate.title();
    Node add =
        Nodes.of("Add", name + "_add", List.of(x, scalar(graph, "three", 3)), List.of(shifted));
    Node clip =
        graph.opset() >= CLIP_BY_INPUTS
            ? Nodes.of(
                "Clip",
                name + "_clip",
                List.of(shifted, scalar(graph, "zero", 0), scalar(graph, "six", 6)),
                List.of(clipped))
            : Nodes.of(
                "Clip",
                name + "_clip",
                List.of(shifted),
                List.of(clipped),
                Attr.of("min", 0f),
                Attr.of("max", 6f));
    Node mul = Nodes.of("Mul", product.name(), List.of(x, clipped), List.of(gated));
    Node div =
        Nodes.of(
            "Div",
            name + "_div",
            List.of(gated, scalar(graph, "six", 6)),
            List.of(product.output()));
    graph.replace(product, add, clip, mul, div);
    graph.remove(List.of(gate));
  }

  private static String scalar(Graph graph, String name, float value) {
    return graph.add(Tensors.of("hswish_" + name, Shape.of(), value));
  }
}
