package dev.ovkit.cli;

import java.io.PrintWriter;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.OptionSpec;

/**
 * The {@code ovkit} command in a bundle: what a box does with a detector, and nothing that only a
 * desk does. Neither this class nor a command of the box may need {@code toolkit/desk}.
 */
@Command(
    description = {
      "Runs the detector in this bundle. Use ovkit on a developer's machine to make and pack models.",
      "",
      "'ovkit help COMMAND' lists the options of a command."
    },
    modelTransformer = Commands.OfBox.class,
    footer = "  bin/ovkit infer street.jpg --out drawn")
public final class BoxMain extends Root {

  /** The folder of the bundle, which its launcher passes to the JVM. */
  private static final String BUNDLE = "ovkit.bundle.dir";

  public static void main(String[] arguments) {
    Program.main(BoxMain::run, arguments);
  }

  /** Runs a command line as a program would, without ending the JVM. */
  static int run(PrintWriter out, PrintWriter err, String... arguments) {
    String[] spelled = helpSpelled(Commands.Place.BOX, arguments);
    return commandLine(spelled, Commands.Place.BOX, new BoxMain())
        .setDefaultValueProvider(BoxMain::fromBundle)
        .setOut(out)
        .setErr(err)
        .execute(spelled);
  }

  /** In a bundle the default model is the bundle's. */
  private static @Nullable String fromBundle(ArgSpec argument) {
    String bundle = System.getProperty(BUNDLE);
    boolean model = argument instanceof OptionSpec option && option.longestName().equals("--ir");
    return bundle != null && model ? Path.of(bundle, "model", "model.xml").toString() : null;
  }
}
