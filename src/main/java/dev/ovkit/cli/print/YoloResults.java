package dev.ovkit.cli.print;

import dev.ovkit.OutputException;
import dev.ovkit.internal.files.WholeFile;
import dev.ovkit.model.Box;
import dev.ovkit.model.Detection;
import dev.ovkit.model.Detections;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.Locale;

/**
 * A text file per picture, as YOLO trainers read them: a line per object with its class number, and
 * centre and size of its box as shares of the picture's.
 *
 * @param targets the text file of each picture, in the order of the pictures
 */
public record YoloResults(Iterator<Path> targets) implements ResultWriter {

  @Override
  public void found(Path file, Detections found) {
    StringBuilder text = new StringBuilder();
    for (Detection d : found.objects()) {
      Box box = d.box();
      text.append(
          String.format(
              Locale.ROOT,
              "%d %.6f %.6f %.6f %.6f\n",
              d.classId(),
              (box.x() + box.width() / 2) / found.width(),
              (box.y() + box.height() / 2) / found.height(),
              box.width() / found.width(),
              box.height() / found.height()));
    }
    Path to = targets.next();
    try {
      WholeFile.write(to, text.toString().getBytes(StandardCharsets.UTF_8));
    } catch (IOException e) {
      throw OutputException.of(to, e);
    }
  }

  @Override
  public void unreadable(Path file, String message) {
    targets.next();
  }

  @Override
  public void end(boolean interrupted) {}
}
