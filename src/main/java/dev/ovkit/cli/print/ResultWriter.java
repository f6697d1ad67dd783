package dev.ovkit.cli.print;

import dev.ovkit.model.Detections;
import java.nio.file.Path;

/** Writes what was found on pictures, one after the other, in one format. */
public interface ResultWriter {

  void found(Path file, Detections found);

  /** The message is on stderr already. */
  void unreadable(Path file, String message);

  /** Completes the output, also after an interruption. */
  void end(boolean interrupted);
}
