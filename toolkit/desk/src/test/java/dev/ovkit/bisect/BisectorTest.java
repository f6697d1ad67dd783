package dev.ovkit.bisect;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtSession;
import dev.ovkit.CompileOptions;
import dev.ovkit.ModelException;
import dev.ovkit.OutputException;
import dev.ovkit.Shared;
import dev.ovkit.TestModels;
import dev.ovkit.convert.ConvertOptions;
import dev.ovkit.convert.Converter;
import dev.ovkit.convert.Outputs;
import dev.ovkit.ir.WeightPrecision;
import dev.ovkit.model.Colour;
import dev.ovkit.onnx.Nodes;
import dev.ovkit.onnx.Sketch;
import dev.ovkit.quantize.QuantizeListener;
import dev.ovkit.quantize.QuantizeOptions;
import dev.ovkit.quantize.Quantizer;
import dev.ovkit.runtime.CompiledModel;
import dev.ovkit.runtime.Core;
import dev.ovkit.runtime.InferRequest;
import dev.ovkit.runtime.Model;
import dev.ovkit.runtime.Port;
import dev.ovkit.subject.PictureSource;
import dev.ovkit.verify.VerifyOptions;
import java.io.IOException;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Every planted fault is found at its node, and a right IR has none. */
@Tag("integration")
class BisectorTest {

  private static final PictureSource PICTURE = new PictureSource.Generated(1, 200, 160);

  @TempDir private Path temp;

  // ---- faults

  @ParameterizedTest
  @EnumSource(PlantedFault.class)
  void aFaultIsFoundAtItsNode(PlantedFault fault) throws IOException {
    Path right = onnx("right", PlantedFault.network(fault == PlantedFault.ZERO_POINT));
    Path wrong = onnx("wrong", PlantedFault.with(List.of(fault)));
    for (WeightPrecision type : List.of(WeightPrecision.FP32, WeightPrecision.FP16)) {
      Bisection b = bisect(right, ir(wrong, type));
      assertThat(names(b)).as(type.name()).containsExactly(fault.nodeName());
      assertThat(b.holds()).isFalse();
      assertThat(b.culprit().orElseThrow().difference()).isPresent();
    }
    assertThat(names(bisect(right, wrong))).as("two ONNX").containsExactly(fault.nodeName());
    assertThat(
            bisect(ir(right, WeightPrecision.FP16), ir(wrong, WeightPrecision.FP16))
                .different()
                .stream()
                .map(NodeDifference::tensor))
        .as("two IRs")
        .containsExactly(fault.nodeName() + "_out");
  }

  @Test
  void allFaultsOfOneModelAreFoundAtTheirNodesBecauseNoneIsCarriedOn() throws IOException {
    Path right = onnx("right", PlantedFault.network(true));
    Path wrong = onnx("wrong", PlantedFault.with(List.of(PlantedFault.values())));
    Bisection b = bisect(right, ir(wrong, WeightPrecision.FP32));
    assertThat(names(b)).containsExactlyInAnyOrderElementsOf(allNodes());
    assertThat(b.culprit().orElseThrow().first().name()).isEqualTo("epsilon");
  }

  static List<String> allNodes() {
    return Arrays.stream(PlantedFault.values()).map(PlantedFault::nodeName).toList();
  }

  @Test
  void theCulpritIsDescribedWithBothOutputs() throws IOException {
    Path right = onnx("right", PlantedFault.network(false));
    Path wrong = onnx("wrong", PlantedFault.with(List.of(PlantedFault.BIAS)));
    NodeDifference culprit = bisect(right, ir(wrong, WeightPrecision.FP32)).culprit().orElseThrow();
    assertThat(culprit.first().operator()).isEqualTo("Conv");
    assertThat(culprit.first().attributes()).containsEntry("pads", "1,1,1,1");
    assertThat(culprit.first().inputs())
        .containsExactly(
            "'relu_out' (1x8x16x16)", "constant 'bias/w' (8x8x3x3)", "constant 'bias/b' (8)");
    assertThat(culprit.second().operator()).isEqualTo("Convolution");
    assertThat(culprit.shape().toString()).isEqualTo("1x8x16x16");
    assertThat(culprit.seesPicture()).isFalse();
    TensorDifference difference = culprit.difference().orElseThrow();
    assertThat(difference.first().mean()).isNotEqualTo(difference.second().mean());
    assertThat(difference.at()).hasSize(4);
  }

