package dev.ovkit.cli;

import dev.ovkit.cli.option.ConvertChoices;
import dev.ovkit.cli.option.DescriptionOptions;
import dev.ovkit.cli.option.HelpGroup;
import dev.ovkit.cli.option.Images;
import dev.ovkit.cli.option.JsonOption;
import dev.ovkit.cli.option.Labels;
import dev.ovkit.cli.option.PictureOptions;
import dev.ovkit.cli.option.QuantizeOptionGroup;
import dev.ovkit.cli.print.ConversionPrinter;
import dev.ovkit.cli.print.ExitCode;
import dev.ovkit.cli.print.Json;
import dev.ovkit.cli.print.PythonProgress;
import dev.ovkit.cli.print.QuantizationPrinter;
import dev.ovkit.cli.print.QuantizeProgress;
import dev.ovkit.cli.print.VerificationPrinter;
import dev.ovkit.convert.BackEnd;
import dev.ovkit.convert.Conversion;
import dev.ovkit.convert.ConversionManifest;
import dev.ovkit.convert.ConvertOptions;
import dev.ovkit.convert.Converter;
import dev.ovkit.convert.Kernels;
import dev.ovkit.convert.Outputs;
import dev.ovkit.convert.Repetition;
import dev.ovkit.convert.Route;
import dev.ovkit.convert.Simplify;
import dev.ovkit.ir.WeightPrecision;
import dev.ovkit.quantize.Quantization;
import dev.ovkit.quantize.QuantizeOptions;
import dev.ovkit.quantize.Quantizer;
import dev.ovkit.runtime.Shape;
import dev.ovkit.subject.PictureSource;
import dev.ovkit.verify.Verification;
import dev.ovkit.verify.VerifyOptions;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code ovkit convert}. */
@Command(
    name = "convert",
    customSynopsis = "ovkit convert [OPTIONS] MODEL.onnx",
    description = {
      "Converts an ONNX model to an FP16 OpenVINO IR.",
      "",
      "A YOLO model needs no flags: convert finds the heads in the graph, and knows scale, channel order and letterbox of the model's family. It prints each decision with its reason. The IR stores the decisions, so infer needs no flags either."
    },
    footer = {
      "  ovkit convert yolov5s.onnx --labels coco.names",
      "  ovkit convert yolov5s.onnx --verify --images pictures",
      "  ovkit convert PPLcnet-yolo.onnx -s 255 --reverse-input-channels --output"
          + " Conv_462,Conv_478,Conv_494",
      "  ovkit convert yolov5s.onnx --heads lazy -o lazy",
      "  ovkit convert yolov5s.onnx --data-type INT8 --images pictures",
      "  ovkit convert --from-manifest yolov5s.json -o again"
    })
final class ConvertCommand implements Callable<Integer> {

  @Spec private CommandSpec spec;

  @Parameters(
      index = "0",
      arity = "0..1",
      paramLabel = "MODEL.onnx",
      description = "The ONNX model, simplified or not.")
  private @Nullable Path model;

  @Option(names = "--input-model", hidden = true)
  private @Nullable Path inputModel;

  @Option(
      names = {"-o", "--output-dir"},
      paramLabel = "DIR",
      defaultValue = "",
      showDefaultValue = picocli.CommandLine.Help.Visibility.NEVER,
      description = "Folder for the IR; created if missing. Default: the working directory.")
  private Path directory;

  @Option(
      names = {"-n", "--model-name"},
      paramLabel = "NAME",
      description = "File name of the IR, without extension. Default: the file name of the ONNX.")
  private @Nullable String name;

  @Option(
      names = "--data-type",
      paramLabel = "TYPE",
      defaultValue = "FP16",
      converter = ConvertChoices.WeightPrecisions.class,
      completionCandidates = ConvertChoices.WeightPrecisions.class,
      description =
          "How weights are stored: FP16, FP32 or INT8. FP16 halves the .bin file but does not make the model faster. With INT8 the model also computes in 8 bits, as after 'ovkit quantize'; give calibration pictures with --images. Default: ${DEFAULT-VALUE}.")
  private WeightPrecision dataType;

