package dev.ovkit.family;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ovkit.ModelException;
import dev.ovkit.OptionException;
import dev.ovkit.convert.Conversion;
import dev.ovkit.convert.ConversionManifest;
import dev.ovkit.convert.ConvertOptions;
import dev.ovkit.convert.Converter;
import dev.ovkit.head.Anchor;
import dev.ovkit.ir.WeightPrecision;
import dev.ovkit.layout.AnchorCoding;
import dev.ovkit.layout.RawHeads;
import dev.ovkit.model.Colour;
import dev.ovkit.onnx.OnnxModel;
import dev.ovkit.onnx.Sketch;
import dev.ovkit.python.PythonListener;
import dev.ovkit.subject.PictureSource;
import dev.ovkit.verify.Verification;
import dev.ovkit.verify.Verifier;
import dev.ovkit.verify.VerifyOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Models of which the caller says what no graph shows. */
class DescribedModelsTest {

  private static final float[][] ANCHORS = {
    {10, 13, 16, 30, 33, 23}, {30, 61, 62, 45, 59, 119}, {116, 90, 156, 198, 373, 326}
  };

  @TempDir private Path temp;

  private static ModelDescription layout(String name, boolean corners, boolean share, boolean raw) {
    return new ModelDescription(
        "",
        name,
        Optional.of(corners),
        share,
        raw,
        false,
        OptionalInt.empty(),
        false,
        List.of(),
        Optional.empty());
  }

  private List<String> found(FixedAnswer answer, ModelDescription description) throws IOException {
    return answer.boxes(temp, description).stream().map(FixedAnswer::text).toList();
  }

  /** The same numbers are other boxes under another description. */
  @Test
  void oneTableIsReadAsItIsDescribed() throws Exception {
    float[] row = {0.25f, 0.25f, 0.5f, 0.5f, 2, -9, 0, 0, 0, 0, -9, -9};
    FixedAnswer answer = new FixedAnswer(13);
    answer.sketch().output(answer.computed(row, 1, 2, 6));
    assertThat(found(answer, known(layout("boxes-and-scores", true, true, true), 2)))
        .containsExactly("0 0.88: 16.0 16.0 32.0 32.0");
    assertThat(found(answer, known(layout("boxes-and-scores", false, true, true), 2)))
        .containsExactly("0 0.88: 0.0 0.0 32.0 32.0");
  }

  private static ModelDescription known(ModelDescription said, int classes) {
    return new ModelDescription(
        "",
        said.layout(),
        said.corners(),
        said.normalised(),
        said.logits(),
        said.suppressed(),
        OptionalInt.of(classes),
        said.classesFromOne(),
        List.of(),
        Optional.empty());
  }

  @Test
  void rowsOfObjectsNeedTheNumberOfClasses() throws Exception {
    float[] row = {8, 8, 40, 48, 0.75f, 2};
    FixedAnswer answer = new FixedAnswer(13);
    answer.sketch().output(answer.computed(row, 1, 1, 6));
    ModelDescription said = layout("end-to-end", true, false, false);
    assertThat(found(answer, known(said, 3))).containsExactly("2 0.75: 8.0 8.0 40.0 48.0");
    assertThatThrownBy(() -> found(answer, said))
        .isInstanceOf(ModelException.class)
        .hasMessageContaining("--classes N or --labels FILE");
  }

  /** A network that is as sure of its box as the first of its channels is bright. */
  private static FixedAnswer sureOfItsFirstChannel(int blue, int red) {
    FixedAnswer answer = new FixedAnswer(13).seeing(blue, 0, red);
    Sketch sketch = answer.sketch();
    String first =
        sketch.op(
            "Slice",
            List.of(
                sketch.op("GlobalAveragePool", "images"),
                sketch.longs(0),
                sketch.longs(1),
                sketch.longs(1)));
    sketch.outputOf(answer.computed(new float[] {8, 8, 40, 48}, 1, 1, 4), 1, 1, 4);
    sketch.outputOf(sketch.op("Reshape", List.of(first, sketch.longs(1, 1, 1))), 1, 1, 1);
    return answer;
  }