  @Test
  void anotherShapeIsAFaultOfItsNodeAlone() throws IOException {
    Path right = onnx("right", wide(0, 2, 3, 1));
    Path wrong = onnx("wrong", wide(0, 2, 1, 3));
    Bisection b = bisect(right, ir(wrong, WeightPrecision.FP32));
    NodeDifference culprit = b.culprit().orElseThrow();
    assertThat(culprit.tensor()).isEqualTo("turned");
    assertThat(culprit.trouble().orElseThrow()).contains("[1,32,48,8]").contains("[1,32,8,48]");
    assertThat(culprit.error()).isInfinite();
  }

  private static ModelProto wide(long... order) {
    Sketch sketch = new Sketch();
    String x = sketch.conv(sketch.input("images", 1, 3, 32, 48), 3, 8, 3, 1, 1);
    sketch.node(
        Nodes.of("Transpose", "turn", List.of(x), List.of("turned"), Nodes.Attr.of("perm", order)));
    sketch.node(Nodes.of("Relu", "relu", List.of("turned"), List.of("end")));
    sketch.output("end");
    return sketch.proto();
  }

  @Test
  void tensorsOfHalfPrecisionAreComparedToo() throws IOException {
    Path right = ir(onnx("right", half(0.1f)), WeightPrecision.FP32);
    Path wrong = ir(onnx("wrong", half(0.3f)), WeightPrecision.FP32);
    assertThat(bisect(right, right).different()).isEmpty();
    assertThat(bisect(right, wrong).different())
        .extracting(NodeDifference::tensor)
        .containsExactly("leaky");
  }

  private static ModelProto half(float alpha) {
    Sketch sketch = new Sketch();
    String x = sketch.conv(sketch.input("images", 1, 3, 32, 48), 3, 8, 3, 1, 1);
    String half = sketch.op("Cast", x, Nodes.Attr.of("to", TensorProto.DataType.FLOAT16_VALUE));
    sketch.node(
        Nodes.of(
            "LeakyRelu", "leak", List.of(half), List.of("leaky"), Nodes.Attr.of("alpha", alpha)));
    String sum = sketch.op("Tanh", "leaky");
    sketch.output(sketch.op("Cast", sum, Nodes.Attr.of("to", TensorProto.DataType.FLOAT_VALUE)));
    return sketch.proto();
  }

  @Test
  void wrongPreprocessingShowsAtTheFirstNodeAndIsSaidThere() {
    Path demo = TestModels.demo();
    Path ir =
        Converter.convert(
                ConvertOptions.of(demo).into(temp, WeightPrecision.FP32).toBuilder()
                    .reverseChannels(Optional.of(false))
                    .build())
            .xml();
    NodeDifference culprit =
        Bisector.bisect(
                VerifyOptions.of(demo, ir).withInputColour(Colour.BGR),
                demoPicture(),
                Optional.empty(),
                share -> {})
            .culprit()
            .orElseThrow();
    assertThat(culprit.seesPicture()).isTrue();
    assertThat(culprit.first().operator()).isEqualTo("Conv");
  }

  // ---- right

