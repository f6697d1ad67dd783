package dev.ovkit.cli;

import java.io.PrintWriter;
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
      Program.EXIT_DONE,
      Program.EXIT_FAILED,
      Program.EXIT_WRONG_USAGE,
      Program.EXIT_NO_RUNTIME,
      Program.EXIT_DOES_NOT_HOLD
    },
    footerHeading = "%nExample:%n",
    subcommands = {
      DemoCommand.class,
      ConvertCommand.class,
      MoCommand.class,
      SimplifyCommand.class,
      InferCommand.class,
      WatchCommand.class,
      VerifyCommand.class,
      EvalCommand.class,
      DiagnoseCommand.class,
      BenchCommand.class,
      TuneCommand.class,
      QuantizeCommand.class,
      InspectCommand.class,
      PackageCommand.class,
      KeygenCommand.class,
      InstallCommand.class,
      RollbackCommand.class,
      SelfTestCommand.class,
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
    Program.main(Main::run, arguments);
  }

  /** Runs a command line as a program would, without ending the JVM. */
  static int run(PrintWriter out, PrintWriter err, String... arguments) {
    return commandLine(new Main()).setOut(out).setErr(err).execute(moSpellings(arguments));
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
    return Program.prepare(commandLine, () -> main.stacktrace);
  }
}
