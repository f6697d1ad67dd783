package dev.ovkit.cli;

import dev.ovkit.OvkitException;
import dev.ovkit.cli.print.ExitCode;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.function.BooleanSupplier;
import picocli.CommandLine;
import picocli.CommandLine.ParameterException;

/**
 * What the desk's command and the box's have in common: how one runs, and what it says of errors.
 */
final class Program {

  /** What an exit code means, for the help. */
  static final String EXIT_DONE = "0:done";

  static final String EXIT_FAILED =
      "1:failed; the message says what, on which input, what was expected, what to do";
  static final String EXIT_WRONG_USAGE = "2:wrong usage";
  static final String EXIT_NO_RUNTIME = "3:no usable OpenVINO runtime or CPU";
  static final String EXIT_DOES_NOT_HOLD = "4:checked, and it does not hold";

  /** A command line's way to be run, without ending the JVM. */
  interface Runner {
    int run(PrintWriter out, PrintWriter err, String... arguments);
  }

  /** Runs a command line on this process's streams and ends the process. */
  static void main(Runner runner, String... arguments) {
    PrintWriter out = new PrintWriter(System.out, true, StandardCharsets.UTF_8);
    PrintWriter err = new PrintWriter(System.err, true, StandardCharsets.UTF_8);
    int exitCode = runner.run(out, err, arguments);
    out.flush();
    err.flush();
    System.exit(exitCode);
  }

  /** Sets what all command lines of ovkit share. */
  static CommandLine prepare(CommandLine commandLine, BooleanSupplier stacktrace) {
    return commandLine
        .setCaseInsensitiveEnumValuesAllowed(true)
        .setUsageHelpAutoWidth(true)
        .setParameterExceptionHandler(Program::wrongUsage)
        .setExecutionExceptionHandler(
            (exception, at, parsed) -> report(exception, at, stacktrace.getAsBoolean()));
  }

  private static int report(Exception exception, CommandLine commandLine, boolean stacktrace) {
    PrintWriter err = commandLine.getErr();
    if (stacktrace) {
      exception.printStackTrace(err);
    }
    if (exception instanceof OvkitException known) {
      err.println("ovkit: " + exception.getMessage());
      return switch (known.kind()) {
        case FAILED -> ExitCode.FAILED;
        case WRONG_OPTION -> ExitCode.WRONG_USAGE;
        case RUNTIME_UNAVAILABLE -> ExitCode.NO_RUNTIME;
        case CHECK_FAILED -> ExitCode.DOES_NOT_HOLD;
      };
    }
    err.println(
        "ovkit: this is a fault of ovkit's own: %s; run it again with --stacktrace and report what it prints"
            .formatted(exception));
    return ExitCode.FAILED;
  }

  private static int wrongUsage(ParameterException exception, String[] arguments) {
    CommandLine commandLine = exception.getCommandLine();
    PrintWriter err = commandLine.getErr();
    err.println("ovkit: " + exception.getMessage());
    if (exception instanceof CommandLine.UnmatchedArgumentException unmatched) {
      Suggestion.of(unmatched.getUnmatched().get(0), commandLine.getCommandSpec())
          .ifPresent(near -> err.println("Did you mean: " + near + "?"));
    }
    err.println("Try '" + commandLine.getCommandSpec().qualifiedName() + " --help'.");
    return ExitCode.WRONG_USAGE;
  }

  private Program() {}
}
