package dev.ovkit.verify;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ovkit.ModelException;
import dev.ovkit.PictureException;
import dev.ovkit.TestModels;
import dev.ovkit.convert.ConvertOptions;
import dev.ovkit.convert.Converter;
import dev.ovkit.convert.Outputs;
import dev.ovkit.family.ModelDescription;
import dev.ovkit.ir.WeightPrecision;
import dev.ovkit.model.Colour;
import dev.ovkit.model.Resize;
import dev.ovkit.runtime.Shape;
import dev.ovkit.subject.PictureSource;
import dev.ovkit.verify.Finding.Kind;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A right IR passes, and each way to spoil one is found and named. */
@Tag("integration")
class VerifierTest {

  private static final String DEMO = TestModels.DEMO;
  private static final String COCO = "v5lite-e-coco";
  private static final List<String> HEADS =
      List.of("/model.32/m.0/Conv", "/model.32/m.1/Conv", "/model.32/m.2/Conv");
  private static final List<Path> PICTURES = TestModels.pictures(DEMO);

  @TempDir private Path temp;

  // ---- right

  @ParameterizedTest
  @CsvSource({
    "conveyor-parts,FP32",
    "conveyor-parts,FP16",
    "v5lite-e-coco,FP32",
    "v5lite-e-coco,FP16",
    "yolox_nano-416,FP32",
    "yolox_nano-416,FP16",
    "yolov5n-ppe,FP32",
    "yolov5n-ppe,FP16",
    "v5lite-s,FP32",
    "v5lite-s,FP16",
    "pplcnet-yolo-seed-names-quarter,FP16",
    "yolov5s-seed-names-quarter,FP16",
  })
  void aRightIrIsTheSameWithItsMetadataAndWithout(String name, WeightPrecision type)
      throws IOException {
    Path ir = Converter.convert(options(name).into(temp, type)).xml();
    for (Path made : List.of(ir, IrEdits.foreign(ir, "foreign"))) {
      Verification v = verify(onnx(name), made, TestModels.pictures(name));
      assertThat(v.findings()).as(made.toString()).isEmpty();
      assertThat(v.holds()).isTrue();
      assertThat(v.precision().name()).isEqualTo(type.name());
      assertThat(v.outputs()).isNotEmpty();
      if (!name.equals("v5lite-s") && !name.endsWith("quarter")) {
        assertThat(v.matched()).isPositive();
      }
    }
  }

  @Test
  void anIrCutAtTheFlatOutputIsComparedThere() {
    ConvertOptions flat = options(DEMO).into(temp, WeightPrecision.FP16);
    Path ir = Converter.convert(flat.withOutputs(new Outputs.AsTheyAre())).xml();
    Verification v = verify(onnx(DEMO), ir, PICTURES);
    assertThat(v.findings()).isEmpty();
    assertThat(v.outputs())
        .extracting(OutputDifference::name)
        .containsExactly("output, boxes", "output, scores");
  }

  @Test
  void theOrderOfTheTwoDoesNotMatterAndTwoIrsCompareToo() {
    Path fp32 = Converter.convert(options(DEMO).into(temp, WeightPrecision.FP32)).xml();
    Path fp16 =
        Converter.convert(options(DEMO).into(temp.resolve("fp16"), WeightPrecision.FP16)).xml();
    assertThat(verify(fp16, onnx(DEMO), PICTURES.subList(0, 1)).findings()).isEmpty();
    assertThat(verify(onnx(DEMO), onnx(DEMO), PICTURES.subList(0, 1)).findings()).isEmpty();
    Verification v = verify(fp32, fp16, PICTURES);
    assertThat(v.findings()).isEmpty();
    assertThat(v.precision()).isEqualTo(WeightPrecision.FP16);
    assertThat(v.matched()).isPositive();
  }

