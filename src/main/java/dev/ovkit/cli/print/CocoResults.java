package dev.ovkit.cli.print;

import dev.ovkit.internal.json.CocoDataSet;
import dev.ovkit.model.Detections;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;

/** A {@link CocoDataSet} with the objects as annotations, at the end. */
public final class CocoResults implements ResultWriter {

  private final PrintWriter out;
  private final CocoDataSet all;

  /**
   * Begins.
   *
   * @param labels the names of the classes by number; what is found beyond them is added
   */
  public CocoResults(PrintWriter out, List<String> labels) {
    this.out = out;
    this.all = new CocoDataSet(labels);
  }

  @Override
  public void found(Path file, Detections found) {
    all.add(file.toString(), found);
  }

  @Override
  public void unreadable(Path file, String message) {}

  @Override
  public void end(boolean interrupted) {
    Json.print(out, all.json());
  }
}
