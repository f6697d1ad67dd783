package dev.ovkit.quantize;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ovkit.ModelException;
import dev.ovkit.OptionException;
import dev.ovkit.PictureException;
import dev.ovkit.Shared;
import dev.ovkit.TestModels;
import dev.ovkit.convert.ConvertOptions;
import dev.ovkit.convert.Converter;
import dev.ovkit.evaluate.AnnotationException;
import dev.ovkit.evaluate.GroundTruth;
import dev.ovkit.ir.IrDescription;
import dev.ovkit.ir.WeightPrecision;
import dev.ovkit.layout.FlatColumns;
import dev.ovkit.layout.Layouts;
import dev.ovkit.metadata.DerivedSpec;
import dev.ovkit.metadata.DetectorMetadata;
import dev.ovkit.model.Colour;
import dev.ovkit.model.DetectorSpec;
import dev.ovkit.model.Resize;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Real detectors become 8 bit, run so, and are let out only if they still find what they found. */
@Tag("integration")
class QuantizerTest {

  private static final String EDGE = "v5lite-e-coco";
  private static final String NANO = "yolox_nano-416";
  private static final Path DEMO = Path.of(System.getProperty("ovkit.home"), "ir-models");

  @TempDir private Path temp;

  @ParameterizedTest
  @ValueSource(strings = {TestModels.DEMO, EDGE, NANO})
  void everyChosenConvolutionRunsIn8BitAndTheWeightsShrinkToAThird(String model) throws Exception {
    Path ir = ir(model);
    Quantization made =
        Quantizer.quantize(options(ir).withCalibration(12), QuantizeListener.SILENT);

    assertThat(made.eightBit()).isGreaterThan(60).isEqualTo(made.runsEightBit());
    assertThat(made.layers())
        .filteredOn(layer -> layer.treatment() == Layer.Treatment.I8_HALF_RANGE)
        .hasSize(1);
    assertThat(made.bytesAfter()).isLessThan((long) (0.35 * made.bytesBefore()));
    IrDescription eightBit = IrDescription.read(made.xml().orElseThrow());
    assertThat(WeightPrecision.of(eightBit)).isEqualTo(WeightPrecision.INT8);
    assertThat(eightBit.section("ovkit")).containsEntry("data_type", "INT8");
    assertThat(DerivedSpec.of(eightBit, Layouts.ALL))
        .isEqualTo(DerivedSpec.of(IrDescription.read(ir), Layouts.ALL));
    assertThat(temp.resolve("int8").resolve(model + ".json")).isRegularFile();
  }

  @Test
  void aGoodOneIsWritten() throws Exception {
    Quantization made =
        Quantizer.quantize(options(ir(EDGE)).with(check(false, 200)), QuantizeListener.SILENT);
    assertThat(made.verdicts()).hasSize(1);
    Verdict verdict = made.verdicts().get(0);
    assertThat(verdict.before()).isGreaterThan(0.17);
    assertThat(verdict.after()).isGreaterThanOrEqualTo(0.172);
    assertThat(made.holds()).isTrue();
  }

  @ParameterizedTest
  @ValueSource(strings = {TestModels.DEMO, EDGE})
  void theSameWorkGivesTheSameBytes(String model) throws Exception {
    QuantizeOptions options = options(ir(model));
    // Few pictures say little of the accuracy, so any passes.
    OptionalDouble any = OptionalDouble.of(1);
    QuantizeOptions checked =
        model.equals(EDGE)
            ? options
                .withCalibration(12)
                .with(new Check(List.of(), check(false, 20).truth(), any, false))
            : options.with(new Check(TestModels.demoPictures(), Optional.empty(), any, false));
    Quantizer.quantize(checked, QuantizeListener.SILENT);
    Path folder = temp.resolve("int8");
    List<byte[]> first = bytes(folder);
    Quantizer.quantize(checked, QuantizeListener.SILENT);
    List<byte[]> second = bytes(folder);
    assertThat(first).hasSize(3);
    for (int i = 0; i < 3; i++) {
      assertThat(second.get(i)).isEqualTo(first.get(i));
    }
  }

