package dev.ovkit.cli;

import dev.ovkit.OptionException;
import dev.ovkit.OvkitException;
import dev.ovkit.RuntimeUnavailableException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Optional;
import picocli.AutoComplete;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.Spec;

/** The {@code ovkit} command. */
@Command(
    name = "ovkit",
    description =
        "Takes a YOLO-family detector from ONNX to an Intel edge box: converts it to OpenVINO IR and runs it, without Python.",
    mixinStandardHelpOptions = true,
    versionProvider = Versions.class,
    scope = ScopeType.INHERIT,
    synopsisSubcommandLabel = "COMMAND",
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {
      "0:done",
      "1:failed; the message says what, on which input, what was expected, what to do",
      "2:wrong usage",
      "3:no usable OpenVINO runtime or CPU",
      "4:checked, and it does not hold"
    },
    footerHeading = "%nExample:%n",
    subcommands = {
      DemoCommand.class,
      ConvertCommand.class,
      MoCommand.class,
      SimplifyCommand.class,
      InferCommand.class,
      VerifyCommand.class,
      EvalCommand.class,
      DiagnoseCommand.class,
      BenchCommand.class,
      QuantizeCommand.class,
      InspectCommand.class,
      DoctorCommand.class,
      AutoComplete.GenerateCompletion.class
    })
public final class Main implements Runnable {

  private static final Optional<String> MO = Optional.of("mo");

  @Spec private CommandSpec spec;

  @Option(
      names = "--stacktrace",
      scope = ScopeType.INHERIT,
      description = "Print where in the code an error arose.")
  private boolean stacktrace;

  @Override
  public void run() {
    throw new ParameterException(spec.commandLine(), "a COMMAND is missing");
  }

  public static void main(String[] arguments) {
    PrintWriter out = new PrintWriter(System.out, true, StandardCharsets.UTF_8);
    PrintWriter err = new PrintWriter(System.err, true, StandardCharsets.UTF_8);
    int exitCode = run(out, err, arguments);
    out.flush();
    err.flush();
    System.exit(exitCode);
  }

  /** Runs a command line as a program would, without ending the JVM. */
  static int run(PrintWriter out, PrintWriter err, String... arguments) {
    Main main = new Main();
    return commandLine(main)
        .setOut(out)
        .setErr(err)
        .setExecutionExceptionHandler(
            (exception, commandLine, parsed) -> main.report(exception, commandLine))
        .execute(moSpellings(arguments));
  }

  /**
   * Model Optimizer wrote its options with underscores, as in {@code --data_type}; {@code mo} takes
   * them so, the other commands with hyphens.
   */
  private static String[] moSpellings(String... arguments) {
    String[] spelled = arguments.clone();
    if (Arrays.stream(arguments).filter(a -> !a.startsWith("-")).findFirst().equals(MO)) {
      return spelled;
    }
    for (int i = 0; i < spelled.length; i++) {
      if (spelled[i].matches("--[a-z]+(_[a-z]+)+(=.*)?")) {
        String[] parts = spelled[i].split("=", 2);
        parts[0] = parts[0].replace('_', '-');
        spelled[i] = String.join("=", parts);
      }
    }
    return spelled;
  }

  static CommandLine commandLine(Main main) {
    CommandLine commandLine = new CommandLine(main);
    commandLine
        .getSubcommands()
        .get("generate-completion")
        .getCommandSpec()
        .usageMessage()
        .hidden(false);
    return commandLine
        .setCaseInsensitiveEnumValuesAllowed(true)
        .setUsageHelpAutoWidth(true)
        .setParameterExceptionHandler(Main::wrongUsage);
  }

  private int report(Exception exception, CommandLine commandLine) {
    PrintWriter err = commandLine.getErr();
    if (stacktrace) {
      exception.printStackTrace(err);
    }
    if (exception instanceof OvkitException) {
      err.println("ovkit: " + exception.getMessage());
      if (exception instanceof RuntimeUnavailableException) {
        return ExitCode.NO_RUNTIME;
      }
      return exception instanceof OptionException ? ExitCode.WRONG_USAGE : ExitCode.FAILED;
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
}
