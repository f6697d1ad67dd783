package dev.ovkit.cli.print;

import dev.ovkit.model.Detection;
import dev.ovkit.model.Detections;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** What was found, as a table for people and as JSON for programs; times in milliseconds. */
public final class DetectionsPrinter {

  /** All of the JSON: boxes in pixels of the upright original picture. */
  public static Map<String, Object> json(
      Path ir, String device, List<Map<String, Object>> pictures) {
    Map<String, Object> object = new LinkedHashMap<>();
    object.put("model", ir.toString());
    object.put("device", device);
    object.put("pictures", pictures);
    return object;
  }

  public static void print(Path file, Detections found, PrintWriter out) {
    out.printf(
        Locale.ROOT,
        "%s  %dx%d  %d found  %.1f ms (infer %.1f)%n",
        file,
        found.width(),
        found.height(),
        found.detections().size(),
        ms(found.timings().total()),
        ms(found.timings().infer()));
    for (Detection d : found.detections()) {
      out.printf(
          Locale.ROOT,
          "  %-16s %.3f  x %.1f  y %.1f  width %.1f  height %.1f%n",
          d.label(),
          d.score(),
          d.box().x(),
          d.box().y(),
          d.box().width(),
          d.box().height());
    }
    if (found.leftOut() > 0) {
      out.printf("  (up to %d more were left out by a cap; --max-det sets it)%n", found.leftOut());
    }
  }

  /** One picture of the JSON. */
  public static Map<String, Object> json(Path file, Detections found) {
    Map<String, Object> result = new LinkedHashMap<>();
    result.put("file", file.toString());
    result.put("width", found.width());
    result.put("height", found.height());
    List<Map<String, Object>> detections = new ArrayList<>();
    for (Detection d : found.detections()) {
      detections.add(json(d));
    }
    result.put("detections", detections);
    if (found.leftOut() > 0) {
      result.put("left_out", found.leftOut());
    }
    Map<String, Object> ms = new LinkedHashMap<>();
    ms.put("decode", ms(found.timings().decode()));
    ms.put("preprocess", ms(found.timings().preprocess()));
    ms.put("infer", ms(found.timings().infer()));
    ms.put("postprocess", ms(found.timings().postprocess()));
    result.put("ms", ms);
    return result;
  }

  /** One box. */
  public static Map<String, Object> json(Detection d) {
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

  public static double ms(Duration duration) {
    return duration.toNanos() / 1000 / 1e3;
  }

  private DetectionsPrinter() {}
}
