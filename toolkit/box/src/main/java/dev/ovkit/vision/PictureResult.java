package dev.ovkit.vision;

import dev.ovkit.PictureException;
import dev.ovkit.model.Detections;
import java.nio.file.Path;

/** The result of one of many pictures. */
public sealed interface PictureResult {

  /** Returns the file, as it was given. */
  Path file();

  /** It was read. */
  record Found(Path file, Detections detections) implements PictureResult {}

  /**
   * It could not be read.
   *
   * @param reason names the file, and says what was expected
   */
  record Unreadable(Path file, PictureException reason) implements PictureResult {}
}
