package dev.ovkit.convert;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ovkit.ModelException;
import dev.ovkit.OptionException;
import dev.ovkit.OutputException;
import dev.ovkit.TestModels;
import dev.ovkit.family.ModelDescription;
import dev.ovkit.head.Anchor;
import dev.ovkit.head.BoxCoding;
import dev.ovkit.ir.IrDescription;
import dev.ovkit.ir.WeightPrecision;
import dev.ovkit.layout.FlatRows;
import dev.ovkit.layout.Layouts;
import dev.ovkit.layout.RawHeads;
import dev.ovkit.metadata.DerivedSpec;
import dev.ovkit.model.Colour;
import dev.ovkit.model.DetectorSpec;
import dev.ovkit.model.Resize;
import dev.ovkit.runtime.Shape;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ConverterTest {

  @TempDir private Path temp;

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "conveyor-parts | /model.32/m.0/Conv,/model.32/m.1/Conv,/model.32/m.2/Conv",
        "v5lite-e-coco | Conv_358,Conv_378,Conv_398",
        "v5lite-s | /model.21/m.0/Conv,/model.21/m.1/Conv,/model.21/m.2/Conv",
        "yolov5n-ppe | /model.24/m.0/Conv,/model.24/m.1/Conv,/model.24/m.2/Conv",
        "pplcnet-yolo-seed-names-quarter | Conv_462,Conv_478,Conv_494",
        "yolov5s-seed-names-quarter | Conv_245,Conv_261,Conv_277",
      })
  void headsAreFoundWithoutAFlagAndTheSameBytesComeOutWhenTheyAreNamed(String name, String heads)
      throws IOException {
    ConvertOptions plain = options(name).into(temp.resolve("auto"), WeightPrecision.FP16);
    Conversion auto = Converter.convert(plain);
    Conversion again = Converter.convert(plain.into(temp.resolve("again"), WeightPrecision.FP16));
    Conversion named =
        Converter.convert(
            with(plain, temp.resolve("named"), Outputs.parse(heads), Optional.empty()));
    Conversion fp32 = Converter.convert(plain.into(temp.resolve("fp32"), WeightPrecision.FP32));

    assertThat(auto.detector().orElseThrow().layout()).isInstanceOf(RawHeads.class);
    assertThat(again.xml()).hasSameBinaryContentAs(auto.xml());
    assertThat(again.bin()).hasSameBinaryContentAs(auto.bin());
    assertThat(named.xml()).hasSameBinaryContentAs(auto.xml());
    assertThat(named.bin()).hasSameBinaryContentAs(auto.bin());
    assertThat((double) auto.binBytes() / fp32.binBytes()).isBetween(0.48, 0.52);
    assertThat(IrDescription.read(auto.xml()).outputs())
        .extracting(output -> output.names().contains(heads.split(",")[0]))
        .contains(true);
  }

  @Test
  void theIrSaysWhatInferMustKnow() {
    Conversion ir = Converter.convert(options(TestModels.DEMO).into(temp, WeightPrecision.FP16));

    DerivedSpec read = DerivedSpec.of(IrDescription.read(ir.xml()), Layouts.ALL);
    assertThat(read.assumptions()).isEmpty();
    assertThat(read.spec()).isEqualTo(ir.detector().orElseThrow());
    assertThat(read.spec().inputColour()).isEqualTo(Colour.BGR);
    assertThat(read.spec().resize()).isEqualTo(Resize.LETTERBOX);
    assertThat(((RawHeads) read.spec().layout()).heads().get(1).anchors())
        .containsExactly(
            new Anchor(49.999367f, 47.99999f),
            new Anchor(35.200165f, 68.80079f),
            new Anchor(54.00058f, 54.800083f));
  }

  @ParameterizedTest
  @CsvSource({
    "small:yolox-raw,false",
    "small:yolox-logits,true",
    "yolox_nano-416,false",
    "yolox_nano-fixed,true"
  })
  void yoloxGetsItsOwnPreprocessing(String name, boolean logits) {
    Conversion ir = Converter.convert(options(name).into(temp, WeightPrecision.FP16));

    DetectorSpec spec = ir.detector().orElseThrow();
    FlatRows rows = (FlatRows) spec.layout();
    assertThat(rows.boxes()).isEqualTo(BoxCoding.YOLOX);
    assertThat(rows.logits()).isEqualTo(logits);
    assertThat(spec.inputColour()).isEqualTo(Colour.BGR);
    assertThat(spec.resize().mode()).isEqualTo(Resize.Mode.LETTERBOX_TOP_LEFT);
    assertThat(ir.decisions())
        .anySatisfy(
            d -> {
              assertThat(d.what()).isEqualTo("scale");
              assertThat(d.why()).contains("which a graph cannot show: --mean, --scale-values");
            });
  }

  @Test
  void aSmallerInputShapeMovesTheHeads() {
    Conversion ir =
        Converter.convert(
            with(
                options(TestModels.DEMO),
                temp,
                new Outputs.Auto(),
                Optional.of(Shape.of(1, 3, 192, 320))));

    assertThat(IrDescription.read(ir.xml()).outputs())
        .extracting(output -> output.shapeText())
        .containsExactly("[1,33,24,40]", "[1,33,12,20]", "[1,33,6,10]");
    assertThat(ir.detector().orElseThrow().inputHeight()).isEqualTo(192);
  }

  @Test
  void theOutputsCanStayAsTheyAre() {
    Conversion ir =
        Converter.convert(
            with(options(TestModels.DEMO), temp, new Outputs.AsTheyAre(), Optional.empty()));

    assertThat(ir.detector().orElseThrow().layout()).isInstanceOf(FlatRows.class);
  }

  @Test
  void aSizeThatTheStridesDoNotDivideIsRefused() {
    ConvertOptions model = options(TestModels.DEMO);
    assertThatThrownBy(
            () ->
                Converter.convert(
                    with(model, temp, new Outputs.Auto(), Optional.of(Shape.of(1, 3, 300, 320)))))
        .isInstanceOf(OptionException.class)
        .hasMessageContaining("must be multiples of 32")
        .hasMessageEndingWith("try 1,3,288,320");
    assertThat(temp).isEmptyDirectory();
  }

  @Test
  void anUnknownNameListsTheHeads() {
    ConvertOptions model = options(TestModels.DEMO);
    assertThatThrownBy(
            () -> Converter.convert(with(model, temp, Outputs.parse("Conv_462"), Optional.empty())))
        .isInstanceOf(ModelException.class)
        .hasMessageContaining("has no node and no tensor 'Conv_462'; the nearest are ")
        .hasMessageContaining("/model.32/m.0/Conv (1x33x36x64)");
    assertThat(temp).isEmptyDirectory();
  }

  @Test
  void aFolderThatCannotBeMadeIsSaidAndNothingIsLeft() throws IOException {
    ConvertOptions model = options(TestModels.DEMO);
    Path file = Files.writeString(temp.resolve("file"), "");

    assertThatThrownBy(() -> Converter.convert(model.into(file, WeightPrecision.FP16)))
        .isInstanceOf(OutputException.class)
        .hasMessage(
            "cannot write '%s': a file of that name exists; give a writable place".formatted(file));
    try (Stream<Path> left = Files.list(temp)) {
      assertThat(left).containsExactly(file);
    }
  }

  private static ConvertOptions options(String model) {
    return ConvertOptions.of(TestModels.onnx(model));
  }

  private static ConvertOptions with(
      ConvertOptions o, Path directory, Outputs outputs, Optional<Shape> shape) {
    return new ConvertOptions(
        o.onnx(),
        directory,
        o.name(),
        o.dataType(),
        outputs,
        shape,
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        OptionalInt.empty(),
        Optional.empty(),
        List.of(),
        true,
        ModelDescription.NONE);
  }
}