  @Option(
      names = "--output",
      paramLabel = "NAMES",
      defaultValue = "auto",
      description =
          "Outputs of the IR: names of nodes or tensors, or NODE:port, separated by commas. auto: the heads that convert finds; none: the model's own outputs; columns: one output [1,4+classes,N] with boxes that the graph decodes, which OpenVINO's Model API reads. Default: ${DEFAULT-VALUE}.")
  private String output;

  @Option(
      names = "--raw",
      description =
          "Convert a model as it is, with its own outputs, even if convert does not recognise a detector. infer cannot read boxes from the IR of an unrecognised model. The same as --output none.")
  private boolean raw;

  @HelpGroup.In(HelpGroup.EXPERT)
  @Option(
      names = "--heads",
      paramLabel = "KIND",
      defaultValue = "whole",
      converter = ConvertChoices.HeadKinds.class,
      completionCandidates = ConvertChoices.HeadKinds.class,
      description =
          "How much of a YOLOv5-type head the IR computes: whole or lazy. A lazy IR outputs the objectness of each head and the feature map before it. ovkit then computes boxes and classes only where the objectness is high enough. The boxes are the same and come sooner, but other programs cannot read such an IR. Default: ${DEFAULT-VALUE}.")
  private ConvertChoices.Heads heads;

  @HelpGroup.In(HelpGroup.PREPROCESSING)
  @Option(
      names = "--input-shape",
      paramLabel = "1,3,H,W",
      description = "Fixed shape of the network's input, for a model whose input size is open.")
  private @Nullable String inputShape;

  @HelpGroup.In(HelpGroup.PREPROCESSING)
  @Option(
      names = "--reverse-input-channels",
      negatable = true,
      description =
          "Reverse the channels inside the IR, so that a model that expects RGB takes BGR pictures. Default: what the model's family needs.")
  private @Nullable Boolean reverse;

  @Mixin private PictureOptions picture;

  @Mixin private DescriptionOptions described;

  @Option(
      names = "--labels",
      paramLabel = "FILE",
      description = "Text file of class names, one per line, in the order of training.")
  private @Nullable Path labels;

  @HelpGroup.In(HelpGroup.EXPERT)
  @Option(
      names = "--rewrite",
      negatable = true,
      defaultValue = "true",
      fallbackValue = "true",
      description = "Rewrite the graph so that it computes the same results faster. Default: on.")
  private boolean rewrite;

  @HelpGroup.In(HelpGroup.EXPERT)
  @Option(
      names = "--target-cpu",
      paramLabel = "CPU",
      converter = ConvertChoices.TargetCpus.class,
      completionCandidates = ConvertChoices.TargetCpus.class,
      description =
          "avx2: measure on this CPU whether OpenVINO's blocked kernels are faster, and if so, select them in the IR. For CPUs with AVX2 and without AVX-512. Default: OpenVINO chooses the kernels.")
  private ConvertChoices.@Nullable TargetCpu targetCpu;

  @HelpGroup.In(HelpGroup.EXPERT)
  @Option(
      names = "--backend",
      paramLabel = "CONVERTER",
      defaultValue = "native",
      converter = ConvertChoices.BackEnds.class,
      completionCandidates = ConvertChoices.BackEnds.class,
      description =
          "Converter that makes the IR from the graph, once ovkit has cut and rewritten it: native, mo or ovc. All three make the same IR. mo and ovc need Python and install what they need on first use. Default: ${DEFAULT-VALUE}.")
  private BackEnd backEnd;

  @HelpGroup.In(HelpGroup.EXPERT)
  @Option(
      names = "--simplify",
      paramLabel = "WHEN",
      defaultValue = "auto",
      converter = ConvertChoices.SimplifyTimes.class,
      completionCandidates = ConvertChoices.SimplifyTimes.class,
      description =
          "When to run onnxsim before converting: auto, never or always. auto: only if convert does not recognise the model and the model computes shapes at run time. Default: ${DEFAULT-VALUE}.")
  private Simplify simplify;

