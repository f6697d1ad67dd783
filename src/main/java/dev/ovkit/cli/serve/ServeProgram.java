package dev.ovkit.cli.serve;

import dev.ovkit.OptionException;
import java.io.PrintWriter;
import java.util.ServiceLoader;

/**
 * What {@code ovkit serve} does; a service, so that the command can be listed and explained where
 * its module is not.
 */
public interface ServeProgram {

  /** Serves until {@link #stop}. Returns the exit code. */
  int run(ServeRequest request, PrintWriter out, PrintWriter err);

  /** Ends {@link #run} in good order, also if it has not begun; called by any thread. */
  void stop();

  /**
   * Returns the program.
   *
   * @throws OptionException when this ovkit was built, or packed, without it
   */
  static ServeProgram load() {
    return ServiceLoader.load(ServeProgram.class)
        .findFirst()
        .orElseThrow(
            () ->
                new OptionException(
                    "this ovkit has no server; run ./ovkit of a checkout, pack the bundle with"
                        + " --with serve, or add ovkit-cli-serve to the class path"));
  }
}
