package dev.ovkit.cli;

import java.io.PrintWriter;
import org.jspecify.annotations.Nullable;
import picocli.AutoComplete;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/** The {@code ovkit} command. */
@Command(
    description =
        "Takes a YOLO-family detector from ONNX to an Intel edge box: converts it to OpenVINO IR and runs it, without Python.",
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
public final class Main extends Root {

  public static void main(String[] arguments) {
    Program.main(Main::run, arguments);
  }

  /** Runs a command line as a program would, without ending the JVM. */
  static int run(PrintWriter out, PrintWriter err, String... arguments) {
    String[] spelled = moSpellings(arguments);
    CommandLine commandLine = commandLine(spelled, Main::command, new Main());
    CommandLine completion = commandLine.getSubcommands().get("generate-completion");
    if (completion != null) {
      completion.getCommandSpec().usageMessage().hidden(false);
    }
    return commandLine.setOut(out).setErr(err).execute(spelled);
  }

  /** Makes the command of a name; all but generate-completion, which wants to see all others. */
  static @Nullable Object command(String name) {
    return switch (name) {
      case "demo" -> new DemoCommand();
      case "convert" -> new ConvertCommand();
      case "mo" -> new MoCommand();
      case "simplify" -> new SimplifyCommand();
      case "infer" -> new InferCommand();
      case "watch" -> new WatchCommand();
      case "verify" -> new VerifyCommand();
      case "eval" -> new EvalCommand();
      case "diagnose" -> new DiagnoseCommand();
      case "bench" -> new BenchCommand();
      case "tune" -> new TuneCommand();
      case "quantize" -> new QuantizeCommand();
      case "inspect" -> new InspectCommand();
      case "package" -> new PackageCommand();
      case "keygen" -> new KeygenCommand();
      case "install" -> new InstallCommand();
      case "rollback" -> new RollbackCommand();
      case "self-test" -> new SelfTestCommand();
      case "doctor" -> new DoctorCommand();
      default -> null;
    };
  }

  /**
   * Model Optimizer wrote its options with underscores, as in {@code --data_type}; {@code mo} takes
   * them so, the other commands with hyphens.
   */
  private static String[] moSpellings(String... arguments) {
    String[] spelled = arguments.clone();
    if ("mo".equals(name(arguments))) {
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
}
