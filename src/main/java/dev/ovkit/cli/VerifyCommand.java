package dev.ovkit.cli;

import dev.ovkit.bisect.Bisection;
import dev.ovkit.bisect.Bisector;
import dev.ovkit.cli.option.Choices;
import dev.ovkit.cli.option.HelpGroup;
import dev.ovkit.cli.option.Images;
import dev.ovkit.cli.option.JsonOption;
import dev.ovkit.cli.option.ModelFolder;
import dev.ovkit.cli.option.PictureOptions;
import dev.ovkit.cli.option.Written;
import dev.ovkit.cli.print.BisectionPrinter;
import dev.ovkit.cli.print.ExitCode;
import dev.ovkit.cli.print.Json;
import dev.ovkit.cli.print.Progress;
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
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.concurrent.Callable;
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
    customSynopsis = "ovkit verify [OPTIONS] A B [PICTURE...]",
    description = {
      "Checks that two models give the same raw outputs and the same boxes on every picture.",
      "",
      "A and B are each an ONNX or an IR. An ONNX is an independent reference: it runs in ONNX Runtime, its pictures are prepared as its family requires, and it is cut at the outputs of the other model. An IR runs in OpenVINO with its own settings. It must take BGR pictures with values 0..255, as IRs of 'ovkit convert' do. If it takes something else on purpose, say so with --input-colour or --bare.",
      "",
      "A box counts if its score reaches --conf in either model. It agrees if the other model has a box of the same class within the tolerances. The other model is read with a slightly lower threshold, so that boxes right at the threshold do not count as differences. The exit code is 4 if the models differ.",
      "",
      "With --bisect, verify compares the models node by node on one picture, and names the first node that differs. Each node of B gets the numbers that A has before it, so a node differs only by what it does itself."
    },
    footer = {
      "  ovkit verify yolov5s.onnx yolov5s.xml pictures",
      "  ovkit verify old.xml new.xml --images 'shots/*.jpg' --html report.html",
      "  ovkit verify yolov5s.onnx yolov5s.xml shot.jpg --bisect --out culprit"
    })
final class VerifyCommand implements Callable<Integer> {

  @Spec private CommandSpec spec;

  @Parameters(
      index = "0",
      paramLabel = "A",
      description =
          "The reference: an ONNX, or the .xml file of an IR. Differences are relative to this model.")
  private Path first;

  @Parameters(
      index = "1",
      paramLabel = "B",
      description = "The model to compare with A: an ONNX, or the .xml file of an IR.")
  private Path second;

  @Parameters(
      index = "2..*",
      arity = "0..*",
      paramLabel = "PICTURE",
      description = "Pictures: files, folders or globs. The same as --images.")
  private List<String> pictures = List.of();

  @Mixin private Images images;

  @Option(
      names = "--bisect",
      description =
          "Name the first node whose output differs, with its attributes, its inputs and both outputs. Uses the first picture only. Of an INT8 IR, list the layers that add the largest errors.")
  private boolean bisect;

  @HelpGroup.In(HelpGroup.OUTPUT)
  @Option(
      names = "--out",
      paramLabel = "DIR",
      description =
          "With --bisect: write that node, its inputs and both outputs to this new folder, to attach to a bug report.")
  private @Nullable Path out;

  @HelpGroup.In(HelpGroup.EXPERT)
  @Option(
      names = "--tolerance",
      paramLabel = "NUMBER",
      description =
          "Largest allowed difference of a raw output (relative L2). Default: 0.0001 for an FP32 IR, 0.02 for an FP16 IR. For an INT8 IR only the boxes are compared. With --bisect: largest error that a node may add (default: 0.0001 for FP32, 0.005 for FP16, none for INT8).")
  private @Nullable Double tolerance;

  @HelpGroup.In(HelpGroup.EXPERT)
  @Option(
      names = "--score-tolerance",
      paramLabel = "NUMBER",
      description =
          "Largest allowed difference between the two scores of an object. Default: 0.001 for FP32, 0.02 for FP16, 0.15 for INT8.")
  private @Nullable Double scoreTolerance;

  @HelpGroup.In(HelpGroup.EXPERT)
  @Option(
      names = "--min-iou",
      paramLabel = "NUMBER",
      description =
          "Smallest allowed overlap (IoU) of the two boxes of an object. Default: 0.99 for FP32, 0.95 for FP16, 0.7 for INT8.")
  private @Nullable Double leastIou;

