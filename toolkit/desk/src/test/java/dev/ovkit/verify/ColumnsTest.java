package dev.ovkit.verify;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.ovkit.Shared;
import dev.ovkit.TestModels;
import dev.ovkit.convert.ConvertOptions;
import dev.ovkit.convert.Converter;
import dev.ovkit.convert.Outputs;
import dev.ovkit.ir.IrDescription;
import dev.ovkit.ir.WeightPrecision;
import dev.ovkit.layout.FlatColumns;
import dev.ovkit.model.DetectOptions;
import dev.ovkit.model.Detection;
import dev.ovkit.picture.Picture;
import dev.ovkit.subject.Answer;
import dev.ovkit.subject.IrSubject;
import dev.ovkit.subject.Output;
import dev.ovkit.subject.Subject;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Boxes decoded in the graph are those that the client decodes. */
@Tag("integration")
class ColumnsTest {

  @TempDir private Path temp;

  @ParameterizedTest
  @CsvSource({
    "conveyor-parts,6,9072",
    "v5lite-e-coco,80,6300",
    "v5lite-s,7,10647",
    "yolov5n-ppe,2,25200",
    "yolox_nano-416,80,3549",
    "yolox_nano-fixed,80,8400"
  })
  void theSameBoxesAreFound(String model, int classes, int candidates) {
    try (Subject client = IrSubject.open(ir(model, new Outputs.Auto()), detect());
        Subject graph = IrSubject.open(ir(model, new Outputs.Columns()), detect())) {
      assertThat(graph.spec().layout()).isEqualTo(new FlatColumns("columns", classes));
      int found = 0;
      for (Path file : pictures(model)) {
        Picture picture = Picture.read(file);
        Answer decoded = graph.answer(picture);
        assertThat(decoded.outputs())
            .extracting(Output::shape)
            .containsExactly(List.of(1L, 4L + classes, (long) candidates));
        List<Detection> expected = client.answer(picture).detections().objects();
        List<Detection> actual = decoded.detections().objects();
        assertThat(actual).hasSameSizeAs(expected);
        for (int i = 0; i < expected.size(); i++) {
          assertThat(actual.get(i).score()).isCloseTo(expected.get(i).score(), within(1e-4f));
          assertThat(actual.get(i).classId()).isEqualTo(expected.get(i).classId());
          assertThat(actual.get(i).box().x()).isCloseTo(expected.get(i).box().x(), within(0.02f));
          assertThat(actual.get(i).box().width())
              .isCloseTo(expected.get(i).box().width(), within(0.02f));
        }
        found += expected.size();
      }
      assertThat(found).isPositive();
    }
  }

  /** An exporter decoded these itself, so neither our graph nor our client is the judge. */
  @ParameterizedTest
  @ValueSource(strings = {"conveyor-parts", "v5lite-s", "yolov5n-ppe"})
  void theColumnsAreTheExportersRows(String model) {
    try (Subject theirs = IrSubject.open(ir(model, new Outputs.AsTheyAre()), detect());
        Subject ours = IrSubject.open(ir(model, new Outputs.Columns()), detect())) {
      Picture picture = Picture.read(TestModels.pictures(model).get(0));
      Output rows = theirs.answer(picture).outputs().get(0);
      Output columns = ours.answer(picture).outputs().get(0);
      int width = Math.toIntExact(rows.shape().get(2));
      int n = Math.toIntExact(rows.shape().get(1));
      for (int i = 0; i < n; i++) {
        for (int c = 0; c < width - 1; c++) {
          float value = rows.values()[i * width + (c < 4 ? c : c + 1)];
          float expected = c < 4 ? value : value * rows.values()[i * width + 4];
          assertThat(columns.values()[c * n + i])
              .isCloseTo(expected, within(c < 4 ? 5e-3f : 1e-4f));
        }
      }
    }
  }

  /** Its YOLOv5 and YOLOv8 wrappers scale and reverse where nothing says otherwise. */
  @Test
  void theModelApiIsToldThatNothingIsLeftToDo() {
    assertThat(
            IrDescription.read(ir("conveyor-parts", new Outputs.Columns())).section("model_info"))
        .containsEntry("model_type", "YOLOv8")
        .containsEntry("reverse_input_channels", "False")
        .containsEntry("mean_values", "0")
        .containsEntry("scale_values", "1")
        .containsEntry("pad_value", "114")
        .containsEntry("resize_type", "fit_to_window_letterbox");
    assertThat(
            IrDescription.read(ir("conveyor-parts", new Outputs.AsTheyAre())).section("model_info"))
        .doesNotContainKeys("model_type", "scale_values");
    assertThat(IrDescription.read(ir("small:yolox-raw", new Outputs.Auto())).section("model_info"))
        .containsEntry("model_type", "YOLOX")
        .containsEntry("resize_type", "fit_to_window");
  }

  private static List<Path> pictures(String model) {
    return model.equals(TestModels.DEMO)
        ? TestModels.demoPictures()
        : List.of(
            Shared.picture("bus.jpg"),
            Shared.picture("000000011511.jpg"),
            Shared.picture("000000017899.jpg"));
  }

  /** Low enough for helmets and vests where there are few. */
  private static DetectOptions detect() {
    return DetectOptions.defaults().withConfidence(0.05f);
  }

  private Path ir(String model, Outputs outputs) {
    return Converter.convert(
            ConvertOptions.of(TestModels.onnx(model))
                .into(temp.resolve(outputs.getClass().getSimpleName()), WeightPrecision.FP32)
                .withOutputs(outputs))
        .xml();
  }
}
