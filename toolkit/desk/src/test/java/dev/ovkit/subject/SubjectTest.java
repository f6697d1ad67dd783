package dev.ovkit.subject;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ovkit.TestModels;
import dev.ovkit.compare.Comparison;
import dev.ovkit.convert.Conversion;
import dev.ovkit.convert.ConvertOptions;
import dev.ovkit.convert.Converter;
import dev.ovkit.ir.WeightPrecision;
import dev.ovkit.model.DetectOptions;
import dev.ovkit.picture.Picture;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The two engines agree on real models, and each says what it is. */
@Tag("integration")
class SubjectTest {

  @TempDir private Path temp;

  @ParameterizedTest
  @CsvSource({"conveyor-parts,0", "v5lite-e-coco,0", "yolox_nano-416,0", "yolov5n-ppe,1"})
  void onnxAndIrAnswerAlike(String name, int picture) {
    Path onnx = TestModels.onnx(name);
    ConvertOptions options = ConvertOptions.of(onnx).into(temp, WeightPrecision.FP32);
    Conversion conversion = Converter.convert(options);
    DetectOptions detect = DetectOptions.defaults().withConfidence(0.3f);
    try (Subject first = OnnxSubject.open(options, detect);
        Subject second = IrSubject.open(conversion.xml(), detect);
        Picture read = Picture.read(TestModels.pictures(name).get(picture))) {
      Answer a = first.answer(read);
      Answer b = second.answer(read);
      assertThat(a.outputs()).hasSameSizeAs(b.outputs());
      for (int i = 0; i < a.outputs().size(); i++) {
        assertThat(b.outputs().get(i).shape()).isEqualTo(a.outputs().get(i).shape());
        assertThat(relativeL2(a.outputs().get(i).values(), b.outputs().get(i).values()))
            .isLessThan(1e-5);
      }
      Comparison boxes = Comparison.of(a.detections().objects(), b.detections().objects(), 0.99);
      assertThat(boxes.pairs()).isNotEmpty();
      assertThat(boxes.onlyFirst()).isEmpty();
      assertThat(boxes.onlySecond()).isEmpty();
      assertThat(first.engine()).startsWith("ONNX Runtime 1.");
      assertThat(second.engine()).startsWith("OpenVINO 20");
    }
  }

  private static double relativeL2(float[] expected, float[] actual) {
    double difference = 0;
    double norm = 0;
    for (int i = 0; i < expected.length; i++) {
      difference += Math.pow((double) expected[i] - actual[i], 2);
      norm += Math.pow(expected[i], 2);
    }
    return Math.sqrt(difference / norm);
  }
}