  @Option(
      names = "--verify",
      description =
          "Compare the new IR with the ONNX, as 'ovkit verify' does. The exit code is 4 if they differ.")
  private boolean verify;

  @Mixin private Images images;

  @Mixin private QuantizeOptionGroup quantization;

  @HelpGroup.In(HelpGroup.EXPERT)
  @Option(
      names = "--from-manifest",
      paramLabel = "MODEL.json",
      description =
          "Repeat the conversion that this manifest describes. convert writes a manifest beside every IR. Without --model, the ONNX must be in the manifest's folder. The exit code is 4 if the new IR has other bytes.")
  private @Nullable Path fromManifest;

  @HelpGroup.In(HelpGroup.EXPERT)
  @Option(
      names = "--model",
      paramLabel = "MODEL.onnx",
      description =
          "With --from-manifest: the ONNX model, if it is in another folder than the manifest.")
  private @Nullable Path modelOption;

  @Mixin private JsonOption json;

  @Override
  public Integer call() {
    if (fromManifest != null) {
      return repeat(fromManifest);
    }
    if (dataType == WeightPrecision.INT8) {
      return quantize();
    }
    if (quantization.given()) {
      throw usage("--keep-float and the options of the check need --data-type INT8");
    }
    if (images.given() && !verify) {
      throw usage("--images needs --verify or --data-type INT8");
    }
    ConvertOptions options = options(dataType);
    List<PictureSource> pictures = verify ? images.sources() : List.of();
    Conversion conversion = Converter.convert(options, route(), kernels());
    if (!verify) {
      print(conversion, Map.of());
      return ExitCode.DONE;
    }
    // The witness follows the family, not the flags: a wrong flag is what it is there to find.
    Verification verification =
        VerifyCommand.run(VerifyOptions.of(options.onnx(), conversion.xml()), pictures);
    print(conversion, Map.of("verification", VerificationPrinter.json(verification)));
    if (!json.wanted()) {
      PrintWriter out = spec.commandLine().getOut();
      out.println();
      VerificationPrinter.print(verification, out);
    }
    return VerificationPrinter.complain(verification, spec.commandLine().getErr());
  }

  private Integer quantize() {
    if (verify) {
      throw usage("--verify cannot check INT8; use --check-images");
    }
    if (!images.given()) {
      throw usage("--data-type INT8 needs --images to calibrate with");
    }
    if (outputs() instanceof Outputs.Lazy) {
      throw usage("--data-type INT8 keeps heads in float anyway; leave out --heads lazy");
    }
    ConvertOptions options = options(WeightPrecision.FP32);
    QuantizeOptions quantize =
        quantization.applyTo(
            QuantizeOptions.of(options.onnx(), images.paths(), options.directory())
                .withName(options.name())
                .withBitDepth(images.bitDepth()));
    Quantization made;
    try (QuantizeProgress progress = new QuantizeProgress()) {
      made = Quantizer.convert(options, route(), quantize, progress);
    }
    return QuantizationPrinter.report(made, spec.commandLine(), json.wanted());
  }

  private Integer repeat(Path file) {
    requireNothingElse();
    if (OutputGuard.isSame(directory.resolve(String.valueOf(file.getFileName())), file)) {
      throw usage(
          "--from-manifest '%s': its own files would be overwritten; give another folder with -o"
              .formatted(file));
    }
    ConversionManifest manifest = ConversionManifest.read(file);
    Path onnx = onnx();
    Repetition repetition =
        Converter.repeat(
            manifest,
            onnx != null ? onnx : file.resolveSibling(manifest.source()),
            directory,
            new PythonProgress(spec.commandLine().getErr(), false));
    PrintWriter err = spec.commandLine().getErr();
    repetition.otherVersions().forEach(other -> err.println("ovkit: " + other));
    print(
        repetition.conversion(),
        Map.of(
            "same_bytes", repetition.otherFiles().isEmpty(),
            "other_versions", repetition.otherVersions()));
    if (repetition.otherFiles().isEmpty()) {
      return ExitCode.DONE;
    }
    err.println(
        "ovkit: %s: not repeated: the bytes of %s differ from the manifest"
            .formatted(file, String.join(" and ", repetition.otherFiles())));
    return ExitCode.DOES_NOT_HOLD;
  }

