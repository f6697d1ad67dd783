package dev.ovkit.quantize;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ovkit.ModelException;
import dev.ovkit.OptionException;
import dev.ovkit.PictureException;
import dev.ovkit.Shared;
import dev.ovkit.convert.ConvertOptions;
import dev.ovkit.convert.Converter;
import dev.ovkit.convert.DataType;
import dev.ovkit.model.DerivedSpec;
import dev.ovkit.model.IrDescription;
import dev.ovkit.verify.GroundTruth;
import dev.ovkit.verify.Precision;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Real detectors become 8 bit, run so, and are let out only if they still find what they found. */
class QuantizerTest {

  private static final String EDGE = "v5lite-e-coco";
  private static final String NANO = "yolox_nano-416";

  @TempDir private Path temp;

  @ParameterizedTest
  @ValueSource(strings = {EDGE, NANO})
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
    assertThat(Precision.of(eightBit)).isEqualTo(Precision.INT8);
    assertThat(eightBit.section("ovkit")).containsEntry("data_type", "INT8");
    assertThat(DerivedSpec.of(eightBit)).isEqualTo(DerivedSpec.of(IrDescription.read(ir)));
    assertThat(temp.resolve("int8").resolve(model + ".json")).isRegularFile();
  }

  @Test
  void aGoodOneIsLetOutAndTheSameWorkGivesTheSameBytes() throws Exception {
    Path ir = ir(EDGE);
    QuantizeOptions options = options(ir).with(check(false));
    Quantization made = Quantizer.quantize(options, QuantizeListener.SILENT);
    assertThat(made.verdicts()).hasSize(1);
    Verdict verdict = made.verdicts().get(0);
    assertThat(verdict.before()).isGreaterThan(0.17);
    assertThat(verdict.after()).isGreaterThanOrEqualTo(0.172);
    assertThat(made.holds()).isTrue();

    Path folder = temp.resolve("int8");
    List<byte[]> first = bytes(folder);
    Quantizer.quantize(options, QuantizeListener.SILENT);
    List<byte[]> second = bytes(folder);
    assertThat(first).hasSize(3);
    for (int i = 0; i < 3; i++) {
      assertThat(second.get(i)).isEqualTo(first.get(i));
    }
  }

  @Test
  void withOneRangeATensorBeforeDepthwiseConvolutionsTheGateRefusesYoloxNano() throws Exception {
    Path ir = ir(NANO);
    QuantizeOptions usual = options(ir).withCalibration(12);
    List<Layer> dense =
        Quantizer.quantize(usual, QuantizeListener.SILENT).layers().stream()
            .filter(layer -> layer.kind() == Layer.Kind.DENSE && layer.runsEightBit())
            .toList();
    // Each that is ranked is a model of its own: ten dense ones are enough to be worse than.
    List<String> rest = dense.stream().skip(10).map(Layer::name).toList();
    QuantizeOptions options =
        QuantizeOptions.of(ir, pictures(), temp.resolve("refused"))
            .withCalibration(12)
            .withKeepFloat(rest)
            .with(new Recipe(true, false))
            .with(check(false));
    Quantization made = Quantizer.quantize(options, QuantizeListener.SILENT);
    System.out.println("per tensor: " + made.verdicts());
    assertThat(made.holds()).isFalse();
    assertThat(made.xml()).isEmpty();
    assertThat(made.verdicts().get(0).drop()).isGreaterThan(Check.MAP_DROP);
    assertThat(made.ranking()).hasSizeGreaterThan(30);
    assertThat(made.ranking()).extracting(Layer::kind).contains(Layer.Kind.DENSE);
    assertThat(made.ranking().get(0).kind()).isEqualTo(Layer.Kind.DEPTHWISE);
    assertThat(temp.resolve("refused")).doesNotExist();
  }

  @Test
  void whatIsAskedForStaysInFloat() throws Exception {
    QuantizeOptions options =
        options(ir(EDGE)).withCalibration(10).withKeepFloat(List.of("Conv_3"));
    Quantization made = Quantizer.quantize(options, QuantizeListener.SILENT);
    assertThat(made.layers())
        .filteredOn(layer -> layer.treatment() == Layer.Treatment.FLOAT_ASKED)
        .singleElement()
        .satisfies(layer -> assertThat(layer.kernel()).doesNotEndWith("I8"));
    assertThatThrownBy(
            () ->
                Quantizer.quantize(
                    options.withKeepFloat(List.of("Conv_5")), QuantizeListener.SILENT))
        .isInstanceOf(OptionException.class)
        .hasMessageStartingWith("--keep-float: there is no convolution 'Conv_5' in ");
  }

  @Test
  void whatIs8BitAlreadyIsRefused() throws Exception {
    Quantization made =
        Quantizer.quantize(options(ir(EDGE)).withCalibration(10), QuantizeListener.SILENT);
    Path xml = made.xml().orElseThrow();
    assertThatThrownBy(
            () ->
                Quantizer.quantize(
                    QuantizeOptions.of(xml, pictures(), temp.resolve("again")),
                    QuantizeListener.SILENT))
        .isInstanceOf(ModelException.class)
        .hasMessage(
            "'%s' is 8 bit already; give the IR in FP32 or FP16 that it was made of"
                .formatted(xml));
    assertThatThrownBy(() -> QuantizeOptions.of(xml, pictures(), temp.resolve("int8")))
        .isInstanceOf(OptionException.class)
        .hasMessageContaining("would take the place of");
  }

  @Test
  void unreadablePicturesAreToldAndNoneAtAllIsAnError() throws Exception {
    Path broken = Files.writeString(temp.resolve("broken.jpg"), "no picture");
    Path ir = ir(EDGE);
    Quantization made =
        Quantizer.quantize(
            QuantizeOptions.of(
                ir, List.of(broken, Shared.picture("bus.jpg")), temp.resolve("int8")),
            QuantizeListener.SILENT);
    assertThat(made.calibrated()).isEqualTo(1);
    assertThat(made.warnings()).hasSize(2);
    assertThat(made.warnings().get(0)).contains("broken.jpg");
    assertThat(made.warnings().get(1)).startsWith("the ranges come from 1 pictures");
    assertThatThrownBy(
            () ->
                Quantizer.quantize(
                    QuantizeOptions.of(ir, List.of(broken), temp.resolve("none")),
                    QuantizeListener.SILENT))
        .isInstanceOf(PictureException.class)
        .hasMessageStartingWith("none of the 1 pictures to calibrate with can be read: ");
    assertThat(temp.resolve("none")).doesNotExist();
  }

  private Path ir(String model) {
    ConvertOptions usual = ConvertOptions.of(Shared.model(model + ".onnx"));
    return Converter.convert(usual.into(temp.resolve("f32"), DataType.FP32)).xml();
  }

  private QuantizeOptions options(Path ir) throws IOException {
    return QuantizeOptions.of(ir, pictures(), temp.resolve("int8"));
  }

  private static List<Path> pictures() throws IOException {
    try (Stream<Path> files = Files.list(Shared.directory().resolve("pictures"))) {
      return files.filter(file -> file.toString().endsWith(".jpg")).sorted().toList();
    }
  }

  private static Check check(boolean auto) {
    Path eval = Shared.directory().resolve("eval");
    return new Check(
        List.of(),
        Optional.of(GroundTruth.coco(eval.resolve("instances.json"), eval.resolve("images"))),
        OptionalDouble.empty(),
        auto);
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
