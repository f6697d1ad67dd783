package dev.ovkit.cli.stream;

import java.io.PrintWriter;

/**
 * What {@code ovkit stream} does; a service, so that the command can be listed and explained where
 * its module is not.
 */
public interface StreamProgram {

  /** Watches all cameras to their ends. Returns the exit code. */
  int run(StreamRequest request, PrintWriter out, PrintWriter err);

  /** Ends {@link #run} soon, also if it has not begun; called by any thread. */
  void stop();
}
