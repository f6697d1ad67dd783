package dev.ovkit.cli.stream;

import dev.ovkit.OptionException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.ServiceLoader;
import java.util.function.Supplier;

/**
 * What {@code ovkit stream} does; a service, so that the command can be listed and explained where
 * its module is not.
 */
public interface StreamProgram {

  /** Finds the model of a request. */
  interface Models {

    /** Returns the IR: of what was typed, else of what the file names, else of the bundle. */
    Path of(Optional<Path> inFile);
  }

  /**
   * Reads a request from a YAML file.
   *
   * @throws OptionException with the line, when it is not right
   */
  StreamRequest read(Path file, Models models);

  /** Returns the JSON schema of such a file. */
  String schema();

  /** Checks a request without running it, and opens its sources. Returns the exit code. */
  int check(StreamRequest request, PrintWriter out, PrintWriter err);

  /**
   * Watches all cameras to their ends. Returns the exit code.
   *
   * @param again reads the request again on SIGHUP; empty if it cannot change
   */
  int run(
      StreamRequest request,
      Optional<Supplier<StreamRequest>> again,
      PrintWriter out,
      PrintWriter err);

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
