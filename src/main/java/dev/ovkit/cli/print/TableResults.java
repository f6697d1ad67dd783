package dev.ovkit.cli.print;

import dev.ovkit.model.Detections;
import java.io.PrintWriter;
import java.nio.file.Path;

/** A table for people. */
public record TableResults(PrintWriter out) implements ResultWriter {

  @Override
  public void found(Path file, Detections found) {
    DetectionsPrinter.print(file, found, out);
  }

  @Override
  public void unreadable(Path file, String message) {}

  @Override
  public void end(boolean interrupted) {}
}
