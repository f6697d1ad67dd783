package dev.ovkit.family;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.ovkit.Shared;
import dev.ovkit.convert.ConvertOptions;
import dev.ovkit.convert.Converter;
import dev.ovkit.ir.WeightPrecision;
import dev.ovkit.model.Box;
import dev.ovkit.model.Detection;
import dev.ovkit.model.Detections;
import dev.ovkit.model.Mask;
import dev.ovkit.model.RotatedBox;
import dev.ovkit.vision.Detector;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.ToDoubleBiFunction;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Models that find more than boxes find what Ultralytics' own program finds with the same ONNX: no
 * flag, an FP32 IR; class, score (0.01) and place (IoU 0.98) of 99 objects in 100, and what each
 * task adds.
 */
@Tag("integration")
class TaskReferenceTest {

  private static final double SHARE = 0.99;
  private static final double SAME_PLACE = 0.98;
  private static final double SAME_SCORE = 0.01;

  /** A score that is so near the threshold may be on its other side. */
  private static final double SURE = 0.26;

  @TempDir private Path temp;

  private record Pair(JsonNode wanted, Detection found) {}

  private static Path shared(String folder) {
    return Shared.directory().resolve(folder);
  }

  private Detector detector(String name) {
    return Detector.open(
        Converter.convert(
                ConvertOptions.of(shared("families").resolve(name + ".onnx"))
                    .into(temp, WeightPrecision.FP32))
            .xml());
  }

  private static JsonNode reference(String file) throws IOException {
    return new ObjectMapper()
        .readTree(Files.readString(shared("families").resolve(file)))
        .get("pictures");
  }

  /** Pairs what was found with what was wanted; fails if too much is lost or too much is added. */
  private static List<Pair> pairs(
      Detector detector, JsonNode pictures, ToDoubleBiFunction<JsonNode, Detection> overlap) {
    List<Pair> pairs = new ArrayList<>();
    int wanted = 0;
    int added = 0;
    for (JsonNode picture : pictures) {
      Detections found = detector.detect(shared("pictures").resolve(picture.get("file").asText()));
      Set<Detection> left = new HashSet<>(found.objects());
      for (JsonNode one : picture.get("detections")) {
        if (isInsideOut(one)) {
          continue; // as a random network has them
        }
        Optional<Detection> same =
            left.stream()
                .filter(d -> d.classId() == one.get("class_id").asInt())
                .filter(d -> Math.abs(d.score() - one.get("score").asDouble()) <= SAME_SCORE)
                .filter(d -> overlap.applyAsDouble(one, d) >= SAME_PLACE)
                .findFirst();
        same.ifPresent(left::remove);
        same.ifPresent(d -> pairs.add(new Pair(one, d)));
        if (same.isPresent() || one.get("score").asDouble() >= SURE) {
          wanted++;
        }
      }
      added += (int) left.stream().filter(d -> d.score() >= SURE).count();
    }
    assertThat(wanted).isGreaterThan(0);
    assertThat((double) pairs.size())
        .as("found of %s", wanted)
        .isGreaterThanOrEqualTo(SHARE * wanted);
    assertThat(added)
        .as("added to %s", wanted)
        .isLessThanOrEqualTo((int) ((1 - SHARE) * wanted) + 1);
    return pairs;
  }

  private static boolean isInsideOut(JsonNode wanted) {
    JsonNode box = wanted.path("box");
    return wanted.path("w").asDouble(1) <= 0
        || wanted.path("h").asDouble(1) <= 0
        || box.path("width").asDouble(1) <= 0
        || box.path("height").asDouble(1) <= 0;
  }

  private static double boxes(JsonNode wanted, Detection found) {
    JsonNode box = wanted.get("box");
    return found
        .box()
        .iou(
            new Box(
                box.get("x").floatValue(),
                box.get("y").floatValue(),
                box.get("width").floatValue(),
                box.get("height").floatValue()));
  }

