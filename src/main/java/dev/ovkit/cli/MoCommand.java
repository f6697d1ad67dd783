package dev.ovkit.cli;

import dev.ovkit.cli.option.JsonOption;
import dev.ovkit.cli.print.ConversionPrinter;
import dev.ovkit.cli.print.ExitCode;
import dev.ovkit.cli.print.Json;
import dev.ovkit.cli.print.PythonProgress;
import dev.ovkit.convert.Conversion;
import dev.ovkit.convert.MoCommandLine;
import dev.ovkit.convert.MoConverter;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;
import picocli.CommandLine.Unmatched;

/** {@code ovkit mo}. */
@Command(
    name = "mo",
    customSynopsis = "ovkit mo [--explain] [--json] [--verbose] MO-OPTIONS...",
    description = {
      "Accepts an old mo.py command line unchanged and runs the legacy Model Optimizer with it.",
      "",
      "On first use, ovkit installs openvino-dev 2024.6 into a Python environment of its own (288 MB; needs Python 3.11 or 3.12 and a network). mo gets the model unchanged. All options that apply to ONNX are accepted, including --data_type, which newer versions of mo no longer have. Without --data_type the weights are stored as FP16. If the result is a detector, the IR stores its settings, so that infer needs no flags."
    },
    footer = {
      "  ovkit mo --input_model PPLcnet-yolo.onnx -s 255 --data_type FP16 --reverse_input_channels --output Conv_462,Conv_478,Conv_494"
    })
final class MoCommand implements Callable<Integer> {

  @Spec private CommandSpec spec;

  @Option(
      names = "--explain",
      description = "Only print the modern equivalent of this command line, for each back end.")
  private boolean explain;

  @Mixin private JsonOption json;

  @Option(names = "--verbose", description = "Print the output of mo to stderr.")
  private boolean verbose;

  @Unmatched private List<String> words = new ArrayList<>();

  @Override
  public Integer call() {
    PrintWriter out = spec.commandLine().getOut();
    MoCommandLine line = MoCommandLine.parse(words);
    if (explain) {
      explain(line.equivalents(), out);
      return ExitCode.DONE;
    }
    Conversion conversion =
        MoConverter.convert(line, new PythonProgress(spec.commandLine().getErr(), verbose));
    if (json.wanted()) {
      Json.print(out, ConversionPrinter.json(conversion));
    } else {
      ConversionPrinter.print(conversion, out, spec.commandLine().getErr());
    }
    return ExitCode.DONE;
  }

  private void explain(MoCommandLine.Equivalents same, PrintWriter out) {
    if (json.wanted()) {
      Map<String, Object> object = new LinkedHashMap<>();
      object.put("native", same.nativeCommand());
      object.put("ovc", same.ovcCommand());
      object.put("mo", same.moCommand());
      object.put("only_mo", same.onlyMo());
      Json.print(out, object);
      return;
    }
    out.printf("native  %s%n", TypedName.in(same.nativeCommand()));
    out.printf("ovc     %s%n", TypedName.in(same.ovcCommand()));
    out.printf("mo      %s%n", same.moCommand());
    if (!same.onlyMo().isEmpty()) {
      out.printf("only mo supports %s%n", String.join(", ", same.onlyMo()));
    }
  }
}
