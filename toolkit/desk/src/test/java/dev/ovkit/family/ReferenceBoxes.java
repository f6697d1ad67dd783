package dev.ovkit.family;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.ovkit.model.Box;
import dev.ovkit.model.Detection;
import dev.ovkit.model.Detections;
import dev.ovkit.model.RotatedBox;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The right answers of a model on some pictures, as the manifest of shared families says. */
public final class ReferenceBoxes {

  /** Boxes at the threshold of 0.25 decide nothing. */
  private static final double CLEARLY_WANTED = 0.26;

  private static final double CLEARLY_ADDED = 0.27;
  private static final int MOST_BOXES = 300;

  /**
   * One object that is expected.
   *
   * @param box the upright one around it
   * @param rotated where boxes are turned
   */
  public record Wanted(int classId, double score, Box box, Optional<RotatedBox> rotated) {
    public Wanted(int classId, double score, Box box) {
      this(classId, score, box, Optional.empty());
    }

    private double iou(Detection found) {
      return rotated.isPresent()
          ? rotated.get().iou(found.rotated().orElseThrow())
          : box.iou(found.box());
    }
  }

  /**
   * How boxes fit.
   *
   * @param wanted boxes that count
   * @param found of these, those with the same class, nearly the same place and score
   * @param added boxes beside them
   */
  public record Fit(int wanted, int found, int added) {
    public Fit and(Fit other) {
      return new Fit(wanted + other.wanted, found + other.found, added + other.added);
    }

    public double share() {
      return wanted == 0 ? 0 : (double) found / wanted;
    }

    public boolean holds(double share) {
      return wanted > 0 && found >= share * wanted && added <= (1 - share) * wanted + 1;
    }
  }

  private final Map<String, List<Wanted>> pictures = new LinkedHashMap<>();
  private final int otherOrder;

  /** What is right on one picture. */
  public ReferenceBoxes(String picture, List<Wanted> wanted) {
    otherOrder = 0;
    pictures.put(picture, wanted);
  }

  private ReferenceBoxes(JsonNode root) {
    otherOrder = root.path("pictures_that_differ_if_nms_runs_on_unclipped_boxes").asInt(0);
    if (root.path("pictures").isArray()) {
      for (JsonNode picture : root.get("pictures")) {
        String file = picture.get("file").asText();
        if (picture.has("top5")) {
          addClasses(file, picture);
        } else {
          add(file, picture.get("detections"));
        }
      }
    } else {
      root.properties().forEach(picture -> add(picture.getKey(), picture.getValue()));
    }
  }

  public static ReferenceBoxes read(Path file) throws IOException {
    return new ReferenceBoxes(new ObjectMapper().readTree(file.toFile()));
  }

  /** A class is of the whole picture. */
  private void addClasses(String file, JsonNode picture) {
    Box whole = new Box(0, 0, picture.get("width").asInt(), picture.get("height").asInt());
    List<Wanted> classes = new ArrayList<>();
    for (JsonNode one : picture.get("top5")) {
      classes.add(new Wanted(one.get("class_id").asInt(), one.get("score").asDouble(), whole));
    }
    pictures.put(file, classes);
  }

  private void add(String picture, JsonNode detections) {
    List<Wanted> boxes = new ArrayList<>();
    for (JsonNode d : detections) {
      JsonNode box = d.get("box");
      if (d.has("xywhr")) {
        JsonNode n = d.get("xywhr");
        if (n.get(2).floatValue() < 0 || n.get(3).floatValue() < 0) {
          continue; // inside out, too
        }
        RotatedBox turned =
            new RotatedBox(
                n.get(0).floatValue(),
                n.get(1).floatValue(),
                n.get(2).floatValue(),
                n.get(3).floatValue(),
                n.get(4).floatValue());
        boxes.add(
            new Wanted(
                d.get("c").asInt(), d.get("s").asDouble(), turned.bounds(), Optional.of(turned)));
      } else if (d.has("c")) {
        float x = box.get(0).floatValue();
        float y = box.get(1).floatValue();
        if (box.get(2).floatValue() < x || box.get(3).floatValue() < y) {
          continue; // inside out, as a random network has them
        }
        Box corners = new Box(x, y, box.get(2).floatValue() - x, box.get(3).floatValue() - y);
        boxes.add(new Wanted(d.get("c").asInt(), d.get("s").asDouble(), corners));
      } else if (!d.path("degenerate").asBoolean()) {
        Box sides =
            new Box(
                box.get("x").floatValue(),
                box.get("y").floatValue(),
                box.get("width").floatValue(),
                box.get("height").floatValue());
        boxes.add(new Wanted(d.get("class_id").asInt(), d.get("score").asDouble(), sides));
      }
    }
    pictures.put(picture, boxes);
  }

  /** The names of the pictures, in order. */
  public List<String> pictures() {
    return List.copyOf(pictures.keySet());
  }

  /**
   * On how many pictures the answer differs only because boxes were clipped before they were
   * suppressed.
   */
  int otherOrder() {
    return otherOrder;
  }

  /** Compares places, classes and scores. */
  public Fit fit(String picture, Detections found) {
    return fit(picture, found, false);
  }

  /** The same, or of places alone, where a model sees less than its reference did. */
  public Fit fit(String picture, Detections detections, boolean placesOnly) {
    List<Wanted> all = pictures.get(picture).stream().map(one -> clipped(one, detections)).toList();
    if (all.size() >= MOST_BOXES) {
      return new Fit(0, 0, 0); // cut off, and among equal scores by chance
    }
    List<Detection> left = new ArrayList<>(detections.objects());
    int wanted = 0;
    int found = 0;
    for (Wanted one : all) {
      if (one.score() < CLEARLY_WANTED || isTiny(one.box())) {
        continue;
      }
      wanted++;
      Detection best = null;
      for (Detection d : left) {
        boolean like =
            placesOnly
                || (d.classId() == one.classId() && Math.abs(d.score() - one.score()) <= 0.01);
        if (like && (best == null || one.iou(d) > one.iou(best))) {
          best = d;
        }
      }
      if (best != null && one.iou(best) >= 0.98) {
        found++;
        left.remove(best);
      }
    }
    int added =
        (int)
            left.stream()
                .filter(d -> d.score() > CLEARLY_ADDED && !isTiny(d.box()))
                .filter(
                    d ->
                        all.stream()
                            .noneMatch(
                                one ->
                                    (placesOnly || one.classId() == d.classId())
                                        && one.iou(d) > 0.9))
                .count();
    return new Fit(wanted, found, added);
  }

  /** Some references leave boxes beyond the picture's edges. */
  private static Wanted clipped(Wanted one, Detections picture) {
    if (one.rotated().isPresent()) {
      return one;
    }
    Box box = one.box();
    float left = Math.max(0, box.x());
    float top = Math.max(0, box.y());
    float right = Math.min(picture.width(), box.x() + box.width());
    float bottom = Math.min(picture.height(), box.y() + box.height());
    return new Wanted(
        one.classId(),
        one.score(),
        new Box(left, top, Math.max(0, right - left), Math.max(0, bottom - top)));
  }

  private static boolean isTiny(Box box) {
    return box.width() < 1 || box.height() < 1;
  }
}
