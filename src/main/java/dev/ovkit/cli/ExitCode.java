package dev.ovkit.cli;

/** What the process's exit code means, in one place. */
final class ExitCode {

  static final int DONE = 0;

  /** The message says what failed, on which input, what was expected, what to do. */
  static final int FAILED = 1;

  static final int WRONG_USAGE = 2;

  /** This machine has no usable OpenVINO runtime or CPU. */
  static final int NO_RUNTIME = 3;

  /** It was checked, and it does not hold. */
  static final int DOES_NOT_HOLD = 4;

  /** Stopped by Ctrl-C, as a shell counts it: 128 and the number of SIGINT. */
  static final int INTERRUPTED = 130;

  private ExitCode() {}
}
