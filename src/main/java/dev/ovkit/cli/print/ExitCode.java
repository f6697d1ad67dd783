package dev.ovkit.cli.print;

/** What the process's exit code means, in one place. */
public final class ExitCode {

  public static final int DONE = 0;

  /** The message says what failed, on which input, what was expected, what to do. */
  public static final int FAILED = 1;

  public static final int WRONG_USAGE = 2;

  /** This machine has no usable OpenVINO runtime or CPU. */
  public static final int NO_RUNTIME = 3;

  /** It was checked, and it does not hold. */
  public static final int DOES_NOT_HOLD = 4;

  /** Stopped by Ctrl-C, as a shell counts it: 128 and the number of SIGINT. */
  public static final int INTERRUPTED = 130;

  private ExitCode() {}
}
