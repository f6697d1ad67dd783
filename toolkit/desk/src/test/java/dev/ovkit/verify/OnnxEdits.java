package dev.ovkit.verify;

import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import com.google.protobuf.ByteString;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Random;

/** Copies of an ONNX with something else in them. */
final class OnnxEdits {

  /**
   * The same graph with two tensors, and the nodes that give them, called by each other's names.
   */
  static Path exchanged(Path onnx, Path copy, String a, String b, String nodeA, String nodeB)
      throws IOException {
    Map<String, String> names = Map.of(a, b, b, a);
    Map<String, String> nodes = Map.of(nodeA, nodeB, nodeB, nodeA);
    ModelProto.Builder model = ModelProto.parseFrom(Files.readAllBytes(onnx)).toBuilder();
    GraphProto.Builder graph = model.getGraphBuilder().clearValueInfo();
    for (NodeProto.Builder node : graph.getNodeBuilderList()) {
      node.setName(nodes.getOrDefault(node.getName(), node.getName()));
      for (int i = 0; i < node.getInputCount(); i++) {
        node.setInput(i, names.getOrDefault(node.getInput(i), node.getInput(i)));
      }
      for (int i = 0; i < node.getOutputCount(); i++) {
        node.setOutput(i, names.getOrDefault(node.getOutput(i), node.getOutput(i)));
      }
    }
    return Files.write(copy, model.build().toByteArray());
  }

  /** The same graph after some more training, so to speak: every kernel a few percent off. */
  static Path trainedOn(Path onnx, Path copy) throws IOException {
    Random random = new Random(7);
    ModelProto.Builder model = ModelProto.parseFrom(Files.readAllBytes(onnx)).toBuilder();
    for (TensorProto.Builder tensor : model.getGraphBuilder().getInitializerBuilderList()) {
      if (tensor.getDataType() == TensorProto.DataType.FLOAT_VALUE
          && tensor.getDimsCount() == 4
          && !tensor.getRawData().isEmpty()) {
        ByteBuffer bytes =
            ByteBuffer.wrap(tensor.getRawData().toByteArray()).order(ByteOrder.LITTLE_ENDIAN);
        FloatBuffer values = bytes.asFloatBuffer();
        for (int i = 0; i < values.capacity(); i++) {
          values.put(i, (float) (values.get(i) * (1 + 0.05 * random.nextGaussian())));
        }
        tensor.setRawData(ByteString.copyFrom(bytes));
      }
    }
    return Files.write(copy, model.build().toByteArray());
  }

  private OnnxEdits() {}
}
