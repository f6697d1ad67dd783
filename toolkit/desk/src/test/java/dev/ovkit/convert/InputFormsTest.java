package dev.ovkit.convert;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.TensorShapeProto;
import ai.onnx.proto.OnnxMl.TypeProto;
import dev.ovkit.TestModels;
import dev.ovkit.ir.WeightPrecision;
import dev.ovkit.model.Detection;
import dev.ovkit.onnx.Nodes;
import dev.ovkit.onnx.Nodes.Attr;
import dev.ovkit.onnx.Tensors;
import dev.ovkit.runtime.Shape;
import dev.ovkit.vision.Detector;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The demo detector with another kind of input finds the same objects, without a flag: what its
 * graph does to the picture is not done again.
 */
@Tag("integration")
class InputFormsTest {

  private static final String INPUT = "read";

  @TempDir private Path temp;

  @Test
  void bytesAsInput() throws IOException {
    findsTheSame(
        graph -> {
          step(graph, "Cast", List.of(), Attr.of("to", (long) TensorProto.DataType.FLOAT_VALUE));
          input(graph).setElemType(TensorProto.DataType.UINT8_VALUE);
        });
  }

  @Test
  void halfPrecisionAsInput() throws IOException {
    findsTheSame(
        graph -> {
          step(graph, "Cast", List.of(), Attr.of("to", (long) TensorProto.DataType.FLOAT_VALUE));
          input(graph).setElemType(TensorProto.DataType.FLOAT16_VALUE);
        });
  }

  @Test
  void channelsLastAsInput() throws IOException {
    findsTheSame(
        graph -> {
          step(graph, "Transpose", List.of(), Attr.of("perm", 0, 3, 1, 2));
          TensorShapeProto.Builder shape = input(graph).getShapeBuilder();
          TensorShapeProto.Dimension channels = shape.getDim(1);
          shape.removeDim(1).addDim(channels);
        });
  }

  @Test
  void aDivisionInTheGraphIsNotDoneAgain() throws IOException {
    findsTheSame(
        graph -> {
          graph.addInitializer(Tensors.of("by", Shape.of(1), 255));
          step(graph, "Div", List.of("by"));
        });
  }

  @Test
  void channelsThatTheGraphReversesAreNotReversedAgain() throws IOException {
    findsTheSame(
        graph -> {
          graph.addInitializer(Tensors.ofLongs("order", 2, 1, 0));
          step(graph, "Gather", List.of("order"), Attr.of("axis", 1));
        });
  }

  /** Puts a step between the input and the network. */
  private static void step(
      GraphProto.Builder graph, String op, List<String> constants, Attr... attributes) {
    String network = graph.getInput(0).getName();
    graph.getInputBuilder(0).setName(INPUT);
    List<String> inputs = new ArrayList<>(List.of(INPUT));
    inputs.addAll(constants);
    graph.addNode(0, Nodes.of(op, op, inputs, List.of(network), attributes).proto());
  }

  private static TypeProto.Tensor.Builder input(GraphProto.Builder graph) {
    return graph.getInputBuilder(0).getTypeBuilder().getTensorTypeBuilder();
  }

  private List<Detection> found(Consumer<GraphProto.Builder> change) throws IOException {
    ModelProto.Builder model =
        ModelProto.parseFrom(Files.readAllBytes(TestModels.demo())).toBuilder();
    change.accept(model.getGraphBuilder());
    Path onnx = Files.write(temp.resolve("model.onnx"), model.build().toByteArray());
    Path ir =
        Converter.convert(ConvertOptions.of(onnx).into(temp.resolve("ir"), WeightPrecision.FP32))
            .xml();
    try (Detector detector = Detector.open(ir)) {
      return detector.detect(TestModels.demoPicture(0)).objects();
    }
  }

  private void findsTheSame(Consumer<GraphProto.Builder> change) throws IOException {
    List<Detection> expected = found(graph -> {});
    List<Detection> changed = found(change);
    assertThat(expected).hasSize(30);
    assertThat(changed).hasSameSizeAs(expected);
    for (int i = 0; i < changed.size(); i++) {
      assertThat(changed.get(i).label()).isEqualTo(expected.get(i).label());
      assertThat(changed.get(i).score()).isCloseTo(expected.get(i).score(), within(0.001f));
      assertThat(changed.get(i).box().iou(expected.get(i).box())).isGreaterThan(0.999);
    }
  }
}
