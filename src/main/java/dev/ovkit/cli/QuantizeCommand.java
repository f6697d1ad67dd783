package dev.ovkit.cli;

import dev.ovkit.cli.option.BitDepthOption;
import dev.ovkit.cli.option.HelpGroup;
import dev.ovkit.cli.option.JsonOption;
import dev.ovkit.cli.option.ModelAndPictures;
import dev.ovkit.cli.option.QuantizeOptionGroup;
import dev.ovkit.cli.option.Written;
import dev.ovkit.cli.print.QuantizationPrinter;
import dev.ovkit.cli.print.QuantizeProgress;
import dev.ovkit.quantize.Quantization;
import dev.ovkit.quantize.QuantizeOptions;
import dev.ovkit.quantize.Quantizer;
import dev.ovkit.report.QuantizationReport;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code ovkit quantize}. */
@Command(
    name = "quantize",
    customSynopsis = "ovkit quantize [OPTIONS] MODEL PICTURE... -o DIR",
    description = {
      "Makes an INT8 IR from an IR in FP16 or FP32. An INT8 IR is smaller, and usually faster on a CPU.",
      "",
      "Calibrate with pictures like those that the detector will see; 10 to 30 are enough. With --check-images, quantize runs the INT8 IR and the original on this CPU, and writes the INT8 IR only if its accuracy is lower by no more than --max-drop. Otherwise the exit code is 4, and quantize lists the convolutions by the accuracy that each of them costs."
    },
    footer = {
      "  ovkit quantize model.xml pictures -o int8",
      "  ovkit quantize model.xml pictures -o int8 --check-images val --coco instances.json --auto"
    })
final class QuantizeCommand implements Callable<Integer> {

  @Spec private CommandSpec spec;

  @Mixin private ModelAndPictures input;

  @Option(
      names = {"-o", "--output-dir"},
      required = true,
      paramLabel = "DIR",
      description = "Folder for the INT8 IR; created if missing.")
  private Path directory;

  @Option(
      names = {"-n", "--model-name"},
      paramLabel = "NAME",
      description = "File name of the INT8 IR, without extension. Default: the name of the IR.")
  private @Nullable String name;

  @Mixin private QuantizeOptionGroup choices;

  @Mixin private BitDepthOption bitDepth;

  @HelpGroup.In(HelpGroup.OUTPUT)
  @Written
  @Option(
      names = "--html",
      paramLabel = "FILE",
      description =
          "Write a report: one HTML file with the speed, and with the accuracy that each convolution costs. This takes about half a second per convolution.")
  private @Nullable Path html;

  @Mixin private JsonOption json;

  @Override
  public Integer call() {
    Path ir = input.ir();
    QuantizeOptions options =
        choices.applyTo(
            QuantizeOptions.of(ir, input.pictures(), directory)
                .withName(name != null ? name : QuantizeOptions.stem(ir))
                .withBitDepth(bitDepth.bits())
                .withCosts(html != null));
    Quantization made;
    try (QuantizeProgress progress = new QuantizeProgress()) {
      made = Quantizer.quantize(options, progress);
    }
    if (html != null) {
      QuantizationReport.write(made, html);
    }
    return QuantizationPrinter.report(made, spec.commandLine(), json.wanted());
  }
}
