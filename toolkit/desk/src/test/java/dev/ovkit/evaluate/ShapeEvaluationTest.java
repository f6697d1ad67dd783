package dev.ovkit.evaluate;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.ovkit.model.Detection;
import dev.ovkit.model.Mask;
import dev.ovkit.verify.Pycocotools;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Evaluation of masks, key points and rotated boxes on rendered parts. */
class ShapeEvaluationTest {

  private static final int CASES = 8;

  @TempDir private Path temp;

  private GroundTruth truth(ObjectNode json, String name, Similarity similarity)
      throws IOException {
    Path file = RenderedShapes.write(json, temp, name);
    return GroundTruth.coco(file, temp.resolve("pictures"), similarity);
  }

  private static CocoEvaluation evaluation(GroundTruth truth) {
    return new CocoEvaluation(truth, ClassMapping.numbers(6));
  }

  // ---- what is always right, and what is moved

  @Test
  void whatIsExactlyThereScoresOneByEverySimilarity() throws IOException {
    for (Similarity similarity :
        List.of(Similarity.MASKS, Similarity.ROTATED, Similarity.keyPoints(5))) {
      ObjectNode json = RenderedShapes.json();
      GroundTruth truth =
          truth(
              similarity == Similarity.ROTATED ? RenderedShapes.rotated(json) : json,
              "truth.json",
              similarity);
      CocoEvaluation evaluation = evaluation(truth);
      evaluation.add(1, RenderedShapes.found(truth, 1));
      evaluation.add(2, RenderedShapes.found(truth, 2));
      CocoMetrics metrics = evaluation.metrics(similarity);
      assertThat(metrics.map()).as(similarity.word()).isGreaterThan(0.999);
      assertThat(metrics.perClass()).allSatisfy(one -> assertThat(one.ap()).isGreaterThan(0.999));
      assertThat(evaluation.metrics().map()).isGreaterThan(0.999);
    }
  }

  /** The masks of all bolts exchanged: their boxes are right, so only the masks are wrong. */
  @Test
  void masksCountApartFromTheirBoxes() throws IOException {
    GroundTruth truth = truth(RenderedShapes.json(), "truth.json", Similarity.MASKS);
    CocoEvaluation evaluation = evaluation(truth);
    Map<Integer, Double> expected = new HashMap<>();
    for (long picture : List.of(1L, 2L)) {
      List<Detection> found = new ArrayList<>();
      for (Detection one : RenderedShapes.found(truth, picture)) {
        Mask mask = one.mask().orElseThrow();
        Mask empty = Mask.of(mask.width(), mask.height(), new int[] {mask.width() * mask.height()});
        found.add(one.classId() == 0 ? one.withMask(empty) : one);
        expected.put(one.classId(), one.classId() == 0 ? 0.0 : 1.0);
      }
      evaluation.add(picture, found);
    }
    assertThat(evaluation.metrics().map()).isGreaterThan(0.999);
    for (CocoMetrics.PerClass one : evaluation.metrics(Similarity.MASKS).perClass()) {
      assertThat(Math.round(one.ap()))
          .as(one.name())
          .isEqualTo(Math.round(expected.get((int) one.category())));
    }
  }

  // ---- against pycocotools

  @Tag("network")
  @Test
  void masksHaveTheFiguresOfPycocotools() throws Exception {
    List<Case> cases = new ArrayList<>();
    for (int seed = 0; seed < CASES; seed++) {
      cases.add(run(seed, masks(seed), Similarity.MASKS));
    }
    List<JsonNode> theirs = assertEqual(cases, Similarity.MASKS, "segm");
    int compared = 0;
    for (int i = 0; i < CASES; i++) {
      compared += assertEqualPixels(cases.get(i), theirs.get(i));
    }
    assertThat(compared).isGreaterThan(20 * CASES);
  }

  /** Runs, compressed runs and polygons: outside of the picture, with holes and in pieces. */
  private static ObjectNode masks(int seed) {
    Random random = new Random(seed);
    ObjectNode json = RenderedShapes.json();
    for (JsonNode one : json.get("annotations")) {
      ObjectNode annotation = (ObjectNode) one;
      JsonNode shape = one.get("segmentation");
      annotation.put("iscrowd", random.nextInt(6) == 0 ? 1 : 0);
      if (random.nextInt(4) == 0) {
        annotation.put("area", random.nextDouble() * 12_000);
      }
      switch (random.nextInt(3)) {
        case 0 -> {
          ArrayNode polygons = annotation.putArray("segmentation");
          JsonNode box = one.get("bbox");
          for (int n = 1 + random.nextInt(3); n > 0; n--) {
            polygons.add(
                RenderedShapes.polygon(
                    random,
                    box.get(0).asDouble() - (random.nextInt(4) == 0 ? 1200 : 0),
                    box.get(1).asDouble() - (random.nextInt(4) == 0 ? 400 : 0),
                    box.get(2).asDouble(),
                    box.get(3).asDouble()));
          }
        }
        case 1 -> {
          int[] counts = new int[shape.get("counts").size()];
          for (int i = 0; i < counts.length; i++) {
            counts[i] = shape.get("counts").get(i).asInt();
          }
          Mask mask = Mask.of(1280, 720, counts);
          ((ObjectNode) shape).put("counts", mask.compressed());
        }
        default -> {}
      }
    }
    return json;
  }

