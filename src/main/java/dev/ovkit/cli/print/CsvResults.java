package dev.ovkit.cli.print;

import dev.ovkit.model.Detection;
import dev.ovkit.model.Detections;
import dev.ovkit.model.DetectorSpec;
import dev.ovkit.model.RotatedBox;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Locale;
import java.util.stream.Collectors;

/**
 * Comma-separated values, one line per object, after a line of names: its box, and what else its
 * task finds.
 */
public final class CsvResults implements ResultWriter {

  private final PrintWriter out;
  private final boolean tracked;

  /**
   * Begins.
   *
   * @param tracked whether the last value of a line is the number of its object
   */
  public CsvResults(PrintWriter out, DetectorSpec.Task task, boolean tracked) {
    this.out = out;
    this.tracked = tracked;
    out.println(
        "file,label,class_id,score,x,y,width,height"
            + switch (task) {
              case DETECT, CLASSIFY -> "";
              case SEGMENT -> ",mask";
              case POSE -> ",key_points";
              case OBB -> ",centre_x,centre_y,side_x,side_y,angle";
            }
            + (tracked ? ",track" : ""));
  }

  @Override
  public void found(Path file, Detections found) {
    for (Detection d : found.objects()) {
      out.printf(
          Locale.ROOT,
          "%s,%s,%d,%.4f,%.2f,%.2f,%.2f,%.2f%s%s%n",
          quoted(file.toString()),
          quoted(d.label()),
          d.classId(),
          d.score(),
          d.box().x(),
          d.box().y(),
          d.box().width(),
          d.box().height(),
          more(d),
          tracked ? "," + number(d) : "");
    }
  }

  private static String number(Detection d) {
    return d.track().isPresent() ? Long.toString(d.track().getAsLong()) : "";
  }

  /** A mask as COCO's text, key points as {@code x y score} with semicolons between them. */
  private static String more(Detection d) {
    if (d.mask().isPresent()) {
      return "," + d.mask().get().compressed();
    }
    if (d.rotated().isPresent()) {
      RotatedBox box = d.rotated().get();
      return String.format(
          Locale.ROOT,
          ",%.2f,%.2f,%.2f,%.2f,%.5f",
          box.x(),
          box.y(),
          box.width(),
          box.height(),
          box.angle());
    }
    return d.keyPoints().isEmpty()
        ? ""
        : d.keyPoints().stream()
            .map(p -> String.format(Locale.ROOT, "%.2f %.2f %.4f", p.x(), p.y(), p.score()))
            .collect(Collectors.joining(";", ",", ""));
  }

  @Override
  public void unreadable(Path file, String message) {}

  @Override
  public void end(boolean interrupted) {}

  /** As RFC 4180 has it. */
  static String quoted(String text) {
    return text.matches("[^\",\r\n]*") ? text : '"' + text.replace("\"", "\"\"") + '"';
  }
}
