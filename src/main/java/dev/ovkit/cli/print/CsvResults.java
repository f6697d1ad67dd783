package dev.ovkit.cli.print;

import dev.ovkit.internal.json.DetectionsCsv;
import dev.ovkit.model.Detections;
import dev.ovkit.model.DetectorSpec;
import java.io.PrintWriter;
import java.nio.file.Path;

/** Comma-separated values, one line per object, as soon as its picture is done. */
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
    out.println(DetectionsCsv.header(task, tracked));
  }

  @Override
  public void found(Path file, Detections found) {
    DetectionsCsv.lines(file.toString(), found, tracked).forEach(out::println);
  }

  @Override
  public void unreadable(Path file, String message) {}

  @Override
  public void end(boolean interrupted) {}
}
