package dev.ovkit.bundle;

import dev.ovkit.internal.files.JsonObject;
import dev.ovkit.model.Box;
import dev.ovkit.model.Detection;
import dev.ovkit.model.Detection.KeyPoint;
import dev.ovkit.model.Mask;
import dev.ovkit.model.RotatedBox;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** How {@code golden.json} keeps an object: its box, and its mask, key points or rotated box. */
final class GoldenDetection {

  /** Of a picture; more pixels than an int can count are none. */
  private static final int LONGEST_SIDE = Short.MAX_VALUE;

  private static final String MASK = "mask";
  private static final String KEY_POINTS = "key points";
  private static final String ROTATED = "rotated";

  static Map<String, Object> json(Detection detection) {
    Map<String, Object> object = new LinkedHashMap<>();
    object.put("label", detection.label());
    object.put("class", detection.classId());
    object.put("score", detection.score());
    Box box = detection.box();
    object.put("box", place(box.x(), box.y(), box.width(), box.height()));
    detection.mask().ifPresent(mask -> object.put(MASK, json(mask)));
    if (!detection.keyPoints().isEmpty()) {
      object.put(KEY_POINTS, detection.keyPoints().stream().map(GoldenDetection::json).toList());
    }
    detection.rotated().ifPresent(turned -> object.put(ROTATED, json(turned)));
    return object;
  }

  private static Map<String, Object> place(float x, float y, float width, float height) {
    Map<String, Object> object = new LinkedHashMap<>();
    object.put("x", x);
    object.put("y", y);
    object.put("width", width);
    object.put("height", height);
    return object;
  }

  private static Map<String, Object> json(Mask mask) {
    Map<String, Object> object = new LinkedHashMap<>();
    object.put("width", mask.width());
    object.put("height", mask.height());
    object.put("counts", mask.compressed());
    return object;
  }

  private static Map<String, Object> json(KeyPoint point) {
    Map<String, Object> object = new LinkedHashMap<>();
    object.put("x", point.x());
    object.put("y", point.y());
    object.put("score", point.score());
    return object;
  }

  private static Map<String, Object> json(RotatedBox turned) {
    Map<String, Object> object = place(turned.x(), turned.y(), turned.width(), turned.height());
    object.put("angle", turned.angle());
    return object;
  }

  static Detection read(JsonObject fields) throws IOException {
    JsonObject box = fields.object("box");
    Detection detection =
        new Detection(
            fields.text("label"),
            (int) fields.integer("class"),
            decimal(fields, "score"),
            new Box(
                decimal(box, "x"),
                decimal(box, "y"),
                decimal(box, "width"),
                decimal(box, "height")));
    if (fields.has(MASK)) {
      return detection.withMask(mask(fields.object(MASK)));
    }
    if (fields.has(KEY_POINTS)) {
      return detection.withKeyPoints(keyPoints(fields.objects(KEY_POINTS)));
    }
    return fields.has(ROTATED) ? detection.withRotated(rotated(fields.object(ROTATED))) : detection;
  }

  private static Mask mask(JsonObject fields) throws IOException {
    return Mask.parse(
        fields.integer("width", 1, LONGEST_SIDE),
        fields.integer("height", 1, LONGEST_SIDE),
        fields.text("counts"));
  }

  private static List<KeyPoint> keyPoints(List<JsonObject> all) throws IOException {
    List<KeyPoint> points = new ArrayList<>();
    for (JsonObject point : all) {
      points.add(new KeyPoint(decimal(point, "x"), decimal(point, "y"), decimal(point, "score")));
    }
    return points;
  }

  private static RotatedBox rotated(JsonObject fields) throws IOException {
    return new RotatedBox(
        decimal(fields, "x"),
        decimal(fields, "y"),
        decimal(fields, "width"),
        decimal(fields, "height"),
        decimal(fields, "angle"));
  }

  private static float decimal(JsonObject fields, String key) throws IOException {
    return (float) fields.number(key);
  }

  private GoldenDetection() {}
}
