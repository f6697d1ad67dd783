package dev.ovkit.onnx.rewrite;

import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.TensorProto.DataType;
import dev.ovkit.onnx.Graph;
import dev.ovkit.onnx.Node;
import dev.ovkit.onnx.Tensors;
import dev.ovkit.onnx.Value;
import java.util.List;

/**
 * Replaces the arithmetic on shapes, which exporters leave in a graph that was not simplified, by
 * the integers that it always gives for this input size. Later rewrites then see who really reads a
 * tensor.
 */
final class FoldShapes implements Rewrite {

  @Override
  public String title() {
    return "shape arithmetic computed";
  }

  @Override
  public int apply(Graph graph) {
    int times = 0;
    for (Node node : List.copyOf(graph.nodes())) {
      String output = node.output();
      Value value = graph.value(output);
      if (!node.is("Constant")
          && node.outputs().size() == 1
          && value != null
          && value.isWhole()
          && graph.type(output).element() == DataType.INT64_VALUE
          && !graph.isOutput(output)) {
        graph.remove(List.of(node));
        graph.define(tensor(output, value));
        times++;
      }
    }
    return times;
  }

  private static TensorProto tensor(String name, Value value) {
    return Tensors.ofLongs(name, value.longs()).toBuilder()
        .clearDims()
        .addAllDims(value.shape().dimensions())
        .build();
  }
}