  @Option(
      names = "--conf",
      paramLabel = "SCORE",
      description =
          "Lowest score of a box that counts, 0..1. Default: the threshold stored in A, or 0.25 if it has none.")
  private @Nullable Double confidence;

  @HelpGroup.In(HelpGroup.EXPERT)
  @Option(
      names = "--output",
      paramLabel = "NAMES",
      defaultValue = "auto",
      description =
          "Nodes or tensors at which an ONNX is cut, as in 'ovkit convert'. auto: the outputs of the other model. Default: ${DEFAULT-VALUE}.")
  private String output;

  @HelpGroup.In(HelpGroup.PREPROCESSING)
  @Option(
      names = "--input-colour",
      paramLabel = "ORDER",
      converter = Choices.Colour.class,
      completionCandidates = Choices.Colour.class,
      description =
          "Channel order that the IR is meant to take: BGR or RGB. Without this option it must be BGR.")
  private @Nullable Colour inputColour;

  @HelpGroup.In(HelpGroup.PREPROCESSING)
  @Option(
      names = "--model-colour",
      paramLabel = "ORDER",
      converter = Choices.Colour.class,
      completionCandidates = Choices.Colour.class,
      description =
          "Channel order that the network was trained with: BGR or RGB. Default: the order that its family uses.")
  private @Nullable Colour modelColour;

  @HelpGroup.In(HelpGroup.PREPROCESSING)
  @Option(
      names = "--bare",
      description =
          "The IR was made without preprocessing, so it gets the same numbers as the ONNX.")
  private boolean bare;

  @Mixin private PictureOptions picture;

  @HelpGroup.In(HelpGroup.OUTPUT)
  @Written
  @Option(
      names = "--html",
      paramLabel = "FILE",
      description = "Write a report: one HTML file with tables, histograms and the worst pictures.")
  private @Nullable Path html;

  @Mixin private JsonOption json;

  @Override
  public Integer call() {
    VerifyOptions options = options();
    if (bisect) {
      return bisect(options);
    }
    if (out != null) {
      throw usage("--out needs --bisect");
    }
    Verification verification = run(options, images.and(pictures).sources());
    PrintWriter out = spec.commandLine().getOut();
    if (html != null) {
      VerificationReport.write(verification, html);
    }
    if (json.wanted()) {
      Json.print(out, VerificationPrinter.json(verification));
    } else {
      VerificationPrinter.print(verification, out);
    }
    return VerificationPrinter.complain(verification, spec.commandLine().getErr());
  }

  private int bisect(VerifyOptions options) {
    if (html != null) {
      throw usage("--html cannot be combined with --bisect; take --json");
    }
    boolean given = images.and(pictures).given();
    PictureSource source = (given ? images.sources() : PictureSource.generated()).get(0);
    Bisection bisection;
    try (Progress progress = Progress.ofShare("comparing nodes")) {
      bisection = Bisector.bisect(options, source, Optional.ofNullable(out), progress);
    }
    PrintWriter printed = spec.commandLine().getOut();
    if (json.wanted()) {
      Json.print(printed, BisectionPrinter.json(bisection));
    } else {
      BisectionPrinter.print(bisection, printed);
    }
    bisection.notes().forEach(note -> spec.commandLine().getErr().println("ovkit: " + note));
    return bisection.holds() ? ExitCode.DONE : ExitCode.DOES_NOT_HOLD;
  }

  static Verification run(VerifyOptions options, List<PictureSource> pictures) {
    try (Progress progress = Progress.ofPictures(pictures.size())) {
      return Verifier.verify(options, pictures, progress::step);
    }
  }

  private VerifyOptions options() {
    if (confidence != null && !(confidence >= 0 && confidence <= 1)) {
      throw usage("--conf %s: expected a number from 0 to 1".formatted(confidence));
    }
    return new VerifyOptions(
        ModelFolder.ir(first),
        ModelFolder.ir(second),
        Outputs.parse(output),
        picture.mean(),
        picture.scale(),
        Optional.ofNullable(modelColour),
        picture.mode(),
        picture.pad(),
        Optional.ofNullable(inputColour),
        bare,
        optional(confidence),
        optional(tolerance),
        optional(scoreTolerance),
        optional(leastIou));
  }

  private static OptionalDouble optional(@Nullable Double value) {
    return value == null ? OptionalDouble.empty() : OptionalDouble.of(value);
  }

  private ParameterException usage(String message) {
    return new ParameterException(spec.commandLine(), message);
  }
}
