package dev.ovkit.convert;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.TensorShapeProto;
import ai.onnx.proto.OnnxMl.TypeProto;
import dev.ovkit.ModelException;
import dev.ovkit.TestModels;
import dev.ovkit.family.ModelDescription;
import dev.ovkit.ir.WeightPrecision;
import dev.ovkit.model.Colour;
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
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The demo detector with another kind of input finds the same objects, without a flag: what its
 * graph does to the picture is not done again.
 */
@Tag("integration")
class InputFormsTest {

  private static final String INPUT = "/read";

  @TempDir private Path temp;

  @Test
  void bytesAsInput() throws IOException {
    findsTheSame(
        graph -> {
          divided(graph);
          step(graph, "Cast", List.of(), Attr.of("to", (long) TensorProto.DataType.FLOAT_VALUE));
          input(graph).setElemType(TensorProto.DataType.UINT8_VALUE);
        });
  }

  private static void divided(GraphProto.Builder graph) {
    graph.addInitializer(Tensors.of("by", Shape.of(1), 255));
    step(graph, "Div", List.of("by"));
  }

  /** Bytes cannot be 0..1: a network behind them wants 0..255, whatever its family does. */
  @ParameterizedTest
  @ValueSource(ints = {TensorProto.DataType.UINT8_VALUE, TensorProto.DataType.INT64_VALUE})
  void bytesThatTheGraphDoesNotScaleAreNotScaled(int type) throws IOException {
    ModelProto.Builder model =
        ModelProto.parseFrom(Files.readAllBytes(TestModels.demo())).toBuilder();
    step(
        model.getGraphBuilder(),
        "Cast",
        List.of(),
        Attr.of("to", (long) TensorProto.DataType.FLOAT_VALUE));
    input(model.getGraphBuilder()).setElemType(type);
    Path onnx = Files.write(temp.resolve("bytes.onnx"), model.build().toByteArray());
    Conversion made =
        Converter.convert(ConvertOptions.of(onnx).into(temp.resolve("ir"), WeightPrecision.FP32));
    assertThat(made.decisions())
        .filteredOn(decision -> decision.kind() == Decision.Kind.SCALE)
        .singleElement()
        .satisfies(
            decision -> {
              assertThat(decision.value()).isEqualTo("none");
              assertThat(decision.why()).contains("its input holds whole numbers");
            });
  }

  @ParameterizedTest
  @ValueSource(
      ints = {
        TensorProto.DataType.FLOAT16_VALUE,
        TensorProto.DataType.BFLOAT16_VALUE,
        TensorProto.DataType.DOUBLE_VALUE
      })
  void anotherTypeOfRealNumbersAsInput(int type) throws IOException {
    findsTheSame(
        graph -> {
          step(graph, "Cast", List.of(), Attr.of("to", (long) TensorProto.DataType.FLOAT_VALUE));
          input(graph).setElemType(type);
        });
  }

  @ParameterizedTest
  @ValueSource(ints = {TensorProto.DataType.INT32_VALUE, TensorProto.DataType.UINT16_VALUE})
  void anotherTypeOfWholeNumbersAsInput(int type) throws IOException {
    findsTheSame(
        graph -> {
          divided(graph);
          step(graph, "Cast", List.of(), Attr.of("to", (long) TensorProto.DataType.FLOAT_VALUE));
          input(graph).setElemType(type);
        });
  }