  /** No graph shows on which order of channels it was trained. */
  @Test
  void theCallerSaysOnWhichColoursItWasTrained() throws Exception {
    ModelDescription said = layout("boxes-and-scores", true, false, false);
    ModelDescription bgr = said.trainedOn(Colour.BGR);
    assertThat(found(sureOfItsFirstChannel(255, 0), bgr))
        .containsExactly("0 1.00: 8.0 8.0 40.0 48.0");
    assertThat(found(sureOfItsFirstChannel(0, 255), bgr)).isEmpty();
    assertThat(found(sureOfItsFirstChannel(255, 0), said)).isEmpty();
    assertThat(found(sureOfItsFirstChannel(0, 255), said)).hasSize(1);
    assertThat(ModelDescription.read(bgr.write(), "model.xml")).isEqualTo(bgr);
  }

  /** That the IR shall not reverse the channels says nothing of the model: the client does it. */
  @Test
  void whereTheIrReversesIsAnotherQuestion() throws Exception {
    for (boolean reverse : new boolean[] {true, false}) {
      for (Colour colour : Colour.values()) {
        FixedAnswer answer = sureOfItsFirstChannel(255, 0);
        Path onnx = Files.write(temp.resolve("colour.onnx"), answer.sketch().proto().toByteArray());
        ConvertOptions options =
            ConvertOptions.of(onnx)
                .into(temp.resolve("ir"), WeightPrecision.FP32)
                .describedAs(layout("boxes-and-scores", true, false, false).trainedOn(colour))
                .toBuilder()
                .reverseChannels(Optional.of(reverse))
                .build();
        Conversion made = Converter.convert(options);
        assertThat(answer.read(made.xml())).hasSize(colour == Colour.BGR ? 1 : 0);
        assertThat(made.detector().orElseThrow().inputColour())
            .isEqualTo(reverse ? colour.reversed() : colour);
      }
    }
  }

  /** Number 1 is the first class, and 0 is nothing. */
  @Test
  void rowsOfObjectsMayCountTheirClassesFromOne() throws Exception {
    FixedAnswer answer = new FixedAnswer(13);
    float[] rows = {8, 8, 40, 48, 0.75f, 3, 8, 8, 40, 48, 0.5f, 1, 0, 0, 0, 0, 0, 0};
    answer.sketch().outputOf(answer.computed(rows, 1, 3, 6), 1, 3, 6);
    ModelDescription said =
        new ModelDescription(
            "",
            "end-to-end",
            Optional.empty(),
            false,
            false,
            false,
            OptionalInt.of(3),
            true,
            List.of(),
            Optional.empty());
    assertThat(found(answer, said))
        .containsExactly("2 0.75: 8.0 8.0 40.0 48.0", "0 0.50: 8.0 8.0 40.0 48.0");
    assertThat(ModelDescription.read(said.write(), "model.xml")).isEqualTo(said);
    assertThatThrownBy(
            () ->
                new ModelDescription(
                    "",
                    "flat-rows",
                    Optional.empty(),
                    false,
                    false,
                    false,
                    OptionalInt.empty(),
                    true,
                    List.of(),
                    Optional.empty()))
        .isInstanceOf(OptionException.class)
        .hasMessageContaining("only the rows of end-to-end");
  }

  /** Before opset 13 the shares of all scores together are one, not those of each candidate. */
  @Test
  void anOlderSoftmaxTakesAllAxesBehindItsOwnForOne() throws Exception {
    FixedAnswer answer = new FixedAnswer(12);
    float five = (float) Math.log(5);
    String logits = answer.computed(FixedAnswer.sparse(6, 2, five), 1, 3, 2);
    answer.sketch().outputOf(answer.sketch().op("Softmax", logits), 1, 3, 2);
    answer
        .sketch()
        .outputOf(answer.computed(new float[] {8, 8, 40, 48, 0, 0, 9, 9}, 1, 2, 4), 1, 2, 4);
    assertThat(found(answer, layout("boxes-and-scores", true, false, false)))
        .containsExactly("1 0.50: 8.0 8.0 40.0 48.0");
  }

