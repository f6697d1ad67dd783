package dev.ovkit.evaluate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.ovkit.model.Box;
import dev.ovkit.model.Detection;
import dev.ovkit.verify.Pycocotools;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** COCO's evaluation: figures known by hand, and those of pycocotools for the same detections. */
class CocoEvaluationTest {

  private static final Offset<Double> NOTHING = Offset.offset(1e-12);

  @TempDir private Path temp;

  // ---- by hand

  @Test
  void aBoxThatOverlapsBySevenTenthsCountsAtFiveOfTenThresholds() {
    CocoEvaluation evaluation = evaluation(truth(0, 0, 100, 100, false));
    evaluation.add(1, List.of(detection(0.5f, 0, 0, 100, 71)));
    CocoMetrics metrics = evaluation.metrics();
    assertThat(metrics.map()).isEqualTo(0.5, NOTHING);
    assertThat(metrics.map50()).isEqualTo(1, NOTHING);
    assertThat(metrics.map75()).isZero();
    assertThat(metrics.mapLarge()).isEqualTo(0.5, NOTHING);
    assertThat(metrics.mapSmall()).isNaN();
    assertThat(metrics.ar1()).isEqualTo(0.5, NOTHING);
  }

  @Test
  void aSecondBoxOnAnObjectIsWrongAndHalvesThePrecisionOfWhatIsFoundAfterIt() {
    CocoEvaluation evaluation =
        evaluation(truth(0, 0, 100, 100, false), truth(300, 0, 100, 100, false));
    evaluation.add(
        1,
        List.of(
            detection(0.9f, 0, 0, 100, 100),
            detection(0.8f, 0, 0, 100, 99),
            detection(0.7f, 300, 0, 100, 100)));
    // 51 of the 101 recalls are reached with precision 1, the other 50 with 2/3.
    assertThat(evaluation.metrics().map()).isEqualTo((51 + 50 * 2 / 3.0) / 101, NOTHING);
  }

  @Test
  void aCrowdTakesAnyNumberOfBoxesAndNeitherTheyNorItCount() {
    CocoEvaluation evaluation =
        evaluation(truth(0, 0, 400, 400, true), truth(500, 0, 100, 100, false));
    evaluation.add(
        1,
        List.of(
            detection(0.9f, 0, 0, 50, 50),
            detection(0.8f, 100, 100, 50, 50),
            detection(0.7f, 500, 0, 100, 100)));
    CocoMetrics metrics = evaluation.metrics();
    assertThat(metrics.map()).isEqualTo(1, NOTHING);
    assertThat(metrics.perClass().get(0).objects()).isEqualTo(1);
  }

  @Test
  void nothingFoundScoresNothingAndNothingThereHasNoScore() {
    assertThat(evaluation(truth(0, 0, 9, 9, false)).metrics().map()).isZero();
    assertThat(evaluation(truth(0, 0, 9, 9, true)).metrics().map()).isNaN();
  }

  @Test
  void aPictureIsAddedOnceAndMustBeAmongThoseOfTheTruth() {
    CocoEvaluation evaluation = evaluation(truth(0, 0, 9, 9, false));
    evaluation.add(1, List.of());
    assertThatThrownBy(() -> evaluation.add(1, List.of())).hasMessage("picture 1 was added before");
    assertThatThrownBy(() -> evaluation.add(2, List.of()))
        .hasMessage("the ground truth has no picture 2");
  }

  private static CocoEvaluation evaluation(TruthObject... boxes) {
    TreeMap<Long, String> categories = new TreeMap<>(Map.of(0L, "part"));
    TruthPicture picture = new TruthPicture(1, Path.of("a.jpg"), 640, 480, List.of(boxes));
    return new CocoEvaluation(
        new GroundTruth(Path.of("truth"), categories, List.of(picture)), ClassMapping.numbers(1));
  }

  private static TruthObject truth(double x, double y, double w, double h, boolean crowd) {
    return new TruthObject(0, x, y, w, h, w * h, crowd);
  }

  private static Detection detection(float score, float x, float y, float w, float h) {
    return new Detection("part", 0, score, new Box(x, y, w, h));
  }

  // ---- against pycocotools

  private static final int CASES = 120;
  private static final int MOST_PICTURES = 9;

  @Tag("network")
  @Test
  void randomPicturesHaveTheFiguresOfPycocotools() throws Exception {
    Path pictures = Files.createDirectories(temp.resolve("pictures"));
    for (int i = 0; i < MOST_PICTURES; i++) {
      Files.createFile(pictures.resolve(i + ".jpg"));
    }
    List<Pycocotools.Case> cases = new ArrayList<>();
    List<CocoMetrics> ours = new ArrayList<>();
    for (int seed = 0; seed < CASES; seed++) {
      Path json = temp.resolve(seed + "-truth.json");
      Path results = temp.resolve(seed + "-found.json");
      Scene scene = new Scene(seed);
      scene.write(json);
      CocoEvaluation evaluation =
          new CocoEvaluation(
              GroundTruth.coco(json, pictures),
              new ClassMapping(ClassMapping.How.ORDER, Scene.CATEGORIES));
      scene.found.forEach(evaluation::add);
      evaluation.writeDetections(results, Similarity.BOXES);
      ours.add(evaluation.metrics());
      cases.add(new Pycocotools.Case(json, results));
    }
    List<JsonNode> theirs = Pycocotools.evaluate(cases);
    int measured = 0;
    for (int i = 0; i < CASES; i++) {
      Pycocotools.assertEqual("case " + i, Similarity.BOXES, ours.get(i), theirs.get(i));
      measured += ours.get(i).map() > 0 && ours.get(i).map() < 1 ? 1 : 0;
    }
    assertThat(measured).as("cases with 0 < mAP < 1").isGreaterThan(CASES / 2);
  }