  @ParameterizedTest
  @CsvSource({
    "conveyor-parts,FP32",
    "conveyor-parts,FP16",
    "small:yolov5-maps,FP16",
    "small:yolov5-rows,FP16",
    "small:yolox-raw,FP16",
    "small:yolov8,FP16",
  })
  void aRightIrHasNoNodeThatDiffers(String name, WeightPrecision type) {
    Path onnx = TestModels.onnx(name);
    Path ir = Converter.convert(ConvertOptions.of(onnx).into(temp, type)).xml();
    List<List<Path>> pairs =
        name.equals(TestModels.DEMO)
            ? List.of(List.of(onnx, ir))
            : List.of(List.of(onnx, ir), List.of(ir, onnx), List.of(ir, ir));
    for (List<Path> pair : pairs) {
      Bisection b = bisect(pair.get(0), pair.get(1));
      assertThat(b.different()).as(pair.toString()).isEmpty();
      assertThat(b.holds()).isTrue();
      assertThat(b.nodes()).hasSizeGreaterThan(3);
      assertThat(b.precision()).isEqualTo(type);
    }
  }

  /** Scores near zero, ties of TopK, a cast before the first convolution. */
  @ParameterizedTest
  @ValueSource(strings = {"nanodet_plus", "26n-e2e", "rfdetr_like"})
  void aRightIrOfAnUnusualGraphHasNone(String name) {
    Path onnx = Shared.directory().resolve("families").resolve(name + ".onnx");
    Path ir = Converter.convert(ConvertOptions.of(onnx).into(temp, WeightPrecision.FP32)).xml();
    Bisection b = bisect(onnx, ir);
    assertThat(b.different()).isEmpty();
    assertThat(b.holds()).isTrue();
  }

  @Test
  void whatTopKPicksIsComputedAndNotJudged() throws IOException {
    Sketch sketch = new Sketch();
    String x = sketch.conv(sketch.input("images", 1, 3, 16, 16), 3, 4, 3, 2, 1);
    String flat = sketch.op("Reshape", List.of(x, sketch.longs(1, 256)));
    sketch.node(Nodes.of("TopK", "top", List.of(flat, sketch.longs(8)), List.of("best", "places")));
    sketch.node(
        Nodes.of(
            "GatherElements",
            "pick",
            List.of(flat, "places"),
            List.of("picked"),
            Nodes.Attr.of("axis", 1)));
    sketch.output(sketch.op("Add", List.of("best", "picked")));
    Path onnx = onnx("top", sketch.proto());
    Bisection b = bisect(onnx, ir(onnx, WeightPrecision.FP32));
    assertThat(b.nodes().stream().filter(NodeDifference::byOrder).map(NodeDifference::tensor))
        .containsExactly("picked");
    assertThat(b.ranked()).extracting(NodeDifference::tensor).contains("best");
    assertThat(b.notes()).anyMatch(note -> note.contains("are not judged: 1;"));
    assertThat(b.holds()).isTrue();
  }

  @Test
  void rewrittenNodesAreComparedWhereTheRewriteEnds() {
    Path onnx = TestModels.demo();
    Bisection b =
        bisect(
            onnx,
            Converter.convert(ConvertOptions.of(onnx).into(temp, WeightPrecision.FP32)).xml());
    // x * HardSigmoid(x), written otherwise in the IR: the gate is gone, its product is there.
    assertThat(b.unmatched()).isPositive();
    NodeDifference product =
        b.nodes().stream()
            .filter(node -> node.first().operator().equals("Mul"))
            .filter(node -> !node.first().before().isEmpty())
            .findFirst()
            .orElseThrow();
    assertThat(product.first().before().get(0)).startsWith("HardSigmoid");
    assertThat(product.second().before()).isNotEmpty();
    assertThat(product.error()).isLessThan(1e-5);
  }

