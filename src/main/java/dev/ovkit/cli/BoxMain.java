package dev.ovkit.cli;

import java.io.PrintWriter;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.Spec;

/**
 * The {@code ovkit} command in a bundle: what a box does with a detector, and nothing that only a
 * desk does. Neither this class nor any that it reaches may need {@code toolkit/desk}.
 */
@Command(
    name = "ovkit",
    description =
        "Runs the detector that lies in the same bundle. Converting and packing is for the desk.",
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
      InferCommand.class,
      BenchCommand.class,
      TuneCommand.class,
      WatchCommand.class,
      SelfTestCommand.class,
      InstallCommand.class,
      RollbackCommand.class,
      DoctorCommand.class
    })
public final class BoxMain implements Runnable {

  /** The folder of the bundle, as its launcher tells the JVM. */
  private static final String BUNDLE = "ovkit.bundle.dir";

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
    Program.main(BoxMain::run, arguments);
  }

  /** Runs a command line as a program would, without ending the JVM. */
  static int run(PrintWriter out, PrintWriter err, String... arguments) {
    BoxMain main = new BoxMain();
    return Program.prepare(new CommandLine(main), () -> main.stacktrace)
        .setDefaultValueProvider(BoxMain::fromBundle)
        .setOut(out)
        .setErr(err)
        .execute(arguments);
  }

  /** In a bundle the model is the one that lies there. */
  private static @Nullable String fromBundle(ArgSpec argument) {
    String bundle = System.getProperty(BUNDLE);
    boolean model = argument instanceof OptionSpec option && option.longestName().equals("--ir");
    return bundle != null && model ? Path.of(bundle, "model", "model.xml").toString() : null;
  }
}