  private static int assertEqualPixels(Case one, JsonNode theirs) {
    Map<String, String> expected = new HashMap<>();
    theirs.get("masks").properties().forEach(m -> expected.put(m.getKey(), m.getValue().asText()));
    int compared = 0;
    Map<Long, Integer> next = new HashMap<>();
    for (JsonNode annotation : one.json().get("annotations")) {
      long image = annotation.get("image_id").asLong();
      int place = next.merge(image, 1, Integer::sum) - 1;
      Mask ours = RenderedShapes.mask(one.truth(), (int) image - 1, place).orElseThrow();
      assertThat(ours.compressed())
          .as("annotation %s", annotation)
          .isEqualTo(expected.get(annotation.get("id").asText()));
      compared++;
    }
    return compared;
  }

  /** COCO's own sigmas need 17 points, others are weighed alike. */
  @Tag("network")
  @ParameterizedTest
  @ValueSource(ints = {5, 17})
  void keyPointsHaveTheFiguresOfPycocotools(int points) throws Exception {
    List<Case> cases = new ArrayList<>();
    for (int seed = 0; seed < CASES; seed++) {
      cases.add(run(seed, keyPoints(seed, points), Similarity.keyPoints(points)));
    }
    assertEqual(cases, Similarity.keyPoints(points), "keypoints");
  }

  /** Objects with hidden points, with none marked, and crowds. */
  private static ObjectNode keyPoints(int seed, int points) {
    Random random = new Random(seed);
    ObjectNode json = RenderedShapes.json();
    for (JsonNode one : json.get("annotations")) {
      ObjectNode annotation = (ObjectNode) one;
      ArrayNode array = (ArrayNode) one.get("keypoints");
      while (array.size() < 3 * points) {
        int from = 3 * random.nextInt(RenderedShapes.POINTS);
        array.add(array.get(from).asDouble() + 9).add(array.get(from + 1).asDouble() + 9).add(2);
      }
      boolean none = random.nextInt(6) == 0;
      int marked = 0;
      for (int i = 0; i < array.size(); i += 3) {
        if (none || random.nextInt(4) == 0) {
          array.set(i, 0).set(i + 1, 0).set(i + 2, 0);
        } else {
          marked++;
        }
      }
      annotation.put("num_keypoints", none && random.nextBoolean() ? 1 : marked);
      annotation.put("iscrowd", random.nextInt(8) == 0 ? 1 : 0);
    }
    return json;
  }

  private record Case(
      ObjectNode json, GroundTruth truth, Pycocotools.Case files, CocoMetrics ours) {}

  private Case run(int seed, ObjectNode json, Similarity similarity) throws IOException {
    GroundTruth truth = truth(json, seed + "-truth.json", similarity);
    CocoEvaluation evaluation = evaluation(truth);
    Random random = new Random(seed);
    for (TruthPicture picture : truth.pictures()) {
      List<Detection> right = RenderedShapes.found(truth, picture.id());
      evaluation.add(picture.id(), RenderedShapes.shaken(right, random));
    }
    Path results = temp.resolve(seed + "-found.json");
    evaluation.writeDetections(results, similarity);
    return new Case(
        json,
        truth,
        new Pycocotools.Case(temp.resolve(seed + "-truth.json"), results),
        evaluation.metrics(similarity));
  }

  private static List<JsonNode> assertEqual(List<Case> cases, Similarity similarity, String kind)
      throws Exception {
    List<JsonNode> theirs = Pycocotools.evaluate(cases.stream().map(Case::files).toList(), kind);
    int measured = 0;
    for (int i = 0; i < cases.size(); i++) {
      CocoMetrics ours = cases.get(i).ours();
      Pycocotools.assertEqual(kind + " case " + i, similarity, ours, theirs.get(i));
      measured += ours.map() > 0 && ours.map() < 1 ? 1 : 0;
    }
    assertThat(measured).as("cases with 0 < mAP < 1").isGreaterThan(cases.size() / 2);
    return theirs;
  }
}