  @Test
  void anotherInputSizeIsTakenFromTheIr() {
    ConvertOptions o = options(DEMO);
    Path ir =
        Converter.convert(
                new ConvertOptions(
                    o.onnx(),
                    temp,
                    "small",
                    WeightPrecision.FP32,
                    o.outputs(),
                    Optional.of(Shape.of(1, 3, 320, 416)),
                    Optional.empty(),
                    Optional.empty(),
                    Optional.empty(),
                    Optional.empty(),
                    OptionalInt.empty(),
                    Optional.empty(),
                    List.of(),
                    true,
                    ModelDescription.NONE))
            .xml();
    assertThat(verify(onnx(DEMO), ir, PICTURES.subList(0, 1)).findings()).isEmpty();
  }

  @Test
  void generatedPicturesServeRawOutputsAndShowAnExchangeOfChannels() throws IOException {
    Path right = Converter.convert(options(DEMO).into(temp, WeightPrecision.FP16)).xml();
    Path wrong = IrEdits.foreign(converted(DEMO, "norev", null, false), "wrong");
    VerifyOptions good = VerifyOptions.of(onnx(DEMO), right);
    VerifyOptions bad = VerifyOptions.of(onnx(DEMO), wrong);
    List<PictureSource> pictures = PictureSource.generated();
    assertThat(Verifier.verify(good, pictures, () -> {}).findings()).isEmpty();
    assertThat(kinds(Verifier.verify(bad, pictures, () -> {}))).contains(Kind.OUTPUTS);
  }

