package dev.ovkit.internal.json;

import dev.ovkit.model.Detection;
import dev.ovkit.model.Detections;
import dev.ovkit.model.DetectorSpec;
import dev.ovkit.model.RotatedBox;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/**
 * What was found, as comma-separated values: one line per object, after a line of names, with its
 * box and what else its task finds. The command and the server have it in common.
 */
public final class DetectionsCsv {

  /**
   * Returns the names of the values.
   *
   * @param tracked whether the last value of a line is the number of its object
   */
  public static String header(DetectorSpec.Task task, boolean tracked) {
    return "file,label,class_id,score,x,y,width,height"
        + switch (task) {
          case DETECT, CLASSIFY -> "";
          case SEGMENT -> ",mask";
          case POSE -> ",key_points";
          case OBB -> ",centre_x,centre_y,side_x,side_y,angle";
        }
        + (tracked ? ",track" : "");
  }

  /** Returns a line for each object of one picture, without line ends. */
  public static List<String> lines(String file, Detections found, boolean tracked) {
    List<String> lines = new ArrayList<>();
    for (Detection d : found.objects()) {
      lines.add(
          String.format(
              Locale.ROOT,
              "%s,%s,%d,%.4f,%.2f,%.2f,%.2f,%.2f%s%s",
              quoted(file),
              quoted(d.label()),
              d.classId(),
              d.score(),
              d.box().x(),
              d.box().y(),
              d.box().width(),
              d.box().height(),
              more(d),
              tracked ? "," + number(d) : ""));
    }
    return lines;
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

  /** As RFC 4180 has it. */
  public static String quoted(String text) {
    return text.matches("[^\",\r\n]*") ? text : '"' + text.replace("\"", "\"\"") + '"';
  }

  private DetectionsCsv() {}
}