  /** The manifest says how; an option beside it would be lost. */
  private void requireNothingElse() {
    List<String> allowed =
        List.of("--from-manifest", "--model", "--input-model", "--output-dir", "--json");
    for (OptionSpec option : spec.commandLine().getParseResult().matchedOptions()) {
      if (!option.inherited() && !allowed.contains(option.longestName())) {
        throw usage(
            "%s: --from-manifest sets all options; leave it out".formatted(option.longestName()));
      }
    }
  }

  private void print(Conversion conversion, Map<String, Object> more) {
    PrintWriter out = spec.commandLine().getOut();
    if (json.wanted()) {
      Map<String, Object> object = ConversionPrinter.json(conversion);
      object.putAll(more);
      Json.print(out, object);
    } else {
      ConversionPrinter.print(conversion, out, spec.commandLine().getErr());
    }
  }

  /** The model, by whichever name it was given. */
  private @Nullable Path onnx() {
    List<Path> given = Stream.of(model, inputModel, modelOption).filter(Objects::nonNull).toList();
    if (given.size() > 1) {
      throw usage("the model was given twice");
    }
    return given.isEmpty() ? null : given.get(0);
  }

  private ConvertOptions options(WeightPrecision type) {
    Path onnx = onnx();
    if (onnx == null) {
      throw usage("no model was given; expected MODEL.onnx as the first argument");
    }
    List<String> names = labels == null ? List.of() : Labels.read(labels);
    return new ConvertOptions(
        onnx,
        directory,
        name != null ? name : ConvertOptions.stem(onnx),
        type,
        outputs(),
        Optional.ofNullable(inputShape).map(this::shape),
        picture.mean(),
        picture.scale(),
        Optional.ofNullable(reverse),
        picture.mode(),
        picture.pad(),
        picture.interpolation(),
        names,
        rewrite,
        described.description(names.size()));
  }

  private Outputs outputs() {
    Outputs outputs = Outputs.parse(output);
    if (raw && !(outputs instanceof Outputs.Auto)) {
      throw usage("--raw keeps the model's own outputs; leave out --output " + output);
    }
    if (raw) {
      outputs = new Outputs.AsTheyAre();
    }
    if (heads == ConvertChoices.Heads.WHOLE) {
      return outputs;
    }
    if (!(outputs instanceof Outputs.Auto)) {
      throw usage(
          "--heads lazy chooses the outputs itself; leave out "
              + (raw ? "--raw" : "--output " + output));
    }
    return new Outputs.Lazy();
  }

  private Kernels kernels() {
    return targetCpu == null ? Kernels.OWN_CHOICE : Kernels.BLOCKED_IF_FASTER;
  }

  private Route route() {
    return new Route(backEnd, simplify, new PythonProgress(spec.commandLine().getErr(), false));
  }

  private Shape shape(String text) {
    try {
      List<Long> dimensions =
          Arrays.stream(text.replaceAll("[\\[\\]()\\s]", "").split("[,x]", -1))
              .map(Long::valueOf)
              .toList();
      if (dimensions.stream().allMatch(d -> d > 0 && d <= 65_536)) {
        return new Shape(dimensions);
      }
    } catch (NumberFormatException e) {
      // said below
    }
    throw usage("--input-shape %s: expected positive numbers such as 1,3,640,640".formatted(text));
  }

  private ParameterException usage(String message) {
    return new ParameterException(spec.commandLine(), message);
  }
}
