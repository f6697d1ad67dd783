package dev.ovkit.internal.json;

import dev.ovkit.model.Detection;
import dev.ovkit.model.Detections;
import dev.ovkit.model.DetectorSpec;
import dev.ovkit.model.Mask;
import dev.ovkit.model.RotatedBox;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What was found, as JSON: the form that {@code ovkit infer}, the folder service and the servers
 * have in common. Objects are maps in the order of their keys; boxes are in pixels of the upright
 * original picture, times in milliseconds. Keys may be added, none is renamed or removed; {@code
 * docs/tasks.md} lists them.
 */
public final class DetectionsJson {

  /** The version of the form: 2 has the key {@code task} and what the tasks add. */
  public static final int VERSION = 2;

  /**
   * The whole: a model, the device that it ran on, and its pictures.
   *
   * @param pictures as {@link #picture} makes them
   */
  public static Map<String, Object> of(Path ir, String device, List<Map<String, Object>> pictures) {
    Map<String, Object> object = new LinkedHashMap<>();
    object.put("version", VERSION);
    object.put("model", ir.toString());
    object.put("device", device);
    object.put("pictures", pictures);
    return object;
  }

  /** One picture. */
  public static Map<String, Object> picture(Path file, Detections found) {
    Map<String, Object> result = new LinkedHashMap<>();
    result.put("file", file.toString());
    result.put("width", found.width());
    result.put("height", found.height());
    result.put("task", found.task().word());
    boolean whole = found.task() == DetectorSpec.Task.CLASSIFY;
    List<Map<String, Object>> objects = new ArrayList<>();
    for (Detection d : found.objects()) {
      objects.add(whole ? named(d) : detection(d));
    }
    result.put(whole ? "classes" : "detections", objects);
    if (found.leftOut() > 0) {
      result.put("left_out", found.leftOut());
    }
    found.alarm().ifPresent(alarm -> result.put("alarm", alarm));
    Map<String, Object> ms = new LinkedHashMap<>();
    ms.put("decode", milliseconds(found.timings().decode()));
    ms.put("preprocess", milliseconds(found.timings().preprocess()));
    ms.put("infer", milliseconds(found.timings().infer()));
    ms.put("postprocess", milliseconds(found.timings().postprocess()));
    result.put("ms", ms);
    return result;
  }

  /** One object. */
  public static Map<String, Object> detection(Detection d) {
    Map<String, Object> box = new LinkedHashMap<>();
    box.put("x", d.box().x());
    box.put("y", d.box().y());
    box.put("width", d.box().width());
    box.put("height", d.box().height());
    Map<String, Object> one = named(d);
    one.put("box", box);
    d.mask().ifPresent(mask -> one.put("mask", json(mask)));
    if (!d.keyPoints().isEmpty()) {
      one.put("key_points", d.keyPoints().stream().map(DetectionsJson::json).toList());
    }
    d.rotated().ifPresent(turned -> one.put("rotated", json(turned)));
    return one;
  }

  private static Map<String, Object> named(Detection d) {
    Map<String, Object> one = new LinkedHashMap<>();
    one.put("label", d.label());
    one.put("class_id", d.classId());
    one.put("score", d.score());
    d.track().ifPresent(number -> one.put("track", number));
    return one;
  }

  private static Map<String, Object> json(Mask mask) {
    Map<String, Object> rle = new LinkedHashMap<>();
    rle.put("size", List.of(mask.height(), mask.width()));
    rle.put("counts", mask.compressed());
    return rle;
  }

  private static Map<String, Object> json(Detection.KeyPoint point) {
    Map<String, Object> one = new LinkedHashMap<>();
    one.put("x", point.x());
    one.put("y", point.y());
    one.put("score", point.score());
    return one;
  }

  private static Map<String, Object> json(RotatedBox turned) {
    Map<String, Object> one = new LinkedHashMap<>();
    one.put("x", turned.x());
    one.put("y", turned.y());
    one.put("width", turned.width());
    one.put("height", turned.height());
    one.put("angle", turned.angle());
    double[] corners = turned.corners();
    List<List<Float>> points = new ArrayList<>();
    for (int i = 0; i < corners.length; i += 2) {
      points.add(List.of((float) corners[i], (float) corners[i + 1]));
    }
    one.put("corners", points);
    return one;
  }

  /** Returns a time in milliseconds, to the microsecond. */
  public static double milliseconds(Duration duration) {
    return duration.toNanos() / 1000 / 1e3;
  }

  private DetectionsJson() {}
}
