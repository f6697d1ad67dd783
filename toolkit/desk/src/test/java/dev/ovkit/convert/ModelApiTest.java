package dev.ovkit.convert;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.ovkit.PinnedPython;
import dev.ovkit.Shared;
import dev.ovkit.ir.WeightPrecision;
import dev.ovkit.model.Box;
import dev.ovkit.model.DetectOptions;
import dev.ovkit.model.Detection;
import dev.ovkit.model.DetectorSpec;
import dev.ovkit.picture.Frame;
import dev.ovkit.picture.Letterbox;
import dev.ovkit.picture.Picture;
import dev.ovkit.vision.Detector;
import dev.ovkit.vision.DetectorOptions;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * OpenVINO's Model API, a reader that is not ours, on IRs of real models: it finds what {@link
 * Detector} finds.
 *
 * <p>Where a picture has to be resized, the two see different bytes: the Model API resizes in the
 * graph, by OpenVINO's Interpolate, ovkit by OpenCV. So scores differ a little, and a box whose
 * score is near the threshold may be found by one alone; both look down to 0.2, boxes from 0.3 on
 * have to be found. Where nothing is resized, both see the same bytes and answer the same.
 */
@Tag("network")
class ModelApiTest {

  private static final float LOWEST = 0.2f;
  private static final float SURE = 0.3f;
  private static final PinnedPython PYTHON = new PinnedPython("model-api");

  @TempDir private Path temp;

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "v5lite-e-coco | bus.jpg,street.jpg,zidane.jpg | 10",
        "v5lite-s | bus.jpg,street.jpg,000000011511.jpg,000000017899.jpg | 1",
      })
  void itFindsTheSameBoxes(String model, String names, int least) throws Exception {
    Path ir =
        Converter.convert(
                ConvertOptions.of(Shared.model(model + ".onnx"))
                    .into(temp, WeightPrecision.FP16)
                    .withOutputs(new Outputs.Columns()))
            .xml();
    int sure = 0;
    try (Detector detector =
        Detector.open(
            ir,
            DetectorOptions.defaults()
                .withDetect(DetectOptions.defaults().withConfidence(LOWEST)))) {
      List<Path> pictures = new ArrayList<>();
      for (String name : names.split(",")) {
        Path picture = Shared.picture(name);
        pictures.add(picture);
        pictures.add(fitted(picture, detector.spec()));
      }
      JsonNode said = modelApi(ir, pictures);
      assertThat(said.get("wrapper").asText()).isEqualTo("YOLOv8");
      for (int i = 0; i < pictures.size(); i++) {
        JsonNode seen = said.get("pictures").get(i);
        JsonNode input = seen.get("first_convolution");
        boolean fits = i % 2 == 1;
        String what = "%s on %s".formatted(model, pictures.get(i).getFileName());
        assertThat(input.get("picture_has_input_size").asBoolean()).as(what).isEqualTo(fits);
        // The scale is in the weights, so the first convolution reads 0..255.
        assertThat(input.get("largest").asDouble()).as(what).isBetween(200.0, 255.0);
        List<Detection> ours = detector.detect(pictures.get(i)).objects();
        List<Detection> theirs = detections(seen);
        if (fits) {
          assertThat(input.get("max_abs").asDouble()).as(what).isZero();
          assertThat(theirs).as(what).hasSameSizeAs(ours);
          assertThat(worstScore(ours, theirs)).as(what).isLessThan(1e-3);
        } else {
          // Bytes are rounded by both, so one step is the least that can differ.
          assertThat(input.get("max_abs").asDouble()).as(what).isBetween(0.5, 1.001);
        }
        assertThat(sure(ours)).as(what + ": theirs").allMatch(box -> isAmong(box, theirs));
        assertThat(sure(theirs)).as(what + ": ours").allMatch(box -> isAmong(box, ours));
        sure += sure(ours).size();
      }
    }
    assertThat(sure).as("boxes that had to be found").isGreaterThanOrEqualTo(least);
  }

  /** The picture as it lies in the input, so that nobody has to resize it. */
  private Path fitted(Path file, DetectorSpec spec) {
    ByteBuffer pixels = ByteBuffer.allocateDirect(3 * spec.inputWidth() * spec.inputHeight());
    try (Picture picture = Picture.read(file)) {
      Letterbox box =
          Letterbox.of(
              picture.width(),
              picture.height(),
              spec.inputWidth(),
              spec.inputHeight(),
              spec.resize().mode());
      picture.letterbox(box, spec.resize(), pixels);
    }
    Path png = temp.resolve(ConvertOptions.stem(file, ".jpg") + "-fitted.png");
    try (Picture fitted =
        Picture.of(Frame.of(pixels, spec.inputWidth(), spec.inputHeight(), Frame.Format.BGR))) {
      fitted.write(png);
    }
    return png;
  }

  private static JsonNode modelApi(Path ir, List<Path> pictures) throws Exception {
    List<String> words = new ArrayList<>(List.of("model_api/detect_with_model_api.py"));
    words.addAll(List.of("--ir", ir.toString(), "--confidence", Float.toString(LOWEST)));
    for (Path picture : pictures) {
      words.addAll(List.of("--image", picture.toAbsolutePath().toString()));
    }
    return new ObjectMapper().readTree(PYTHON.run(words));
  }

  private static List<Detection> detections(JsonNode picture) {
    List<Detection> detections = new ArrayList<>();
    for (JsonNode found : picture.get("detections")) {
      JsonNode box = found.get("box");
      float x = box.get(0).floatValue();
      float y = box.get(1).floatValue();
      detections.add(
          new Detection(
              found.get("label").asText(),
              found.get("class").asInt(),
              found.get("score").floatValue(),
              new Box(x, y, box.get(2).floatValue() - x, box.get(3).floatValue() - y)));
    }
    return detections;
  }

  private static List<Detection> sure(List<Detection> found) {
    return found.stream().filter(detection -> detection.score() >= SURE).toList();
  }

  private static boolean isAmong(Detection wanted, List<Detection> found) {
    return found.stream()
        .anyMatch(
            other -> other.classId() == wanted.classId() && other.box().iou(wanted.box()) > 0.5);
  }

  /** The largest difference of scores of one place and class, 0 where there are none. */
  private static double worstScore(List<Detection> ours, List<Detection> theirs) {
    double worst = 0;
    for (Detection one : ours) {
      worst =
          Math.max(
              worst,
              theirs.stream()
                  .filter(other -> other.classId() == one.classId())
                  .filter(other -> other.box().iou(one.box()) > 0.5)
                  .mapToDouble(other -> Math.abs(other.score() - one.score()))
                  .min()
                  .orElse(0));
    }
    return worst;
  }
}
