package dev.ovkit.onnx;

import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.TypeProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import dev.ovkit.runtime.Shape;
import org.jspecify.annotations.Nullable;

/** Makes ONNX's descriptions of inputs and outputs. */
final class ValueInfo {

  /**
   * Describes a tensor.
   *
   * @param element its type, by ONNX's number
   */
  static ValueInfoProto of(String tensor, int element, @Nullable Shape shape) {
    TypeProto.Tensor.Builder type = TypeProto.Tensor.newBuilder().setElemType(element);
    if (shape != null) {
      type.setShape(Graph.toProto(shape));
    }
    return ValueInfoProto.newBuilder()
        .setName(tensor)
        .setType(TypeProto.newBuilder().setTensorType(type))
        .build();
  }

  /** Describes a tensor of f32. */
  static ValueInfoProto floats(String tensor, Shape shape) {
    return of(tensor, TensorProto.DataType.FLOAT_VALUE, shape);
  }

  private ValueInfo() {}
}