  @Test
  void layersOfAnEightBitIrAreRankedByTheErrorThatTheyAdd() throws IOException {
    Path onnx = TestModels.demo();
    Path ir = Converter.convert(ConvertOptions.of(onnx).into(temp, WeightPrecision.FP32)).xml();
    Path int8 =
        Quantizer.quantize(
                QuantizeOptions.of(ir, TestModels.demoPictures(), temp.resolve("int8"))
                    .withCalibration(3),
                QuantizeListener.SILENT)
            .xml()
            .orElseThrow();
    Bisection b = bisect(ir, int8);
    assertThat(b.precision()).isEqualTo(WeightPrecision.INT8);
    assertThat(b.isRanking()).isTrue();
    assertThat(b.holds()).isTrue();
    List<Double> errors = b.ranked().stream().map(NodeDifference::error).toList();
    assertThat(errors).isSortedAccordingTo(Comparator.reverseOrder());
    assertThat(errors.get(0)).isBetween(1e-3, 1.0);
    // What is not 8 bit adds nothing.
    assertThat(errors.get(errors.size() - 1)).isLessThan(1e-5);
    assertThat(bisect(int8, int8).different()).isEmpty();
  }

  // ---- the reproduction

  @Test
  void theFolderHoldsTheNodeItsInputsAndBothOutputsSoThatItRunsAlone() throws Exception {
    Path right = onnx("right", PlantedFault.network(false));
    Path wrong = onnx("wrong", PlantedFault.with(List.of(PlantedFault.PAD)));
    Path folder = temp.resolve("reports").resolve("pad");
    Bisection b =
        Bisector.bisect(
            options(right, ir(wrong, WeightPrecision.FP32)),
            PICTURE,
            Optional.of(folder),
            share -> {});
    assertThat(b.reproduction()).contains(folder);
    try (Stream<Path> files = Files.list(folder)) {
      assertThat(files.map(file -> file.getFileName().toString()))
          .containsExactlyInAnyOrder(
              "README.txt",
              "a.onnx",
              "a_input_0.pb",
              "a_output.pb",
              "b.xml",
              "b.bin",
              "b_input_0.pb",
              "b_output.pb");
    }
    assertThat(folder.resolve("README.txt")).content().contains("Conv 'pad'", "'pad_out'");
    assertThat(Files.size(folder.resolve("b.bin"))).isLessThan(8 * 8 * 9 * 4 + 1024);
    float[] a = numbers(folder.resolve("a_output.pb"));
    assertThat(away(runOnnx(folder), a)).isLessThan(1e-5);
    float[] own = numbers(folder.resolve("b_output.pb"));
    assertThat(away(runIr(folder), own)).isLessThan(1e-5);
    assertThat(away(a, own)).isGreaterThan(0.01);

    assertThatThrownBy(
            () -> Bisector.bisect(options(right, wrong), PICTURE, Optional.of(folder), share -> {}))
        .isInstanceOf(OutputException.class)
        .hasMessageContaining("already exists");
  }

  @Test
  void aRightPairLeavesNoFolder() throws IOException {
    Path right = onnx("right", PlantedFault.network(false));
    Path folder = temp.resolve("none");
    Bisection b = Bisector.bisect(options(right, right), PICTURE, Optional.of(folder), share -> {});
    assertThat(b.reproduction()).isEmpty();
    assertThat(folder).doesNotExist();
  }

  private static double away(float[] a, float[] b) {
    assertThat(a).hasSameSizeAs(b);
    double most = 0;
    for (int i = 0; i < a.length; i++) {
      most = Math.max(most, Math.abs((double) a[i] - b[i]));
    }
    return most;
  }

  private static float[] runOnnx(Path folder) throws Exception {
    OrtEnvironment environment = OrtEnvironment.getEnvironment();
    TensorProto input = tensor(folder.resolve("a_input_0.pb"));
    long[] shape = input.getDimsList().stream().mapToLong(Long::longValue).toArray();
    try (OrtSession session = environment.createSession(folder.resolve("a.onnx").toString());
        OnnxTensor fed =
            OnnxTensor.createTensor(
                environment, FloatBuffer.wrap(numbers(folder.resolve("a_input_0.pb"))), shape);
        OrtSession.Result result = session.run(Map.of(input.getName(), fed))) {
      FloatBuffer values = ((OnnxTensor) result.get(0)).getFloatBuffer();
      float[] numbers = new float[values.remaining()];
      values.get(numbers);
      return numbers;
    }
  }

