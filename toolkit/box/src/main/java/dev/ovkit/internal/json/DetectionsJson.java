package dev.ovkit.internal.json;

import dev.ovkit.model.Detection;
import dev.ovkit.model.Detections;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What was found, as JSON: the form that {@code ovkit infer}, the folder service and the servers
 * have in common. Objects are maps in the order of their keys; boxes are in pixels of the upright
 * original picture, times in milliseconds. Keys may be added, none is renamed or removed.
 */
public final class DetectionsJson {

  /**
   * The whole: a model, the device that it ran on, and its pictures.
   *
   * @param pictures as {@link #picture} makes them
   */
  public static Map<String, Object> of(Path ir, String device, List<Map<String, Object>> pictures) {
    Map<String, Object> object = new LinkedHashMap<>();
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
    List<Map<String, Object>> detections = new ArrayList<>();
    for (Detection d : found.objects()) {
      detections.add(detection(d));
    }
    result.put("detections", detections);
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

  /** One box. */
  public static Map<String, Object> detection(Detection d) {
    Map<String, Object> box = new LinkedHashMap<>();
    box.put("x", d.box().x());
    box.put("y", d.box().y());
    box.put("width", d.box().width());
    box.put("height", d.box().height());
    Map<String, Object> one = new LinkedHashMap<>();
    one.put("label", d.label());
    one.put("class_id", d.classId());
    one.put("score", d.score());
    one.put("box", box);
    return one;
  }

  /** Returns a time in milliseconds, to the microsecond. */
  public static double milliseconds(Duration duration) {
    return duration.toNanos() / 1000 / 1e3;
  }

  private DetectionsJson() {}
}
