package dev.ovkit.cli.print;

import dev.ovkit.OutputException;
import dev.ovkit.internal.files.WholeFile;
import dev.ovkit.model.Box;
import dev.ovkit.model.Detection;
import dev.ovkit.model.Detections;
import dev.ovkit.model.DetectorSpec;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.Locale;

/**
 * A text file per picture, as YOLO trainers read them: a line per object with its class number, and
 * places as shares of the picture's size: centre and size of its box, then its key points; or the
 * polygon around its mask; or the corners of its rotated box. Of classes, a line has probability
 * and name.
 *
 * @param targets the text file of each picture, in the order of the pictures
 */
public record YoloResults(Iterator<Path> targets) implements ResultWriter {

  @Override
  public void found(Path file, Detections found) {
    StringBuilder text = new StringBuilder();
    for (Detection d : found.objects()) {
      text.append(line(d, found)).append('\n');
    }
    Path to = targets.next();
    try {
      WholeFile.write(to, text.toString().getBytes(StandardCharsets.UTF_8));
    } catch (IOException e) {
      throw OutputException.of(to, e);
    }
  }

  private static String line(Detection d, Detections found) {
    if (found.task() == DetectorSpec.Task.CLASSIFY) {
      return String.format(Locale.ROOT, "%.4f %s", d.score(), d.label());
    }
    StringBuilder line = new StringBuilder().append(d.classId());
    if (d.mask().isPresent()) {
      for (int[] corner : MaskOutline.of(d.mask().get())) {
        add(line, corner[0], corner[1], found);
      }
    } else if (d.rotated().isPresent()) {
      double[] corners = d.rotated().get().corners();
      for (int i = 0; i < corners.length; i += 2) {
        add(line, corners[i], corners[i + 1], found);
      }
    } else {
      Box box = d.box();
      add(line, box.x() + box.width() / 2, box.y() + box.height() / 2, found);
      add(line, box.width(), box.height(), found);
      for (Detection.KeyPoint point : d.keyPoints()) {
        add(line, point.x(), point.y(), found);
        line.append(String.format(Locale.ROOT, " %.6f", point.score()));
      }
    }
    return line.toString();
  }

  private static void add(StringBuilder line, double x, double y, Detections found) {
    line.append(String.format(Locale.ROOT, " %.6f %.6f", x / found.width(), y / found.height()));
  }

  @Override
  public void unreadable(Path file, String message) {
    targets.next();
  }

  @Override
  public void end(boolean interrupted) {}
}