  // ---- wrong preprocessing

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "conveyor-parts | 255 | false | its channels were swapped (a reversal is missing",
        "conveyor-parts | 65025 | true | its input were scaled twice",
        "v5lite-e-coco | 255 | false | its channels were swapped (a reversal is missing",
        "v5lite-e-coco | 1 | true | its input were not scaled (the scale is missing)",
        "v5lite-e-coco | 65025 | true | its input were scaled twice",
        "v5lite-e-coco | 1 | false | not scaled (the scale is missing), and its channels were"
            + " swapped",
        "yolov5n-ppe | 255 | false | its channels were swapped",
        "yolov5n-ppe | 1 | true | its input were not scaled",
        "yolov5n-ppe | 65025 | true | its input were scaled twice",
        "yolox_nano-416 | 1 | true | its channels were swapped (a reversal is missing, or there is"
            + " one too many)",
        "yolox_nano-416 | 255 | false | its input were divided by 255, which is wrong",
        "yolox_nano-416 | 65025 | false | its input were divided by 255 twice",
      })
  void aStrangersIrWithWrongPreprocessingIsNamed(
      String name, float scale, boolean reverse, String cause) throws IOException {
    Path ir = IrEdits.foreign(converted(name, "wrong", List.of(scale), reverse), "foreign");
    Verification v = verify(onnx(name), ir, TestModels.pictures(name));
    assertThat(v.holds()).isFalse();
    assertThat(kinds(v)).contains(Kind.OUTPUTS, Kind.BOXES);
    assertThat(sentences(v, Kind.CAUSE)).first().asString().contains(cause);
    assertThat(v.notes())
        .containsExactly(
            "'%s' does not say what input it expects: it gets BGR, 0..255, like an IR of 'ovkit convert'"
                .formatted(ir));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "1 | converted with scale 1, but the model expects 255",
        "65025 | converted with scale 65025, but the model expects 255",
      })
  void theWitnessDoesNotFollowAWrongFlag(float scale, String hint) {
    Path ir = converted(DEMO, "wrong", List.of(scale), null);
    Verification v = verify(onnx(DEMO), ir, PICTURES.subList(0, 1));
    assertThat(v.holds()).isFalse();
    assertThat(sentences(v, Kind.CAUSE)).anySatisfy(s -> assertThat(s).contains(hint));
  }

  @Test
  void anIrThatTakesRgbDoesNotPassUnlessItIsMeant() {
    Path ir = converted(DEMO, "rgb", null, false);
    VerifyOptions options = VerifyOptions.of(onnx(DEMO), ir);
    Verification v = Verifier.verify(options, PictureSource.of(PICTURES.subList(0, 1)), () -> {});
    assertThat(v.findings())
        .extracting(Finding::sentence)
        .containsExactly(
            "the IR takes RGB, 0..255 (according to its metadata), but an IR of 'ovkit convert'"
                + " takes BGR, 0..255: a program that passes frames from a camera or OpenCV"
                + " unchanged gets wrong boxes; if this is intended, give --input-colour RGB");
    assertThat(kinds(v)).containsExactly(Kind.INPUT);

    VerifyOptions meant = options.withInputColour(Colour.RGB);
    assertThat(
            Verifier.verify(meant, PictureSource.of(PICTURES.subList(0, 1)), () -> {}).findings())
        .isEmpty();
  }

  @Test
  void anIrWithoutPreprocessingPassesWhenThatIsMeant() throws IOException {
    Path ir = IrEdits.foreign(converted(COCO, "bare", List.of(1f), false), "bare-foreign");
    VerifyOptions o = VerifyOptions.of(onnx(COCO), ir);
    Verification unasked =
        Verifier.verify(o, PictureSource.of(TestModels.pictures(COCO)), () -> {});
    assertThat(sentences(unasked, Kind.CAUSE)).first().asString().contains("give --bare");
    assertThat(
            Verifier.verify(bare(o), PictureSource.of(TestModels.pictures(COCO)), () -> {})
                .findings())
        .isEmpty();
  }

  @Test
  void anUnusualModelIsRunAsTheCallerSays() {
    List<Float> mean = List.of(123.675f, 116.28f, 103.53f);
    List<Float> scale = List.of(58.395f, 57.12f, 57.375f);
    ConvertOptions o = options("yolox_nano-fixed");
    Path ir =
        Converter.convert(
                new ConvertOptions(
                    o.onnx(),
                    temp,
                    "unusual",
                    WeightPrecision.FP16,
                    o.outputs(),
                    Optional.empty(),
                    Optional.of(mean),
                    Optional.of(scale),
                    Optional.of(true),
                    Optional.of(Resize.Mode.LETTERBOX_CENTRE),
                    OptionalInt.of(128),
                    Optional.empty(),
                    List.of(),
                    true,
                    ModelDescription.NONE))
            .xml();
    assertThat(
            verify(onnx("yolox_nano-fixed"), ir, TestModels.pictures("yolox_nano-fixed")).holds())
        .isFalse();
    VerifyOptions told =
        new VerifyOptions(
            o.onnx(),
            ir,
            new Outputs.Auto(),
            Optional.of(mean),
            Optional.of(scale),
            Optional.of(Colour.RGB),
            Optional.of(Resize.Mode.LETTERBOX_CENTRE),
            OptionalInt.of(128),
            Optional.empty(),
            false,
            OptionalDouble.empty(),
            OptionalDouble.empty(),
            OptionalDouble.empty(),
            OptionalDouble.empty());
    Verification v =
        Verifier.verify(told, PictureSource.of(TestModels.pictures("yolox_nano-fixed")), () -> {});
    assertThat(v.findings()).isEmpty();
    assertThat(v.matched()).isPositive();
  }

  // ---- metadata that lies

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "input_colour | RGB | INPUT | takes RGB",
        "input_colour | RGB | CAUSE | its channels were swapped",
        "resize | stretch | INPUT | expects pictures stretched",
        "pad_value | 0 | INPUT | on grey 0 (according to its metadata), but the ONNX letterboxed in"
            + " the centre on grey 114",
        "head_0_output | /model.32/m.1/Conv_output_0 | METADATA | the metadata of the IR does not"
            + " match the IR",
        "head_0_anchors | 116,90 156,198 373,326 | CAUSE | different anchors at stride 8",
        "head_0_anchors | 116,90 156,198 373,326 | BOXES | boxes differ on",
        "layout | rubbish | METADATA | has 'rubbish' for 'layout'",
      })
  void metadataThatLiesIsFound(String key, String value, Kind kind, String words)
      throws IOException {
    Path right = Converter.convert(options(DEMO).into(temp, WeightPrecision.FP16)).xml();
    Path lying = IrEdits.saying(right, "lying", key, value);
    Verification v = verify(onnx(DEMO), lying, PICTURES);
    assertThat(v.holds()).isFalse();
    assertThat(sentences(v, kind)).anySatisfy(s -> assertThat(s).contains(words));
  }

  @Test
  void metadataThatClaimsTheRightThingDoesNotHelpAWrongGraph() throws IOException {
    Path wrong = converted(DEMO, "norev", null, false);
    Path lying =
        IrEdits.saying(
            IrEdits.saying(wrong, "l1", "input_colour", "BGR"), "l2", "reversed_channels", "true");
    Verification v = verify(onnx(DEMO), lying, PICTURES.subList(0, 1));
    assertThat(v.holds()).isFalse();
    assertThat(sentences(v, Kind.CAUSE)).first().asString().contains("its channels were swapped");
  }

  // ---- wrong outputs, weights

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void headsUnderEachOthersNamesAreExchanged(boolean foreign) throws IOException {
    Path edited =
        OnnxEdits.exchanged(
            onnx(DEMO),
            temp.resolve("edited.onnx"),
            HEADS.get(0) + "_output_0",
            HEADS.get(1) + "_output_0",
            HEADS.get(0),
            HEADS.get(1));
    Path ir = Converter.convert(ConvertOptions.of(edited).into(temp, WeightPrecision.FP16)).xml();
    Verification v =
        verify(onnx(DEMO), foreign ? IrEdits.foreign(ir, "foreign") : ir, PICTURES.subList(0, 1));
    assertThat(v.holds()).isFalse();
    assertThat(sentences(v, Kind.OUTPUTS_EXCHANGED))
        .containsExactly(
            "outputs '%s_output_0' and '%s_output_0' are swapped: each has the values of the other ([1,33,36,64] and [1,33,18,32])"
                .formatted(HEADS.get(0), HEADS.get(1)));
  }

  @Test
  void headsInAnotherOrderDoNotPassUnlessItIsMeant() {
    Outputs swapped = Outputs.parse(HEADS.get(1) + "," + HEADS.get(0) + "," + HEADS.get(2));
    Path ir =
        Converter.convert(options(DEMO).into(temp, WeightPrecision.FP16).withOutputs(swapped))
            .xml();
    Verification v = verify(onnx(DEMO), ir, PICTURES.subList(0, 1));
    assertThat(kinds(v)).containsExactly(Kind.OUTPUT_ORDER);
    assertThat(sentences(v, Kind.OUTPUT_ORDER))
        .first()
        .asString()
        .contains(
            "in the order %2$s, %1$s, %3$s,".formatted(HEADS.toArray()),
            "in the order %s_output_0, %s_output_0, %s_output_0".formatted(HEADS.toArray()));
    VerifyOptions o = VerifyOptions.of(onnx(DEMO), ir);
    VerifyOptions meant =
        new VerifyOptions(
            o.first(),
            o.second(),
            swapped,
            o.mean(),
            o.scale(),
            o.modelColour(),
            o.resize(),
            o.pad(),
            o.inputColour(),
            o.bare(),
            o.confidence(),
            o.relativeL2(),
            o.score(),
            o.iou());
    assertThat(
            Verifier.verify(meant, PictureSource.of(PICTURES.subList(0, 1)), () -> {}).findings())
        .isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {DEMO, "v5lite-e-coco", "yolox_nano-416"})
  void anOverflowOfF16IsNonFinite(String name) throws IOException {
    Path ir = Converter.convert(options(name).into(temp, WeightPrecision.FP16)).xml();
    Path overflown = IrEdits.overflown(ir, "overflown");
    for (Path one : List.of(overflown, IrEdits.foreign(overflown, "foreign"))) {
      Verification v = verify(onnx(name), one, TestModels.pictures(name));
      assertThat(v.holds()).isFalse();
      assertThat(sentences(v, Kind.NON_FINITE))
          .first()
          .asString()
          .contains("holds non-finite values", "65504, where f16 ends", "--data-type FP32");
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void otherWeightsAreWhatNothingElseExplains(boolean foreign) throws IOException {
    Path other = OnnxEdits.trainedOn(onnx(DEMO), temp.resolve("other.onnx"));
    Path made = Converter.convert(ConvertOptions.of(other).into(temp, WeightPrecision.FP16)).xml();
    Path ir = foreign ? IrEdits.foreign(made, "foreign") : made;
    Verification v = verify(onnx(DEMO), ir, PICTURES);
    assertThat(v.holds()).isFalse();
    assertThat(kinds(v)).contains(Kind.OUTPUTS);
    assertThat(sentences(v, Kind.CAUSE))
        .first()
        .asString()
        .contains(
            foreign
                ? "the weights or the graph must differ"
                : "it was made from another ONNX (sha256 ");
  }

  @Test
  void aModelWithOtherClassesIsAnotherModel() {
    Path other = TestModels.small("yolov5-rows");
    Path ir = Converter.convert(ConvertOptions.of(other).into(temp, WeightPrecision.FP16)).xml();
    Verification v = verify(onnx(DEMO), ir, PICTURES.subList(0, 1));
    assertThat(sentences(v, Kind.CLASSES))
        .containsExactly(
            "'%s' detects 6 classes, but '%s' detects 3: they are different models"
                .formatted(onnx(DEMO), ir));
  }

  // ---- bad input

  @Test
  void whatIsNoModelIsSaid() throws IOException {
    Path text = Files.writeString(temp.resolve("notes.txt"), "x");
    VerifyOptions options = VerifyOptions.of(text, text);
    assertThatThrownBy(() -> Verifier.verify(options, List.of(), () -> {}))
        .isInstanceOf(ModelException.class)
        .hasMessage(
            "'%s' is neither an ONNX model nor an IR; expected a name that ends in .onnx or .xml"
                .formatted(text));
  }

  @Test
  void aPictureThatCannotBeReadIsNotedAndTheOthersAreCompared() throws IOException {
    Path ir = Converter.convert(options(DEMO).into(temp, WeightPrecision.FP16)).xml();
    Path broken = Files.writeString(temp.resolve("broken.jpg"), "no picture");
    VerifyOptions options = VerifyOptions.of(onnx(DEMO), ir);
    int[] steps = {0};
    Verification v =
        Verifier.verify(
            options, PictureSource.of(List.of(broken, PICTURES.get(0))), () -> steps[0]++);
    assertThat(v.unreadable()).extracting(u -> u.picture()).containsExactly(broken.toString());
    assertThat(v.pictures()).hasSize(1);
    assertThat(steps[0]).isEqualTo(2);
    assertThatThrownBy(() -> Verifier.verify(options, PictureSource.of(List.of(broken)), () -> {}))
        .isInstanceOf(PictureException.class)
        .hasMessageContaining("broken.jpg");
  }

  // ---- helpers

  private Path converted(
      String name, String as, @Nullable List<Float> scale, @Nullable Boolean reverse) {
    ConvertOptions o = options(name);
    return Converter.convert(
            new ConvertOptions(
                o.onnx(),
                temp,
                as,
                WeightPrecision.FP16,
                o.outputs(),
                Optional.empty(),
                Optional.empty(),
                Optional.ofNullable(scale),
                Optional.ofNullable(reverse),
                Optional.empty(),
                OptionalInt.empty(),
                Optional.empty(),
                List.of(),
                true,
                ModelDescription.NONE))
        .xml();
  }

  private static VerifyOptions bare(VerifyOptions o) {
    return new VerifyOptions(
        o.first(),
        o.second(),
        o.outputs(),
        o.mean(),
        o.scale(),
        o.modelColour(),
        o.resize(),
        o.pad(),
        o.inputColour(),
        true,
        o.confidence(),
        o.relativeL2(),
        o.score(),
        o.iou());
  }

  private static Verification verify(Path first, Path second, List<Path> pictures) {
    return Verifier.verify(VerifyOptions.of(first, second), PictureSource.of(pictures), () -> {});
  }

  private static List<Kind> kinds(Verification v) {
    return v.findings().stream().map(Finding::kind).toList();
  }

  private static List<String> sentences(Verification v, Kind kind) {
    return v.findings().stream().filter(f -> f.kind() == kind).map(Finding::sentence).toList();
  }

  private static Path onnx(String name) {
    return TestModels.onnx(name);
  }

  private static ConvertOptions options(String name) {
    return ConvertOptions.of(onnx(name));
  }
}