  /** One channel of PP-LCNet's first tensor is 100 times as wide as the others. */
  @Test
  void picoDetKeepsItsAccuracy() throws Exception {
    Path onnx = Shared.directory().resolve("families/picodet_xs_320.onnx");
    ConvertOptions named =
        ConvertOptions.of(onnx).toBuilder()
            .labels(
                Files.readAllLines(Shared.directory().resolve("models/coco.names")).stream()
                    .filter(name -> !name.isBlank())
                    .toList())
            .build();
    Path ir = Converter.convert(named.into(temp.resolve("f32"), WeightPrecision.FP32)).xml();
    Verdict verdict =
        Quantizer.quantize(options(ir).with(check(false, 200)), QuantizeListener.SILENT)
            .verdicts()
            .get(0);
    assertThat(verdict.before()).isGreaterThan(0.22);
    assertThat(verdict.drop()).isLessThanOrEqualTo(Check.MAP_DROP);
  }

  @Test
  void withOneRangeATensorTheGateRefusesYoloxNanoUntilTheCostliestAreInFloat() throws Exception {
    QuantizeOptions options =
        options(ir(NANO)).with(new Recipe(true, false)).with(check(true, GateOnAvx2.PICTURES));
    Quantization made = Quantizer.quantize(options, QuantizeListener.SILENT);
    List<Verdict> verdicts = made.verdicts();
    assertThat(verdicts.get(0).drop()).isGreaterThan(Check.MAP_DROP);
    assertThat(verdicts).hasSizeGreaterThan(1);
    assertThat(verdicts.subList(0, verdicts.size() - 1)).noneMatch(Verdict::holds);
    assertThat(made.holds()).isTrue();
    assertThat(made.xml().orElseThrow()).isRegularFile();
    assertThat(made.ranking()).hasSizeGreaterThan(100);
    int inFloat = 1 << (verdicts.size() - 2);
    assertThat(made.ranking().subList(0, inFloat))
        .allMatch(layer -> layer.treatment() == Layer.Treatment.FLOAT_TO_HOLD);
    assertThat(made.layers())
        .filteredOn(layer -> layer.treatment() == Layer.Treatment.FLOAT_TO_HOLD)
        .hasSize(inFloat);
    assertThat(made.ranking().get(0).kind()).isEqualTo(Layer.Kind.DEPTHWISE);
  }

