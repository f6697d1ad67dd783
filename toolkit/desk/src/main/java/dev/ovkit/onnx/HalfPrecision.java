package dev.ovkit.onnx;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.TensorProto.DataType;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import dev.ovkit.runtime.Shape;
import java.util.List;

/** Makes a model that computes in f16 compute in f32; its numbers are all there in f32. */
final class HalfPrecision {

  /** Whether a picture goes in as f16, or an output comes out as f16. */
  static boolean isAtTheEdge(OnnxModel model) {
    Graph graph = model.graph();
    return graph.inputs().stream().anyMatch(name -> isHalf(graph, name))
        || graph.outputs().stream().anyMatch(name -> isHalf(graph, name));
  }

  private static boolean isHalf(Graph graph, String tensor) {
    return graph.type(tensor).element() == DataType.FLOAT16_VALUE;
  }

  static OnnxModel toFloat(OnnxModel model) {
    return model.withProto(HalfPrecision::toFloat);
  }

  private static ModelProto toFloat(ModelProto model) {
    return model.toBuilder().setGraph(toFloat(model.getGraph())).build();
  }

  private static GraphProto toFloat(GraphProto graph) {
    GraphProto.Builder made = graph.toBuilder();
    made.getInputBuilderList().forEach(HalfPrecision::declare);
    made.getOutputBuilderList().forEach(HalfPrecision::declare);
    made.getValueInfoBuilderList().forEach(HalfPrecision::declare);
    for (int i = 0; i < graph.getInitializerCount(); i++) {
      made.setInitializer(i, toFloat(graph.getInitializer(i)));
    }
    for (int i = 0; i < graph.getNodeCount(); i++) {
      made.setNode(i, toFloat(graph.getNode(i)));
    }
    return made.build();
  }

  private static void declare(ValueInfoProto.Builder info) {
    if (info.getType().hasTensorType()
        && info.getType().getTensorType().getElemType() == DataType.FLOAT16_VALUE) {
      info.getTypeBuilder().getTensorTypeBuilder().setElemType(DataType.FLOAT_VALUE);
    }
  }

  private static NodeProto toFloat(NodeProto node) {
    NodeProto.Builder made = node.toBuilder();
    for (AttributeProto.Builder attribute : made.getAttributeBuilderList()) {
      if (attribute.hasT()) {
        attribute.setT(toFloat(attribute.getT()));
      }
      if (attribute.hasG()) {
        attribute.setG(toFloat(attribute.getG()));
      }
      boolean type =
          List.of("to", "dtype").contains(attribute.getName())
              && attribute.getI() == DataType.FLOAT16_VALUE;
      if (type) {
        attribute.setI(DataType.FLOAT_VALUE);
      }
    }
    return made.build();
  }

  private static TensorProto toFloat(TensorProto tensor) {
    double[] numbers =
        tensor.getDataType() == DataType.FLOAT16_VALUE ? Tensors.doubles(tensor) : null;
    if (numbers == null) {
      return tensor;
    }
    float[] floats = new float[numbers.length];
    for (int i = 0; i < floats.length; i++) {
      floats[i] = (float) numbers[i];
    }
    return Tensors.of(tensor.getName(), new Shape(tensor.getDimsList()), floats);
  }

  private HalfPrecision() {}
}