  private static float[] runIr(Path folder) throws IOException {
    try (Core core = Core.create();
        Model model = core.readModel(folder.resolve("b.xml"));
        CompiledModel compiled = core.compile(model, CompileOptions.defaults());
        InferRequest request = compiled.createRequest()) {
      Map<String, Port> inputs = new HashMap<>();
      compiled.inputs().forEach(input -> inputs.put(input.name(), input));
      TensorProto input = tensor(folder.resolve("b_input_0.pb"));
      assertThat(inputs).containsOnlyKeys(input.getName());
      request.input(0).floats().put(0, numbers(folder.resolve("b_input_0.pb")));
      request.infer();
      FloatBuffer values = request.output(0).floats();
      float[] numbers = new float[values.capacity()];
      values.get(0, numbers);
      return numbers;
    }
  }

  private static TensorProto tensor(Path file) throws IOException {
    return TensorProto.parseFrom(Files.readAllBytes(file));
  }

  private static float[] numbers(Path file) throws IOException {
    TensorProto tensor = tensor(file);
    FloatBuffer values =
        tensor.getRawData().asReadOnlyByteBuffer().order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer();
    float[] numbers = new float[values.remaining()];
    values.get(numbers);
    return numbers;
  }

  // ---- what cannot be compared

  @Test
  void modelsWithoutACommonTensorAreRefusedWithTheReason() throws IOException {
    Path one = onnx("one", PlantedFault.network(false));
    Path other = onnx("other", wide(0, 2, 3, 1));
    assertThatThrownBy(() -> bisect(one, ir(other, WeightPrecision.FP32)))
        .isInstanceOf(ModelException.class)
        .hasMessageContaining("have no tensor in common")
        .hasMessageContaining("made from the same ONNX");
  }

  @Test
  void damagedAndMissingFilesAreNamed() throws IOException {
    Path right = onnx("right", PlantedFault.network(false));
    Path ir = ir(right, WeightPrecision.FP32);
    Path cut = Files.write(temp.resolve("cut.xml"), Arrays.copyOf(Files.readAllBytes(ir), 2000));
    assertThatThrownBy(() -> bisect(right, cut))
        .isInstanceOf(ModelException.class)
        .hasMessageContaining("cut.xml");
    Path text = Files.writeString(temp.resolve("text.onnx"), "no model");
    assertThatThrownBy(() -> bisect(text, ir))
        .isInstanceOf(ModelException.class)
        .hasMessageContaining("text.onnx");
    assertThatThrownBy(() -> bisect(temp.resolve("none.onnx"), ir))
        .isInstanceOf(ModelException.class)
        .hasMessageContaining("none.onnx");
  }

  // ---- helpers

  private static PictureSource demoPicture() {
    return PictureSource.of(List.of(TestModels.demoPicture(0))).get(0);
  }

  private Path onnx(String name, ModelProto model) throws IOException {
    return Files.write(temp.resolve(name + ".onnx"), model.toByteArray());
  }

  private Path ir(Path onnx, WeightPrecision type) {
    return Converter.convert(
            ConvertOptions.of(onnx)
                .into(temp.resolve(type.name()), type)
                .withOutputs(new Outputs.AsTheyAre())
                .toBuilder()
                .scale(Optional.of(List.of(255f)))
                .build())
        .xml();
  }

  private static VerifyOptions options(Path first, Path second) {
    return VerifyOptions.of(first, second);
  }

  private static Bisection bisect(Path first, Path second) {
    return Bisector.bisect(options(first, second), PICTURE, Optional.empty(), share -> {});
  }

  private static List<String> names(Bisection b) {
    return b.different().stream().map(node -> node.first().name()).collect(Collectors.toList());
  }
}
