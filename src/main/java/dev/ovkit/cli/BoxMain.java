package dev.ovkit.cli;

import java.io.PrintWriter;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.OptionSpec;

/**
 * The {@code ovkit} command in a bundle: what a box does with a detector, and nothing that only a
 * desk does. Neither this class nor any that it reaches may need {@code toolkit/desk}.
 */
@Command(
    description =
        "Runs the detector that lies in the same bundle. Converting and packing is for the desk.",
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
public final class BoxMain extends Root {

  /** The folder of the bundle, as its launcher tells the JVM. */
  private static final String BUNDLE = "ovkit.bundle.dir";

  public static void main(String[] arguments) {
    Program.main(BoxMain::run, arguments);
  }

  /** Runs a command line as a program would, without ending the JVM. */
  static int run(PrintWriter out, PrintWriter err, String... arguments) {
    return commandLine(arguments, BoxMain::command, new BoxMain())
        .setDefaultValueProvider(BoxMain::fromBundle)
        .setOut(out)
        .setErr(err)
        .execute(arguments);
  }

  /** Makes the command of a name. */
  static @Nullable Object command(String name) {
    return switch (name) {
      case "infer" -> new InferCommand();
      case "bench" -> new BenchCommand();
      case "tune" -> new TuneCommand();
      case "watch" -> new WatchCommand();
      case "self-test" -> new SelfTestCommand();
      case "install" -> new InstallCommand();
      case "rollback" -> new RollbackCommand();
      case "doctor" -> new DoctorCommand();
      default -> null;
    };
  }

  /** In a bundle the model is the one that lies there. */
  private static @Nullable String fromBundle(ArgSpec argument) {
    String bundle = System.getProperty(BUNDLE);
    boolean model = argument instanceof OptionSpec option && option.longestName().equals("--ir");
    return bundle != null && model ? Path.of(bundle, "model", "model.xml").toString() : null;
  }
}
