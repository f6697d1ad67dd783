package dev.ovkit.cli;

import dev.ovkit.cli.option.PictureList;
import dev.ovkit.cli.option.QuantizeOptionGroup;
import dev.ovkit.cli.print.Progress;
import dev.ovkit.cli.print.QuantizationPrinter;
import dev.ovkit.quantize.Quantization;
import dev.ovkit.quantize.QuantizeOptions;
import dev.ovkit.quantize.Quantizer;
import dev.ovkit.report.QuantizationReport;
import java.nio.file.Path;
import java.util.List;
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
    description = {
      "Makes an IR 8 bit: smaller and faster on a CPU, without Python.",
      "",
      "The ranges come from pictures of the kind that the detector will see; 10 to 30 suffice. With --check-images the 8-bit IR runs for real on this CPU against the one it was made of, and is let out only if it loses no more than --max-drop; else the exit code is 4, nothing is written, and the convolutions are ranked by what each costs."
    },
    footer = {
      "  ovkit quantize --ir model.xml --images pictures -o int8",
      "  ovkit quantize --ir model.xml --images pictures -o int8 --check-images val --coco instances.json --auto"
    })
final class QuantizeCommand implements Callable<Integer> {

  @Spec private CommandSpec spec;

  @Option(
      names = "--ir",
      required = true,
      paramLabel = "MODEL.xml",
      description = "The IR, in FP32 or FP16; its .bin lies beside it.")
  private Path ir;

  @Option(
      names = {"-i", "--images"},
      required = true,
      arity = "1..*",
      paramLabel = "PATH",
      description = "Pictures, folders of pictures, or globs, to calibrate with.")
  private List<String> images;

  @Option(
      names = {"-o", "--output-dir"},
      required = true,
      paramLabel = "DIR",
      description = "Where the 8-bit IR goes; made if it is not there.")
  private Path directory;

  @Option(
      names = {"-n", "--model-name"},
      paramLabel = "NAME",
      description = "File name of the 8-bit IR without ending. Default: that of the IR.")
  private @Nullable String name;

  @Mixin private QuantizeOptionGroup choices;

  @Option(
      names = "--html",
      paramLabel = "FILE",
      description =
          "Write a report: what became of each convolution, what each costs, and the speed; takes about half a second for each.")
  private @Nullable Path html;

  @Option(names = "--json", description = "Print one JSON object.")
  private boolean json;

  @Override
  public Integer call() {
    QuantizeOptions options =
        choices.applyTo(
            QuantizeOptions.of(ir, new PictureList(images).expand(), directory)
                .withName(name != null ? name : QuantizeOptions.stem(ir))
                .withCosts(html != null));
    Quantization made;
    try (Progress progress = new Progress()) {
      made = Quantizer.quantize(options, progress);
    }
    if (html != null) {
      QuantizationReport.write(made, html);
    }
    return QuantizationPrinter.report(made, spec.commandLine(), json);
  }
}