  @Test
  void onACpuWithoutVnniTheGateRefusesYoloxNanoWithoutTheHalfRange() throws Exception {
    Process process =
        child(GateOnAvx2.class, ir(NANO), temp.resolve("int8")).redirectErrorStream(true).start();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).as(said).isZero();
    assertThat(said).contains("full range: refused", "half range: holds");
  }

  /** Holds YOLOX-nano, with the full range of the first kernel and with half of it, to f32. */
  static final class GateOnAvx2 {
    static final int PICTURES = 60;

    public static void main(String[] arguments) throws IOException {
      Path ir = Path.of(arguments[0]);
      Gate gate = new Gate(ir, check(false, PICTURES), 16, QuantizeListener.SILENT);
      for (boolean half : List.of(false, true)) {
        QuantizeOptions options =
            QuantizeOptions.of(ir, pictures(), Path.of(arguments[1]))
                .with(new Recipe(half, true))
                .withCalibration(20);
        Quantization made = Quantizer.quantize(options, QuantizeListener.SILENT);
        Verdict verdict = gate.judge(made.xml().orElseThrow());
        System.out.printf(
            "%s range: %s, %s%n",
            half ? "half" : "full", verdict.holds() ? "holds" : "refused", verdict);
      }
    }
  }

  @Test
  void killedInTheMiddleItLeavesNothingUnderTheFinalName() throws Exception {
    for (String stage : List.of("calibration", "boxes of INT8 and f32")) {
      Path out = Files.createDirectory(temp.resolve(stage.replace(' ', '-')));
      Process process = child(Stopping.class, Path.of(stage), out).start();
      assertThat(process.inputReader().readLine()).isEqualTo("in the middle");
      assertThat(Staged.in(out)).as("it had begun").isTrue();
      process.destroyForcibly().waitFor();
      assertThat(names(out)).noneMatch(name -> name.startsWith("conveyor-parts"));
    }
  }

  /** Makes the demo model 8 bit and stands still in the middle of a stage. */
  static final class Stopping {
    public static void main(String[] arguments) throws IOException {
      List<Path> pictures = jpegs(DEMO.resolve("pictures"));
      QuantizeListener listener =
          new QuantizeListener() {
            private String now = "";

            @Override
            public void begins(String stage, int steps) {
              now = stage;
            }

            @Override
            public void step() {
              if (now.equals(arguments[0])) {
                System.out.println("in the middle");
                try {
                  Thread.sleep(60_000);
                } catch (InterruptedException e) {
                  Thread.currentThread().interrupt();
                }
              }
            }
          };
      Quantizer.quantize(
          QuantizeOptions.of(DEMO.resolve("conveyor-parts.xml"), pictures, Path.of(arguments[1]))
              .with(new Check(pictures, Optional.empty(), OptionalDouble.empty(), false)),
          listener);
    }
  }

  private static final class Staged {
    static boolean in(Path folder) throws IOException {
      return names(folder).stream().anyMatch(name -> name.startsWith(".ovkit-"));
    }
  }

  /** A process of its own, on a CPU without VNNI as far as OpenVINO can see. */
  private static ProcessBuilder child(Class<?> program, Path... arguments) {
    List<String> command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--enable-native-access=ALL-UNNAMED",
                "-Dovkit.native.dir=" + System.getProperty("ovkit.native.dir"),
                "-Dovkit.home=" + System.getProperty("ovkit.home"),
                "-Dovkit.shared.dir=" + System.getProperty("ovkit.shared.dir"),
                "-cp",
                System.getProperty(
                    "surefire.test.class.path", System.getProperty("java.class.path")),
                program.getName()));
    Stream.of(arguments).map(Path::toString).forEach(command::add);
    ProcessBuilder builder = new ProcessBuilder(command);
    builder.environment().put("ONEDNN_MAX_CPU_ISA", "AVX2");
    return builder.redirectError(ProcessBuilder.Redirect.INHERIT);
  }

  @Test
  void labelsThatDoNotFitAreRefusedBeforeAnyWork() throws Exception {
    Path picture = jpegs(DEMO.resolve("pictures")).get(0);
    Path json =
        Files.writeString(
            temp.resolve("cats.json"),
            """
            {"categories": [{"id": 1, "name": "cat"}],
             "images": [{"id": 1, "file_name": "%s"}],
             "annotations": [{"id": 1, "image_id": 1, "category_id": 1, "bbox": [1, 2, 30, 40]}]}
            """
                .formatted(picture.getFileName()));
    GroundTruth cats = GroundTruth.coco(json, DEMO.resolve("pictures"));
    QuantizeOptions options =
        QuantizeOptions.of(
                DEMO.resolve("conveyor-parts.xml"), List.of(picture), temp.resolve("int8"))
            .with(new Check(List.of(), Optional.of(cats), OptionalDouble.empty(), true));
    List<String> stages = new ArrayList<>();
    QuantizeListener listener =
        new QuantizeListener() {
          @Override
          public void begins(String stage, int steps) {
            stages.add(stage);
          }

          @Override
          public void step() {}
        };
    assertThatThrownBy(() -> Quantizer.quantize(options, listener))
        .isInstanceOf(AnnotationException.class)
        .hasMessageContaining("cats.json");
    assertThat(stages).isEmpty();
    assertThat(temp.resolve("int8")).doesNotExist();
  }

  @Test
  void aModelWithoutConvolutionsIsRefused() throws Exception {
    DetectorSpec spec =
        new DetectorSpec(
            64,
            64,
            Colour.BGR,
            Resize.LETTERBOX,
            new FlatColumns("columns", 2),
            List.of("a", "b"),
            0.25f,
            0.45f);
    StringBuilder info = new StringBuilder();
    DetectorMetadata.write(spec)
        .forEach((key, value) -> info.append("<%s value=\"%s\"/>".formatted(key, value)));
    ByteBuffer shape = ByteBuffer.allocate(24).order(ByteOrder.LITTLE_ENDIAN);
    Files.write(temp.resolve("flat.bin"), shape.putLong(1).putLong(6).putLong(2048).array());
    Path xml =
        Files.writeString(
            temp.resolve("flat.xml"),
            """
            <?xml version="1.0"?>
            <net name="flat" version="11"><layers>
            <layer id="0" name="images" type="Parameter" version="opset1">
              <data shape="1,3,64,64" element_type="f32"/>
              <output><port id="0" precision="FP32" names="images"><dim>1</dim><dim>3</dim><dim>64</dim><dim>64</dim></port></output></layer>
            <layer id="1" name="shape" type="Const" version="opset1">
              <data element_type="i64" shape="3" offset="0" size="24"/>
              <output><port id="0" precision="I64"><dim>3</dim></port></output></layer>
            <layer id="2" name="reshape" type="Reshape" version="opset1">
              <data special_zero="false"/>
              <input><port id="0" precision="FP32"><dim>1</dim><dim>3</dim><dim>64</dim><dim>64</dim></port>
                <port id="1" precision="I64"><dim>3</dim></port></input>
              <output><port id="2" precision="FP32" names="columns"><dim>1</dim><dim>6</dim><dim>2048</dim></port></output></layer>
            <layer id="3" name="result" type="Result" version="opset1">
              <input><port id="0" precision="FP32"><dim>1</dim><dim>6</dim><dim>2048</dim></port></input></layer>
            </layers><edges>
            <edge from-layer="0" from-port="0" to-layer="2" to-port="0"/>
            <edge from-layer="1" from-port="0" to-layer="2" to-port="1"/>
            <edge from-layer="2" from-port="2" to-layer="3" to-port="0"/>
            </edges><rt_info><ovkit>%s</ovkit></rt_info></net>
            """
                .formatted(info));
    List<Path> picture = jpegs(DEMO.resolve("pictures")).subList(0, 1);
    assertThatThrownBy(
            () ->
                Quantizer.quantize(
                    QuantizeOptions.of(xml, picture, temp.resolve("int8")),
                    QuantizeListener.SILENT))
        .isInstanceOf(ModelException.class)
        .hasMessage(
            "'%s' has no convolution with constant weights and an input of known size, so nothing can be quantized"
                .formatted(xml));
    assertThat(temp.resolve("int8")).doesNotExist();
  }

  @Test
  void whatIsAskedForStaysInFloat() throws Exception {
    QuantizeOptions options = demo().withKeepFloat(List.of("/model.1/pointwise/conv/Conv"));
    Quantization made = Quantizer.quantize(options, QuantizeListener.SILENT);
    assertThat(made.layers())
        .filteredOn(layer -> layer.treatment() == Layer.Treatment.FLOAT_ASKED)
        .singleElement()
        .satisfies(layer -> assertThat(layer.kernel()).doesNotEndWithIgnoringCase("I8"));
    assertThatThrownBy(
            () ->
                Quantizer.quantize(
                    options.withKeepFloat(List.of("Conv_5")), QuantizeListener.SILENT))
        .isInstanceOf(OptionException.class)
        .hasMessageStartingWith("--keep-float: 'Conv_5' is not a convolution of ");
  }

  @Test
  void whatIs8BitAlreadyIsRefused() throws Exception {
    Quantization made = Quantizer.quantize(demo(), QuantizeListener.SILENT);
    Path xml = made.xml().orElseThrow();
    assertThatThrownBy(
            () ->
                Quantizer.quantize(
                    QuantizeOptions.of(xml, TestModels.demoPictures(), temp.resolve("again")),
                    QuantizeListener.SILENT))
        .isInstanceOf(ModelException.class)
        .hasMessage(
            "'%s' is already INT8; give the FP32 or FP16 IR that it was made from".formatted(xml));
  }

  @Test
  void theIrIsNotOverwritten() throws Exception {
    Path ir = ir(TestModels.DEMO);
    byte[] before = Files.readAllBytes(ir);
    QuantizeOptions inPlace = QuantizeOptions.of(ir, TestModels.demoPictures(), ir.getParent());
    assertThatThrownBy(() -> Quantizer.quantize(inPlace, QuantizeListener.SILENT))
        .isInstanceOf(OptionException.class)
        .hasMessageContaining("would overwrite");
    assertThat(ir).hasBinaryContent(before);
    assertThat(Quantizer.quantize(inPlace.withName("eight"), QuantizeListener.SILENT).xml())
        .hasValue(ir.resolveSibling("eight.xml"));
  }

  @Test
  void unreadablePicturesAreToldAndNoneAtAllIsAnError() throws Exception {
    Path broken = Files.writeString(temp.resolve("broken.jpg"), "no picture");
    Path ir = ir(TestModels.DEMO);
    Quantization made =
        Quantizer.quantize(
            QuantizeOptions.of(
                ir, List.of(broken, TestModels.demoPicture(0)), temp.resolve("int8")),
            QuantizeListener.SILENT);
    assertThat(made.calibrated()).isEqualTo(1);
    assertThat(made.warnings()).hasSize(2);
    assertThat(made.warnings().get(0)).contains("broken.jpg");
    assertThat(made.warnings().get(1)).startsWith("calibrated with 1 pictures");
    assertThatThrownBy(
            () ->
                Quantizer.quantize(
                    QuantizeOptions.of(ir, List.of(broken), temp.resolve("none")),
                    QuantizeListener.SILENT))
        .isInstanceOf(PictureException.class)
        .hasMessageStartingWith("none of the 1 calibration pictures can be read: ");
    assertThat(temp.resolve("none")).doesNotExist();
  }

  private Path ir(String model) {
    ConvertOptions usual = ConvertOptions.of(TestModels.onnx(model));
    return Converter.convert(usual.into(temp.resolve("f32"), WeightPrecision.FP32)).xml();
  }

  private QuantizeOptions options(Path ir) throws IOException {
    List<Path> pictures =
        ir.endsWith(TestModels.DEMO + ".xml") ? TestModels.demoPictures() : pictures();
    return QuantizeOptions.of(ir, pictures, temp.resolve("int8"));
  }

  private QuantizeOptions demo() throws IOException {
    return options(ir(TestModels.DEMO));
  }

  private static List<Path> pictures() throws IOException {
    return jpegs(Shared.directory().resolve("pictures"));
  }

  private static List<Path> jpegs(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.filter(file -> file.toString().endsWith(".jpg")).sorted().toList();
    }
  }

  private static List<String> names(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.map(file -> String.valueOf(file.getFileName())).toList();
    }
  }

  /** Against the objects on the first pictures of the evaluation. */
  private static Check check(boolean auto, int pictures) {
    Path eval = Shared.directory().resolve("eval");
    GroundTruth all = GroundTruth.coco(eval.resolve("instances.json"), eval.resolve("images"));
    GroundTruth few =
        new GroundTruth(all.source(), all.categories(), all.pictures().subList(0, pictures));
    return new Check(List.of(), Optional.of(few), OptionalDouble.empty(), auto);
  }

  private static List<byte[]> bytes(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      List<byte[]> all = new ArrayList<>();
      for (Path file : files.sorted().toList()) {
        all.add(Files.readAllBytes(file));
      }
      return all;
    }
  }
}
