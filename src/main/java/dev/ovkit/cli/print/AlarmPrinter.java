package dev.ovkit.cli.print;

import dev.ovkit.model.Detections;
import java.io.PrintWriter;
import java.nio.file.Path;

/**
 * Warns once of results that show that a model is read wrongly: the fault is the same on every
 * picture.
 */
public final class AlarmPrinter {

  private final PrintWriter err;
  private final Path ir;
  private boolean warned;

  public AlarmPrinter(PrintWriter err, Path ir) {
    this.err = err;
    this.ir = ir;
  }

  /** Checks one result. */
  public void check(Path picture, Detections found) {
    if (!warned && found.alarm().isPresent()) {
      warned = true;
      err.printf(
          "ovkit: %s: %s, so the model is probably read wrongly; find out with: ovkit diagnose --ir '%s' --images '%s'%n",
          picture, found.alarm().get(), ir, picture);
    }
  }
}
