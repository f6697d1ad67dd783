package dev.ovkit.cli;

import dev.ovkit.cli.option.Images;
import dev.ovkit.cli.option.PictureOptions;
import dev.ovkit.cli.print.Json;
import dev.ovkit.cli.print.VerificationPrinter;
import dev.ovkit.convert.Outputs;
import dev.ovkit.model.Colour;
import dev.ovkit.report.VerificationReport;
import dev.ovkit.subject.PictureSource;
import dev.ovkit.verify.Verification;
import dev.ovkit.verify.Verifier;
import dev.ovkit.verify.VerifyOptions;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.concurrent.Callable;
import me.tongfei.progressbar.ProgressBar;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code ovkit verify}. */
@Command(
    name = "verify",
    description = {
      "Says whether two models are the same: raw outputs and boxes, picture by picture.",
      "",
      "Each is an ONNX, which runs in ONNX Runtime as an independent witness, prepared as its family wants and cut at the other's outputs, or an IR, which runs in OpenVINO as it says of itself. An IR is held to what 'ovkit convert' makes: it takes BGR, 0..255. One that takes something else does not pass, unless --input-colour or --bare says that it is meant.",
      "",
      "A box counts when it reaches the confidence in either model, and agrees when the other has one of its class within the tolerances; the other is read below the confidence by the tolerance of the scores, so a box at the threshold decides nothing. The exit code is 4 when the two differ."
    },
    footer = {
      "  ovkit verify yolov5s.onnx yolov5s.xml --images pictures",
      "  ovkit verify old.xml new.xml --images 'shots/*.jpg' --html report.html"
    })
final class VerifyCommand implements Callable<Integer> {

  @Spec private CommandSpec spec;

  @Parameters(
      index = "0",
      paramLabel = "A",
      description = "An ONNX, or the .xml of an IR; differences are relative to it.")
  private Path first;

  @Parameters(index = "1", paramLabel = "B", description = "Likewise.")
  private Path second;

  @Mixin private Images images;

  @Option(
      names = "--tolerance",
      paramLabel = "NUMBER",
      description =
          "The largest relative L2 difference of a raw output. Default: 0.0001 for an IR in FP32, 0.02 in FP16; in INT8 the boxes decide alone.")
  private @Nullable Double tolerance;

  @Option(
      names = "--score-tolerance",
      paramLabel = "NUMBER",
      description =
          "The largest difference of the scores of one object. Default: 0.001 in FP32, 0.02 in FP16, 0.15 in INT8.")
  private @Nullable Double scoreTolerance;

  @Option(
      names = "--min-iou",
      paramLabel = "NUMBER",
      description =
          "The smallest overlap of its two boxes. Default: 0.99 in FP32, 0.95 in FP16, 0.7 in INT8.")
  private @Nullable Double leastIou;

  @Option(
      names = "--conf",
      paramLabel = "SCORE",
      description = "The score from which a box counts, 0..1. Default: A's, else 0.25.")
  private @Nullable Double confidence;

  @Option(
      names = "--output",
      paramLabel = "NAMES",
      defaultValue = "auto",
      description =
          "Where an ONNX is cut, as 'ovkit convert' has it; auto cuts at the outputs of the other model. Default: ${DEFAULT-VALUE}.")
  private String output;

  @Option(
      names = "--input-colour",
      paramLabel = "ORDER",
      description = "The channel order that the IR takes, BGR or RGB, and that this is meant.")
  private @Nullable String inputColour;

  @Option(
      names = "--model-colour",
      paramLabel = "ORDER",
      description =
          "The channel order that the network was trained on, BGR or RGB. Default: as its family.")
  private @Nullable String modelColour;

  @Option(
      names = "--bare",
      description =
          "The IR has no preprocessing inside, and that is meant: it gets the numbers that the ONNX gets.")
  private boolean bare;

  @Mixin private PictureOptions picture;

  @Option(
      names = "--html",
      paramLabel = "FILE",
      description = "Write a report: one file with tables, histograms and the worst pictures.")
  private @Nullable Path html;

  @Option(names = "--json", description = "Print one JSON object.")
  private boolean json;

  @Override
  public Integer call() {
    VerifyOptions options = options();
    Verification verification = run(options, images.sources());
    PrintWriter out = spec.commandLine().getOut();
    if (html != null) {
      VerificationReport.write(verification, html);
    }
    if (json) {
      Json.print(out, VerificationPrinter.json(verification));
    } else {
      VerificationPrinter.print(verification, out);
    }
    return VerificationPrinter.complain(verification, spec.commandLine().getErr());
  }

  static Verification run(VerifyOptions options, List<PictureSource> pictures) {
    try (@Nullable ProgressBar bar = Images.progress(pictures.size())) {
      return Verifier.verify(
          options,
          pictures,
          () -> {
            if (bar != null) {
              bar.step();
            }
          });
    }
  }

  private VerifyOptions options() {
    if (confidence != null && !(confidence >= 0 && confidence <= 1)) {
      throw usage("--conf %s: expected a number from 0 to 1".formatted(confidence));
    }
    return new VerifyOptions(
        first,
        second,
        Outputs.parse(output),
        picture.mean(),
        picture.scale(),
        colour("--model-colour", modelColour),
        picture.mode(),
        picture.pad(),
        colour("--input-colour", inputColour),
        bare,
        optional(confidence),
        optional(tolerance),
        optional(scoreTolerance),
        optional(leastIou));
  }

  private static OptionalDouble optional(@Nullable Double value) {
    return value == null ? OptionalDouble.empty() : OptionalDouble.of(value);
  }

  private Optional<Colour> colour(String option, @Nullable String text) {
    return Optional.ofNullable(text)
        .map(
            order ->
                switch (order.toUpperCase(Locale.ROOT)) {
                  case "BGR" -> Colour.BGR;
                  case "RGB" -> Colour.RGB;
                  default -> throw usage("%s %s: expected BGR or RGB".formatted(option, order));
                });
  }

  private ParameterException usage(String message) {
    return new ParameterException(spec.commandLine(), message);
  }
}
