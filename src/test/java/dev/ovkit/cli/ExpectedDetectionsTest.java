package dev.ovkit.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.ovkit.compare.Comparison;
import dev.ovkit.compare.MatchedPair;
import dev.ovkit.model.Box;
import dev.ovkit.model.Detection;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * From ONNX to boxes, on real models and 54 pictures, against references made by other software
 * (ONNX Runtime, in Python). The FP16 IR, computed in f32.
 */
@Tag("integration")
class ExpectedDetectionsTest {

  /** References below it may be missed: rounding decides what is near the threshold of 0.25. */
  private static final double COUNTS = 0.30;

  private static final double NOTHING_NEW_ABOVE = 0.32;

  @TempDir private Path temp;

  @ParameterizedTest
  @CsvSource({"v5lite-e-coco,234", "v5lite-s,33", "yolov5n-ppe,16", "yolox_nano-416,270"})
  void everyReferenceDetectionIsFoundAndNothingIsAdded(String model, int references)
      throws IOException {
    Path shared = Cli.shared();
    assertThat(
            Cli.run("convert", shared.resolve("models/" + model + ".onnx"), "-o", temp).exitCode())
        .isZero();
    Cli infer =
        Cli.run(
            "infer",
            "--ir",
            temp.resolve(model + ".xml"),
            "--image",
            shared.resolve("pictures"),
            "--json");
    assertThat(infer.exitCode()).isZero();

    ObjectMapper mapper = new ObjectMapper();
    JsonNode found = mapper.readTree(infer.out()).get("pictures");
    JsonNode expected =
        mapper
            .readTree(shared.resolve("expected-suppressed-first/" + model + ".json").toFile())
            .get("pictures");
    int seen = 0;
    int counted = 0;
    List<String> wrong = new ArrayList<>();
    for (JsonNode picture : expected) {
      String name = picture.get("file").asText();
      JsonNode mine = picture(found, name);
      assertThat(mine.get("width").asInt()).isEqualTo(picture.get("width").asInt());
      assertThat(mine.get("height").asInt()).isEqualTo(picture.get("height").asInt());
      List<Detection> reference = detections(picture);
      seen += reference.size();
      Comparison comparison = Comparison.of(reference, detections(mine), 0.9);
      for (MatchedPair pair : comparison.pairs()) {
        if (pair.first().score() >= COUNTS) {
          counted++;
          if (pair.iou() < 0.98 || Math.abs(pair.scoreDifference()) > 0.01) {
            wrong.add(name + ": " + pair);
          }
        }
      }
      comparison.onlyFirst().stream()
          .filter(d -> d.score() >= COUNTS)
          .forEach(d -> wrong.add(name + ": missed " + d));
      comparison.onlySecond().stream()
          .filter(d -> d.score() > NOTHING_NEW_ABOVE)
          .forEach(d -> wrong.add(name + ": added " + d));
    }
    assertThat(seen).isEqualTo(references);
    assertThat(counted).as("references that count").isPositive();
    assertThat(wrong).isEmpty();
  }

  private static JsonNode picture(JsonNode pictures, String name) {
    for (JsonNode picture : pictures) {
      if (picture.get("file").asText().endsWith("/" + name)) {
        return picture;
      }
    }
    throw new AssertionError(name + " is not among the results");
  }

  private static List<Detection> detections(JsonNode picture) {
    List<Detection> detections = new ArrayList<>();
    for (JsonNode d : picture.get("detections")) {
      JsonNode box = d.get("box");
      detections.add(
          new Detection(
              "",
              d.get("class_id").asInt(),
              (float) d.get("score").asDouble(),
              new Box(
                  (float) box.get("x").asDouble(),
                  (float) box.get("y").asDouble(),
                  (float) box.get("width").asDouble(),
                  (float) box.get("height").asDouble())));
    }
    return detections;
  }
}