  @Test
  void rowsWithAnObjectnessMayBeLogits() throws Exception {
    float[] rows = new float[8 * 7];
    System.arraycopy(new float[] {24, 28, 32, 40, 2, -9, 9}, 0, rows, 0, 7);
    for (int row = 1; row < 8; row++) {
      rows[row * 7 + 4] = -9;
    }
    FixedAnswer answer = new FixedAnswer(13);
    answer.sketch().output(answer.computed(rows, 1, 8, 7));
    assertThat(found(answer, layout("flat-rows", false, false, true)))
        .containsExactly("1 0.88: 8.0 8.0 40.0 48.0");
  }

  @ParameterizedTest
  @CsvSource({
    "yolov5, YOLOV5, 10",
    "yolov7, YOLOV5, 12",
    "yolov7-tiny, YOLOV5, 10",
    "yolov3, YOLOV3, 10"
  })
  void mapsAreThoseOfTheFamilyThatIsNamed(String family, AnchorCoding coding, float first) {
    for (FamiliesTest.Form form : List.of(FamiliesTest.Form.CONVOLUTIONS, FamiliesTest.Form.MAPS)) {
      OnnxModel model = FamiliesTest.yolov5(form, 4, 96, 160, ANCHORS).model();
      FoundDetector found =
          ModelDescription.family(family)
              .among(Families.ALL)
              .recognise(model)
              .detector()
              .orElseThrow();
      RawHeads heads = (RawHeads) found.layout(model, found.cutAt(), false).layout().orElseThrow();
      assertThat(heads.boxes()).isEqualTo(coding);
      assertThat(heads.classes()).isEqualTo(4);
      assertThat(heads.heads().get(0).anchors().get(0).width()).isEqualTo(first);
    }
  }

  /** What the caller said goes into IR and manifest, so that nobody needs to say it again. */
  @Test
  void whatWasSaidIsKept() throws Exception {
    Path onnx =
        Files.write(
            temp.resolve("maps.onnx"),
            FamiliesTest.yolov5(FamiliesTest.Form.MAPS, 4, 96, 160, ANCHORS).proto().toByteArray());
    Conversion made =
        Converter.convert(
            ConvertOptions.of(onnx)
                .into(temp.resolve("a"), WeightPrecision.FP32)
                .describedAs(ModelDescription.family("yolov3")));
    assertThat(made.detector().orElseThrow().layout().heads().get(2).anchors())
        .contains(new Anchor(373, 326));
    Verification verification =
        Verifier.verify(
            VerifyOptions.of(onnx, made.xml()),
            PictureSource.of(
                List.of(
                    Path.of(System.getProperty("ovkit.home"), "ir-models/pictures/000000.jpg"))),
            () -> {});
    assertThat(verification.holds()).isTrue();
    assertThat(
            Converter.repeat(
                    ConversionManifest.read(made.manifestFile()),
                    onnx,
                    temp.resolve("b"),
                    PythonListener.SILENT)
                .otherFiles())
        .isEmpty();
  }

  @Test
  void aRefusalProposesWhatItsShapesAllow() {
    FixedAnswer answer = new FixedAnswer(13);
    answer.sketch().output(answer.computed(new float[100 * 9], 1, 100, 9));
    Recognition unknown = Families.ALL.recognise(answer.sketch().model());
    assertThat(unknown.isDetector()).isFalse();
    assertThat(unknown.proposals())
        .extracting(Recognition.Proposal::flags)
        .contains("--layout boxes-and-scores --boxes cxcywh --normalised");
  }

  @Test
  void whatContradictsItselfIsRefused() {
    assertThatThrownBy(() -> ModelDescription.family("yolov99"))
        .isInstanceOf(OptionException.class)
        .hasMessageContaining("expected one of libreyolo, yolov4, yolov5,");
    assertThatThrownBy(() -> layout("", true, false, false))
        .isInstanceOf(OptionException.class)
        .hasMessage("boxes, scores, classes and anchors describe a layout; name it with --layout");
    FixedAnswer answer = new FixedAnswer(13);
    answer.sketch().output(answer.computed(new float[6], 1, 1, 6));
    assertThatThrownBy(() -> found(answer, layout("flat-rows", true, false, false)))
        .isInstanceOf(ModelException.class)
        .hasMessageContaining("described as flat-rows, which needs boxes cxcywh in pixels");
  }
}
