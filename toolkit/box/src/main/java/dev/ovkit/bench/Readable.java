package dev.ovkit.bench;

import dev.ovkit.PictureException;
import dev.ovkit.picture.Picture;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Files, divided into readable pictures and the rest. */
public record Readable(List<Path> pictures, List<Report.Unreadable> unreadable) {

  /**
   * Tries to read each file.
   *
   * @throws PictureException when none can be read
   */
  public static Readable of(List<Path> files) {
    List<Path> pictures = new ArrayList<>();
    List<Report.Unreadable> unreadable = new ArrayList<>();
    for (Path file : files) {
      try {
        Picture.read(file).close();
        pictures.add(file);
      } catch (PictureException e) {
        unreadable.add(new Report.Unreadable(file, String.valueOf(e.getMessage())));
      }
    }
    if (pictures.isEmpty()) {
      throw new PictureException(
          "none of the %d pictures can be read; the first one: %s"
              .formatted(files.size(), unreadable.get(0).reason()));
    }
    return new Readable(pictures, unreadable);
  }
}