  /** f64 throughout, from the picture to the boxes. */
  @Test
  void doublesThroughout() throws IOException {
    findsTheSame(
        graph -> {
          step(graph, "Cast", List.of(), Attr.of("to", (long) TensorProto.DataType.FLOAT_VALUE));
          input(graph).setElemType(TensorProto.DataType.DOUBLE_VALUE);
          String output = graph.getOutput(0).getName();
          graph.addNode(
              Nodes.of(
                      "Cast",
                      "double",
                      List.of(output),
                      List.of("doubles"),
                      Attr.of("to", (long) TensorProto.DataType.DOUBLE_VALUE))
                  .proto());
          graph.getOutputBuilder(0).setName("doubles");
          graph
              .getOutputBuilder(0)
              .getTypeBuilder()
              .getTensorTypeBuilder()
              .setElemType(TensorProto.DataType.DOUBLE_VALUE);
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
    findsTheSame(InputFormsTest::divided);
  }

  @Test
  void channelsThatTheGraphReversesAreNotReversedAgain() throws IOException {
    findsTheSame(
        graph -> {
          graph.addInitializer(Tensors.ofLongs("order", 2, 1, 0));
          step(graph, "Gather", List.of("order"), Attr.of("axis", 1));
        });
  }

  /** A factor that fits neither bytes nor shares: the caller says what goes in. */
  @Test
  void whatTheGraphDoesNotShowTheCallerSays() throws IOException {
    Consumer<GraphProto.Builder> fifth =
        graph -> {
          graph.addInitializer(Tensors.of("by", Shape.of(1), 0.2f));
          step(graph, "Mul", List.of("by"));
        };
    Optional<List<Float>> rest = Optional.of(List.of(51f));
    for (UnaryOperator<ConvertOptions.Builder> tooLittle :
        List.<UnaryOperator<ConvertOptions.Builder>>of(
            options -> options,
            options -> options.scale(rest),
            options -> options.scale(rest).reverseChannels(Optional.of(false)))) {
      assertThatThrownBy(() -> found(fifth, tooLittle))
          .isInstanceOf(ModelException.class)
          .hasMessageContaining("--scale 255 for 0..1, and --model-colour BGR or RGB");
    }
    ModelDescription rgb = ModelDescription.NONE.trainedOn(Colour.RGB);
    assertSame(found(fifth, options -> options.scale(rest).description(rgb)), found(graph -> {}));
  }

  /** Puts a step between the input and the network. */
  private static void step(
      GraphProto.Builder graph, String op, List<String> constants, Attr... attributes) {
    String network = graph.getInput(0).getName();
    String read = network + INPUT;
    graph.getInputBuilder(0).setName(read);
    List<String> inputs = new ArrayList<>(List.of(read));
    inputs.addAll(constants);
    graph.addNode(0, Nodes.of(op, op, inputs, List.of(network), attributes).proto());
  }

  private static TypeProto.Tensor.Builder input(GraphProto.Builder graph) {
    return graph.getInputBuilder(0).getTypeBuilder().getTensorTypeBuilder();
  }

  private List<Detection> found(Consumer<GraphProto.Builder> change) throws IOException {
    return found(change, options -> options);
  }

  private List<Detection> found(
      Consumer<GraphProto.Builder> change, UnaryOperator<ConvertOptions.Builder> said)
      throws IOException {
    ModelProto.Builder model =
        ModelProto.parseFrom(Files.readAllBytes(TestModels.demo())).toBuilder();
    change.accept(model.getGraphBuilder());
    Path onnx = Files.write(temp.resolve("model.onnx"), model.build().toByteArray());
    Path ir =
        Converter.convert(
                said.apply(
                        ConvertOptions.of(onnx)
                            .into(temp.resolve("ir"), WeightPrecision.FP32)
                            .toBuilder())
                    .build())
            .xml();
    try (Detector detector = Detector.open(ir)) {
      return detector.detect(TestModels.demoPicture(0)).objects();
    }
  }

  private void findsTheSame(Consumer<GraphProto.Builder> change) throws IOException {
    assertSame(found(change), found(graph -> {}));
  }

  private static void assertSame(List<Detection> changed, List<Detection> expected) {
    assertThat(expected).hasSize(30);
    assertThat(changed).hasSameSizeAs(expected);
    for (int i = 0; i < changed.size(); i++) {
      assertThat(changed.get(i).label()).isEqualTo(expected.get(i).label());
      assertThat(changed.get(i).score()).isCloseTo(expected.get(i).score(), within(0.001f));
      assertThat(changed.get(i).box().iou(expected.get(i).box())).isGreaterThan(0.999);
    }
  }
}
