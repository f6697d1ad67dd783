package dev.ovkit.cli;

import java.io.PrintWriter;
import picocli.CommandLine.Command;

/** The {@code ovkit} command. */
@Command(
    description = {
      "Converts object detectors such as YOLO from ONNX to OpenVINO IR, and runs them on Intel CPUs without Python.",
      "",
      "'ovkit help COMMAND' lists the options of a command."
    },
    modelTransformer = Commands.OfDesk.class,
    footer = {"  ovkit convert yolov5s.onnx", "  ovkit infer yolov5s.xml street.jpg --out drawn"})
public final class Main extends Root {

  public static void main(String[] arguments) {
    Program.main(Main::run, arguments);
  }

  /** Runs a command line as a program would, without ending the JVM. */
  static int run(PrintWriter out, PrintWriter err, String... arguments) {
    String[] spelled = moSpellings(helpSpelled(Commands.Place.DESK, arguments));
    return commandLine(spelled, Commands.Place.DESK, new Main())
        .setOut(out)
        .setErr(err)
        .execute(spelled);
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
