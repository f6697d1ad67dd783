package dev.ovkit.cli.stream;

import dev.ovkit.OptionException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ServiceLoader;

/** The part of {@code ovkit demo} that needs video; a service, as {@link StreamProgram} is. */
public interface CountingDemo {

  /**
   * What to count.
   *
   * @param ir the demo's detector
   * @param folder where films and tables go
   * @param parts how many are on the belt
   * @param seed of the belt and its parts
   */
  record Request(Path ir, Path folder, int parts, long seed) {}

  /** Draws a film of a belt, counts its parts, and compares. Returns the exit code. */
  int run(Request request, PrintWriter out, PrintWriter err);

  /**
   * Returns the program.
   *
   * @throws OptionException when this ovkit was built without it
   */
  static CountingDemo load() {
    return ServiceLoader.load(CountingDemo.class)
        .findFirst()
        .orElseThrow(
            () ->
                new OptionException("--video: this ovkit has no video; run ./ovkit of a checkout"));
  }
}
