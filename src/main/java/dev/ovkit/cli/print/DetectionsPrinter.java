package dev.ovkit.cli.print;

import dev.ovkit.internal.json.DetectionsJson;
import dev.ovkit.model.Detection;
import dev.ovkit.model.Detections;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Locale;

/** What was found, as a table for people; times in milliseconds. */
public final class DetectionsPrinter {

  public static void print(Path file, Detections found, PrintWriter out) {
    out.printf(
        Locale.ROOT,
        "%s  %dx%d  %d found  %.1f ms (infer %.1f)%n",
        file,
        found.width(),
        found.height(),
        found.objects().size(),
        DetectionsJson.milliseconds(found.timings().total()),
        DetectionsJson.milliseconds(found.timings().infer()));
    for (Detection d : found.objects()) {
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

  private DetectionsPrinter() {}
}
