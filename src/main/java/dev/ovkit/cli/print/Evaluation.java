package dev.ovkit.cli.print;

import dev.ovkit.model.DetectOptions;
import dev.ovkit.model.Detections;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Map;
import java.util.function.Function;

/** The figures of {@code eval} for one kind of model, before and after they are measured. */
public interface Evaluation {

  /** Returns how many pictures there are. */
  int pictures();

  /** Returns how the model is read. */
  DetectOptions options();

  /**
   * Measures.
   *
   * @param detect called by as many threads as given
   * @param afterEach called by the caller's thread after each picture
   */
  void run(Function<Path, Detections> detect, int threads, Runnable afterEach);

  /** Writes the files that were asked for; a classifier has none. */
  default void writeFiles(Path model) {}

  /** Returns the figures for programs. */
  Map<String, Object> json();

  /** Prints the figures for people. */
  void print(Path model, double seconds, PrintWriter out);
}
