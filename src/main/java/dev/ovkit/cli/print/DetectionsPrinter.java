package dev.ovkit.cli.print;

import dev.ovkit.internal.json.DetectionsJson;
import dev.ovkit.internal.text.OneLine;
import dev.ovkit.model.Detection;
import dev.ovkit.model.Detections;
import dev.ovkit.model.DetectorSpec;
import dev.ovkit.model.RotatedBox;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Locale;

/** What was found, as a table for people; times in milliseconds. */
public final class DetectionsPrinter {

  private static final int LONGEST = 4096;

  public static void print(Path file, Detections found, PrintWriter out) {
    out.printf(
        Locale.ROOT,
        "%s  %dx%d  %d found  %.1f ms (infer %.1f)%n",
        OneLine.of(file.toString(), LONGEST),
        found.width(),
        found.height(),
        found.objects().size(),
        DetectionsJson.milliseconds(found.timings().total()),
        DetectionsJson.milliseconds(found.timings().infer()));
    for (Detection d : found.objects()) {
      out.printf(
          Locale.ROOT,
          "  %-16s %.3f%s%n",
          name(d),
          d.score(),
          found.task() == DetectorSpec.Task.CLASSIFY ? "" : place(d));
    }
    if (found.leftOut() > 0) {
      out.printf("  (up to %d more were left out by a cap; --max-det sets it)%n", found.leftOut());
    }
  }

  private static String name(Detection d) {
    return d.track().isPresent() ? d.label() + " #" + d.track().getAsLong() : d.label();
  }

  private static String place(Detection d) {
    if (d.rotated().isPresent()) {
      RotatedBox box = d.rotated().get();
      return String.format(
          Locale.ROOT,
          "  centre %.1f %.1f  sides %.1f %.1f  angle %.3f",
          box.x(),
          box.y(),
          box.width(),
          box.height(),
          box.angle());
    }
    String box =
        String.format(
            Locale.ROOT,
            "  x %.1f  y %.1f  width %.1f  height %.1f",
            d.box().x(),
            d.box().y(),
            d.box().width(),
            d.box().height());
    if (d.mask().isPresent()) {
      return box + "  mask of " + d.mask().get().area() + " pixels";
    }
    return d.keyPoints().isEmpty() ? box : box + "  " + d.keyPoints().size() + " key points";
  }

  private DetectionsPrinter() {}
}
