package dev.ovkit.cli;

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
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;
import picocli.CommandLine.Unmatched;

/** {@code ovkit mo}. */
@Command(
    name = "mo",
    customSynopsis = "ovkit mo [--explain] [--json] [--verbose] MO-OPTIONS...",
    description = {
      "Takes an old mo.py command line word for word, and runs the legacy Model Optimizer with it.",
      "",
      "The first use makes a Python environment with openvino-dev 2024.6 (288 MB; needs Python 3.11 or 3.12 and the network). The model goes to mo untouched. All options that have a meaning for ONNX are taken, --data_type too, which newer ones no longer know; without it mo stores FP16. If the result is a detector, the IR says how to use it, so that infer needs no flag."
    },
    footer = {
      "  ovkit mo --input_model PPLcnet-yolo.onnx -s 255 --data_type FP16 --reverse_input_channels --output Conv_462,Conv_478,Conv_494"
    })
final class MoCommand implements Callable<Integer> {

  @Spec private CommandSpec spec;

  @Option(
      names = "--explain",
      description = "Print the same conversion in the words of each back end, and convert nothing.")
  private boolean explain;

  @Option(names = "--json", description = "Print what was made as one JSON object.")
  private boolean json;

  @Option(names = "--verbose", description = "Let mo's own words through, on standard error.")
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
    if (json) {
      Json.print(out, ConvertCommand.json(conversion));
    } else {
      ConvertCommand.print(conversion, out);
    }
    return ExitCode.DONE;
  }

  private void explain(MoCommandLine.Equivalents same, PrintWriter out) {
    if (json) {
      Map<String, Object> object = new LinkedHashMap<>();
      object.put("native", same.nativeCommand());
      object.put("ovc", same.ovcCommand());
      object.put("mo", same.moCommand());
      object.put("only_mo", same.onlyMo());
      Json.print(out, object);
      return;
    }
    out.printf("native  %s%n", same.nativeCommand());
    out.printf("ovc     %s%n", same.ovcCommand());
    out.printf("mo      %s%n", same.moCommand());
    if (!same.onlyMo().isEmpty()) {
      out.printf("only mo has a word for %s%n", String.join(", ", same.onlyMo()));
    }
  }
}