  @ParameterizedTest
  @ValueSource(strings = {"11n-seg", "26n-seg-e2e"})
  void masksAreThoseOfTheReference(String name) throws IOException {
    List<Double> overlaps = new ArrayList<>();
    try (Detector detector = detector(name)) {
      for (Pair pair :
          pairs(detector, reference(name + ".segment.ref.json"), TaskReferenceTest::boxes)) {
        JsonNode rle = pair.wanted().get("mask").get("rle");
        Mask wanted =
            Mask.parse(
                rle.get("size").get(1).asInt(),
                rle.get("size").get(0).asInt(),
                rle.get("counts").asText());
        assertThat(wanted.area()).isEqualTo(pair.wanted().get("mask").get("area").asLong());
        overlaps.add(pair.found().mask().orElseThrow().iou(wanted));
      }
    }
    List<Double> sorted = overlaps.stream().sorted().toList();
    assertThat(overlaps.stream().mapToDouble(x -> x).average().orElse(0))
        .isGreaterThanOrEqualTo(0.95);
    assertThat(sorted.get(sorted.size() / 2)).isGreaterThanOrEqualTo(0.98);
  }

  @ParameterizedTest
  @ValueSource(strings = {"11n-pose", "26n-pose-e2e"})
  void keyPointsAreThoseOfTheReference(String name) throws IOException {
    double farthest = 0;
    double score = 0;
    try (Detector detector = detector(name)) {
      for (Pair pair :
          pairs(detector, reference(name + ".pose.ref.json"), TaskReferenceTest::boxes)) {
        JsonNode wanted = pair.wanted().get("keypoints");
        assertThat(pair.found().keyPoints()).hasSize(wanted.size());
        for (int i = 0; i < wanted.size(); i++) {
          Detection.KeyPoint point = pair.found().keyPoints().get(i);
          farthest =
              Math.max(
                  farthest,
                  Math.hypot(
                      point.x() - wanted.get(i).get(0).asDouble(),
                      point.y() - wanted.get(i).get(1).asDouble()));
          score = Math.max(score, Math.abs(point.score() - wanted.get(i).get(2).asDouble()));
        }
      }
    }
    assertThat(farthest).isLessThan(1);
    assertThat(score).isLessThan(SAME_SCORE);
  }

  @ParameterizedTest
  @ValueSource(strings = {"11n-obb", "26n-obb-e2e"})
  void rotatedBoxesAreThoseOfTheReference(String name) throws IOException {
    double mostTurned = 0;
    try (Detector detector = detector(name)) {
      for (Pair pair :
          pairs(
              detector,
              reference(name + ".obb.ref.json"),
              (wanted, found) -> found.rotated().orElseThrow().iou(rotated(wanted)))) {
        double turned =
            Math.abs(rotated(pair.wanted()).angle() - pair.found().rotated().orElseThrow().angle());
        mostTurned = Math.max(mostTurned, turned);
      }
    }
    assertThat(mostTurned).isLessThan(0.01);
  }

  private static RotatedBox rotated(JsonNode wanted) {
    return new RotatedBox(
        wanted.get("cx").floatValue(),
        wanted.get("cy").floatValue(),
        wanted.get("w").floatValue(),
        wanted.get("h").floatValue(),
        wanted.get("radians").floatValue());
  }

  @Test
  void classesAreThoseOfTheReference() throws IOException {
    try (Detector detector = detector("11n-cls-tiny")) {
      for (JsonNode picture : reference("11n-cls-tiny.ref.json")) {
        List<Detection> found =
            detector.detect(shared("pictures").resolve(picture.get("file").asText())).objects();
        JsonNode top = picture.get("top5");
        for (int i = 0; i < top.size(); i++) {
          assertThat(found.get(i).classId()).isEqualTo(top.get(i).get("class_id").asInt());
          assertThat(Math.abs(found.get(i).score() - top.get(i).get("score").asDouble()))
              .isLessThan(SAME_SCORE);
        }
      }
    }
  }
}
