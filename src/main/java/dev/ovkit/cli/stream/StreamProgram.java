package dev.ovkit.cli.stream;

import dev.ovkit.OptionException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.ServiceLoader;

/**
 * What {@code ovkit stream} does; a service, so that the command can be listed and explained where
 * its module is not.
 */
public interface StreamProgram {

  /** Watches all cameras to their ends. Returns the exit code. */
  int run(StreamRequest request, PrintWriter out, PrintWriter err);

  /**
   * Returns the native libraries that it needs besides OpenVINO's, for a bundle.
   *
   * @throws dev.ovkit.RuntimeUnavailableException when they are not there
   */
  List<Path> libraries();

  /** Returns what there is for it on this machine, and what is missing: a line by its subject. */
  Map<String, String> findings();

  /**
   * Returns the program.
   *
   * @throws OptionException when this ovkit was built, or packed, without it
   */
  static StreamProgram load() {
    return ServiceLoader.load(StreamProgram.class)
        .findFirst()
        .orElseThrow(
            () ->
                new OptionException(
                    "this ovkit has no video; run ./ovkit of a checkout, pack the bundle with --with video, or add ovkit-cli-stream to the class path"));
  }

  /** Ends {@link #run} soon, also if it has not begun; called by any thread. */
  void stop();
}
