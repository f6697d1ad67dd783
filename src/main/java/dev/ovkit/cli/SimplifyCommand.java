package dev.ovkit.cli;

import dev.ovkit.cli.option.JsonOption;
import dev.ovkit.cli.option.Written;
import dev.ovkit.cli.print.ExitCode;
import dev.ovkit.cli.print.Json;
import dev.ovkit.cli.print.PythonProgress;
import dev.ovkit.convert.ConvertOptions;
import dev.ovkit.convert.Simplifier;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code ovkit simplify}. */
@Command(
    name = "simplify",
    description = {
      "Simplifies an ONNX model with onnxsim.",
      "",
      "'ovkit convert' does not need this. On first use, ovkit installs onnxsim into a Python environment of its own (172 MB; needs Python 3.11 to 3.13 and a network)."
    },
    footer = "  ovkit simplify yolov5s.onnx -o yolov5s-sim.onnx")
final class SimplifyCommand implements Callable<Integer> {

  @Spec private CommandSpec spec;

  @Parameters(paramLabel = "MODEL.onnx", description = "The ONNX model to simplify.")
  private Path model;

  @Written
  @Option(
      names = {"-o", "--out"},
      paramLabel = "OUT.onnx",
      description = "File to write. Default: MODEL-sim.onnx in the working directory.")
  private @Nullable Path target;

  @Mixin private JsonOption json;

  @Override
  public Integer call() {
    PrintWriter out = spec.commandLine().getOut();
    Path to = target != null ? target : Path.of(ConvertOptions.stem(model) + "-sim.onnx");
    Simplifier.Simplified made =
        Simplifier.simplify(model, to, new PythonProgress(spec.commandLine().getErr(), false));
    if (json.wanted()) {
      Map<String, Object> object = new LinkedHashMap<>();
      object.put("onnx", made.onnx().toString());
      object.put("nodes_before", made.nodesBefore());
      object.put("nodes_after", made.nodesAfter());
      object.put("onnxsim", made.version());
      Json.print(out, object);
    } else {
      out.printf(
          "%s: %d operations, %d before (onnxsim %s)%n",
          made.onnx(), made.nodesAfter(), made.nodesBefore(), made.version());
    }
    return ExitCode.DONE;
  }
}