  /**
   * Pictures with objects of all sizes, crowds, areas on the borders and far from the box's, and
   * what a middling detector would say: boxes beside, twice and nowhere, scores that tie.
   */
  private static final class Scene {
    /** COCO's ids have gaps; the model's last class is none of them. */
    static final Map<Integer, Long> CATEGORIES = Map.of(0, 1L, 1, 3L, 2, 90L);

    private static final float[] SIDES = {4, 12, 20, 31, 32, 33, 64, 95, 96, 97, 100, 150};
    private static final double[] AREAS = {0, 1024, 1024.5, 9216, 9217, 1e6};

    private final Random random;
    private final boolean coarse;
    private final List<Map<String, Object>> images = new ArrayList<>();
    private final List<Map<String, Object>> annotations = new ArrayList<>();
    private final Map<Long, List<Detection>> found = new HashMap<>();

    Scene(int seed) {
      random = new Random(seed);
      coarse = random.nextBoolean();
      int count = 1 + random.nextInt(MOST_PICTURES);
      for (int i = 0; i < count; i++) {
        picture(i);
      }
      Collections.shuffle(images, random);
      Collections.shuffle(annotations, random);
      if (annotations.isEmpty()) {
        truth(0, new Box(3, 4, 50, 60), 0); // files without any are refused
      }
    }

    private void picture(int number) {
      long id = 1000 - 7L * number;
      images.add(object("id", id, "file_name", number + ".jpg"));
      List<Detection> here = new ArrayList<>();
      int objects = random.nextInt(4) == 0 ? 0 : random.nextInt(12);
      for (int i = 0; i < objects; i++) {
        int classId = random.nextInt(3);
        Box box = box();
        truth(id, box, classId);
        if (random.nextInt(8) == 0) {
          truth(id, box, classId); // marked twice
        }
        for (int n = random.nextInt(3); n > 0; n--) {
          here.add(new Detection("", classId, score(), shaken(box)));
        }
      }
      if (random.nextInt(3) == 0) {
        torn(id, here);
      }
      int strays = random.nextInt(10) == 0 ? 600 : random.nextInt(6);
      for (int i = 0; i < strays; i++) {
        here.add(new Detection("", random.nextInt(4), score(), box()));
      }
      Collections.shuffle(here, random);
      if (random.nextInt(6) != 0) {
        found.put(id, here);
      }
    }

    private void truth(long image, Box box, int classId) {
      annotations.add(
          object(
              "id",
              annotations.size() + 1,
              "image_id",
              image == 0 ? images.get(0).get("id") : image,
              "category_id",
              CATEGORIES.get(classId),
              "bbox",
              List.of(
                  (double) box.x(), (double) box.y(), (double) box.width(), (double) box.height()),
              "area",
              random.nextInt(5) == 0
                  ? AREAS[random.nextInt(AREAS.length)]
                  : (double) box.width() * box.height(),
              "iscrowd",
              random.nextInt(7) == 0 ? 1 : 0));
    }

    private Box box() {
      return new Box(place(500), place(400), side(), side());
    }

    private float place(int most) {
      return coarse ? 20 * random.nextInt(most / 20) : most * random.nextFloat();
    }

    private float side() {
      return coarse ? SIDES[random.nextInt(SIDES.length)] : 1 + 140 * random.nextFloat();
    }

    /** A box just between two objects; which of them it takes decides what is left for the next. */
    private void torn(long id, List<Detection> here) {
      truth(id, new Box(0, 0, 40, 40), 1);
      truth(id, new Box(10, 0, 40, 40), 1);
      here.add(new Detection("", 1, 0.99f, new Box(5, 0, 40, 40)));
      here.add(new Detection("", 1, 0.98f, new Box(random.nextInt(2) * 10, 0, 40, 40)));
    }

    private Box shaken(Box box) {
      if (random.nextInt(4) == 0) {
        return box;
      }
      if (random.nextInt(3) == 0) { // often with an IoU on a threshold
        return new Box(
            box.x(), box.y(), box.width(), box.height() * (10 + random.nextInt(11)) / 20);
      }
      float by = random.nextInt(3) == 0 ? 0.4f : 0.1f;
      return new Box(
          box.x() + by * box.width() * (float) random.nextGaussian(),
          box.y() + by * box.height() * (float) random.nextGaussian(),
          box.width() * (float) Math.exp(by * random.nextGaussian()),
          box.height() * (float) Math.exp(by * random.nextGaussian()));
    }

    private float score() {
      return coarse ? random.nextInt(8) / 8f : random.nextFloat();
    }

    void write(Path file) throws IOException {
      new ObjectMapper()
          .writeValue(
              file.toFile(),
              object(
                  "annotations",
                  annotations,
                  "categories",
                  List.of(
                      object("id", 90, "name", "c"),
                      object("id", 1, "name", "a"),
                      object("id", 3, "name", "b")),
                  "images",
                  images));
    }

    private static Map<String, Object> object(Object... keysAndValues) {
      Map<String, Object> object = new LinkedHashMap<>();
      for (int i = 0; i < keysAndValues.length; i += 2) {
        object.put((String) keysAndValues[i], keysAndValues[i + 1]);
      }
      return object;
    }
  }
}
