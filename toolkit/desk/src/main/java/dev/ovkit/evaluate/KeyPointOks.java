package dev.ovkit.evaluate;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.ovkit.model.Detection;
import dev.ovkit.model.Detection.KeyPoint;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * COCO's object key-point similarity: the mean, over the points that are marked, of a Gaussian of
 * their distance, as wide as the object is large and as people disagree about the point.
 */
final class KeyPointOks extends Similarity {

  /** How far people's marks of COCO's 17 points lie apart (cocodataset.org, keypoints-eval). */
  private static final double[] COCO_SIGMAS = {
    .026, .025, .025, .035, .035, .079, .079, .072, .072, .062, .062, .107, .107, .087, .087, .089,
    .089
  };

  /** The usual share of an object in its box, for labels that have no outline. */
  private static final double SHARE_OF_BOX = 0.53;

  private final double[] sigmas;

  KeyPointOks(int points) {
    if (points < 1) {
      throw new IllegalArgumentException("an object has key points, not " + points);
    }
    if (points == COCO_SIGMAS.length) {
      sigmas = COCO_SIGMAS;
    } else {
      sigmas = new double[points];
      Arrays.fill(sigmas, 1.0 / points);
    }
  }

  @Override
  public String word() {
    return "key points";
  }

  @Override
  public Optional<String> note() {
    return sigmas == COCO_SIGMAS
        ? Optional.empty()
        : Optional.of(
            "COCO has sigmas for its own 17 key points only; each of these %d has 1/%d"
                .formatted(sigmas.length, sigmas.length));
  }

  @Override
  public Map<String, Double> figures(CocoMetrics metrics) {
    Map<String, Double> figures = new LinkedHashMap<>();
    figures.put("map", metrics.map());
    figures.put("map50", metrics.map50());
    figures.put("map75", metrics.map75());
    figures.put("map_medium", metrics.mapMedium());
    figures.put("map_large", metrics.mapLarge());
    figures.put("ar", metrics.ar());
    figures.put("ar50", metrics.ar50());
    figures.put("ar75", metrics.ar75());
    figures.put("ar_medium", metrics.arMedium());
    figures.put("ar_large", metrics.arLarge());
    return figures;
  }

  // ---- truth

  @Override
  Completion coco(JsonEntry annotation) {
    String expected =
        "expected x, y and visibility of each of the model's %d key points"
            .formatted(sigmas.length);
    double[] numbers = annotation.numbers(annotation.required("keypoints"), ".keypoints", expected);
    if (numbers.length != 3 * sigmas.length) {
      throw annotation.bad(".keypoints has %d numbers, %s".formatted(numbers.length, expected));
    }
    List<TruthPose.Point> points = new ArrayList<>();
    for (int i = 0; i < numbers.length; i += 3) {
      points.add(new TruthPose.Point(numbers[i], numbers[i + 1], numbers[i + 2] > 0));
    }
    TruthPose pose =
        annotation.has("num_keypoints")
            ? new TruthPose(points, Math.toIntExact(annotation.whole("num_keypoints")))
            : TruthPose.of(points);
    return (object, width, height) -> object.withPose(pose);
  }

  @Override
  String yoloForm() {
    return "class cx cy width height x y visibility …";
  }

  @Override
  TruthObject yolo(YoloLine line) {
    int rest = line.numbers().length - 4;
    line.require(rest == 3 * sigmas.length || rest == 2 * sigmas.length);
    int step = rest / sigmas.length;
    TruthObject box = line.box();
    List<TruthPose.Point> points = new ArrayList<>();
    for (int i = 0; i < sigmas.length; i++) {
      double[] place = line.pixels(4 + i * step, 2);
      boolean labelled =
          step == 3 ? line.numbers()[4 + i * step + 2] > 0 : place[0] != 0 || place[1] != 0;
      points.add(new TruthPose.Point(place[0], place[1], labelled));
    }
    return new TruthObject(
            box.category(),
            box.x(),
            box.y(),
            box.width(),
            box.height(),
            box.area() * SHARE_OF_BOX,
            false)
        .withPose(TruthPose.of(points));
  }

  // ---- comparison

  @Override
  double of(Detection found, TruthObject truth) {
    List<KeyPoint> points = found.keyPoints();
    List<TruthPose.Point> marked = truth.pose().orElseThrow().points();
    if (points.size() != marked.size()) {
      throw new AnnotationException(
          "the model finds %d key points an object, but the annotations have %d"
              .formatted(points.size(), marked.size()));
    }
    boolean any = marked.stream().anyMatch(TruthPose.Point::labelled);
    double sum = 0;
    int count = 0;
    for (int i = 0; i < sigmas.length; i++) {
      TruthPose.Point mark = marked.get(i);
      if (!any || mark.labelled()) {
        KeyPoint point = points.get(i);
        double dx = any ? point.x() - mark.x() : beyond(point.x(), truth.x(), truth.width());
        double dy = any ? point.y() - mark.y() : beyond(point.y(), truth.y(), truth.height());
        double variance = 4 * sigmas[i] * sigmas[i];
        sum += Math.exp(-(dx * dx + dy * dy) / variance / (truth.area() + Math.ulp(1.0)) / 2);
        count++;
      }
    }
    return sum / count;
  }

  /** Where no point is marked: how far a place is outside of the box and as much on each side. */
  private static double beyond(double place, double start, double length) {
    return Math.max(0, start - length - place) + Math.max(0, place - start - 2 * length);
  }

  /** Of the smallest box around the points. */
  @Override
  double area(Detection found) {
    double left = Double.POSITIVE_INFINITY;
    double top = Double.POSITIVE_INFINITY;
    double right = Double.NEGATIVE_INFINITY;
    double bottom = Double.NEGATIVE_INFINITY;
    for (KeyPoint point : found.keyPoints()) {
      left = Math.min(left, point.x());
      right = Math.max(right, point.x());
      top = Math.min(top, point.y());
      bottom = Math.max(bottom, point.y());
    }
    return (right - left) * (bottom - top);
  }

  @Override
  boolean isIgnored(TruthObject truth) {
    return truth.crowd() || truth.pose().orElseThrow().labelled() == 0;
  }

  @Override
  int most() {
    return 20;
  }

  /** Without a box: pycocotools would take the box's area for that of the points. */
  @Override
  void write(JsonGenerator json, Detection found) throws IOException {
    json.writeArrayFieldStart("keypoints");
    for (KeyPoint point : found.keyPoints()) {
      json.writeNumber((double) point.x());
      json.writeNumber((double) point.y());
      json.writeNumber((double) point.score());
    }
    json.writeEndArray();
  }
}
