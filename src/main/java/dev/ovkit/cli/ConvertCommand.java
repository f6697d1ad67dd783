package dev.ovkit.cli;

import dev.ovkit.cli.option.Images;
import dev.ovkit.cli.option.Labels;
import dev.ovkit.cli.option.PictureOptions;
import dev.ovkit.cli.option.QuantizeOptionGroup;
import dev.ovkit.cli.print.ExitCode;
import dev.ovkit.cli.print.Json;
import dev.ovkit.cli.print.Progress;
import dev.ovkit.cli.print.PythonProgress;
import dev.ovkit.cli.print.QuantizationPrinter;
import dev.ovkit.cli.print.VerificationPrinter;
import dev.ovkit.convert.BackEnd;
import dev.ovkit.convert.Conversion;
import dev.ovkit.convert.ConversionManifest;
import dev.ovkit.convert.ConvertOptions;
import dev.ovkit.convert.Converter;
import dev.ovkit.convert.DataType;
import dev.ovkit.convert.Decision;
import dev.ovkit.convert.Kernels;
import dev.ovkit.convert.Outputs;
import dev.ovkit.convert.Repetition;
import dev.ovkit.convert.Route;
import dev.ovkit.convert.Simplify;
import dev.ovkit.onnx.Shape;
import dev.ovkit.quantize.Quantization;
import dev.ovkit.quantize.QuantizeOptions;
import dev.ovkit.quantize.Quantizer;
import dev.ovkit.subject.PictureSource;
import dev.ovkit.verify.Verification;
import dev.ovkit.verify.VerifyOptions;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
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
    description = {
      "Makes an FP16 OpenVINO IR of an ONNX model.",
      "",
      "A YOLO model needs no flag: its heads become the outputs, and scale, channel order and"
          + " letterbox are those of its family. What was decided, and why, is printed. The IR"
          + " keeps all of it, so that infer needs no flag either."
    },
    footer = {
      "  ovkit convert yolov5s.onnx --labels coco.names",
      "  ovkit convert yolov5s.onnx --verify --images pictures",
      "  ovkit convert PPLcnet-yolo.onnx -s 255 --reverse-input-channels --output Conv_462,Conv_478,Conv_494",
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
      description = "The model, simplified or not.")
  private @Nullable Path model;

  @Option(names = "--input-model", hidden = true)
  private @Nullable Path inputModel;

  @Option(
      names = {"-o", "--output-dir"},
      paramLabel = "DIR",
      defaultValue = "",
      showDefaultValue = picocli.CommandLine.Help.Visibility.NEVER,
      description = "Where the IR goes; made if it is not there. Default: the working directory.")
  private Path directory;

  @Option(
      names = {"-n", "--model-name"},
      paramLabel = "NAME",
      description = "File name of the IR without ending. Default: the model's.")
  private @Nullable String name;

  @Option(
      names = "--data-type",
      paramLabel = "TYPE",
      defaultValue = "FP16",
      description =
          "What weights are stored in: FP16 or FP32; or INT8, which also computes in 8 bit, as 'ovkit quantize' does, by the pictures of --images. FP16 halves the .bin; it is storage, and no faster. Default: ${DEFAULT-VALUE}.")
  private String dataType;

  @Option(
      names = "--output",
      paramLabel = "NAMES",
      defaultValue = "auto",
      description =
          "Outputs of the IR: node names, tensor names or NODE:port, with commas between; auto"
              + " finds the heads, none keeps the model's own, columns decodes the boxes in the"
              + " graph into one output [1,4+classes,N], which OpenVINO's Model API reads. Default:"
              + " ${DEFAULT-VALUE}.")
  private String output;

  @Option(
      names = "--heads",
      paramLabel = "KIND",
      defaultValue = "whole",
      description =
          "whole, or lazy: of each YOLOv5-type head the IR gives the objectness and the feature map before it, and ovkit computes the rest for the cells whose objectness passes. Faster, the same boxes, but no other program reads such an IR. Default: ${DEFAULT-VALUE}.")
  private String heads;

  @Option(
      names = "--input-shape",
      paramLabel = "1,3,H,W",
      description = "A static shape for the input.")
  private @Nullable String inputShape;

  @Option(
      names = "--reverse-input-channels",
      negatable = true,
      description =
          "Whether the IR takes BGR for a model that wants RGB. Default: as the family needs.")
  private @Nullable Boolean reverse;

  @Mixin private PictureOptions picture;

  @Option(
      names = "--labels",
      paramLabel = "FILE",
      description = "Class names, one a line, in the order of training.")
  private @Nullable Path labels;

  @Option(
      names = "--rewrite",
      negatable = true,
      defaultValue = "true",
      fallbackValue = "true",
      description = "Whether to apply exact rewrites that make the IR faster. Default: on.")
  private boolean rewrite;

  @Option(
      names = "--target-cpu",
      paramLabel = "CPU",
      description =
          "avx2: for a CPU with AVX2 and no AVX-512, measure on this one whether blocked kernels are faster, and keep them in the IR if so. Default: OpenVINO chooses its kernels.")
  private @Nullable String targetCpu;

  @Option(
      names = "--backend",
      paramLabel = "CONVERTER",
      defaultValue = "native",
      description =
          "What reads the graph, cut and rewritten: native, mo or ovc. The last two make a Python"
              + " environment on first use; the IR is the same. Default: ${DEFAULT-VALUE}.")
  private String backEnd;

  @Option(
      names = "--simplify",
      paramLabel = "WHEN",
      defaultValue = "auto",
      description =
          "Whether onnxsim comes first: auto, never or always. auto means: if the model is not"
              + " recognised as a detector and computes shapes as it runs. Default:"
              + " ${DEFAULT-VALUE}.")
  private String simplify;

  @Option(
      names = "--verify",
      description =
          "Compare the IR with the ONNX at once, as 'ovkit verify' does; the exit code is 4 when"
              + " they differ.")
  private boolean verify;

  @Mixin private Images images;

  @Mixin private QuantizeOptionGroup quantization;

  @Option(
      names = "--from-manifest",
      paramLabel = "MODEL.json",
      description =
          "Convert again as this manifest says, which lies beside every IR; MODEL.onnx is then"
              + " looked for beside it. Exit code 4 if other bytes come out.")
  private @Nullable Path fromManifest;

  @Option(
      names = "--model",
      paramLabel = "MODEL.onnx",
      description = "The same as MODEL.onnx without an option.")
  private @Nullable Path modelOption;

  @Option(names = "--json", description = "Print what was made as one JSON object.")
  private boolean json;

  @Override
  public Integer call() {
    if (fromManifest != null) {
      return repeat(fromManifest);
    }
    if (dataType.equalsIgnoreCase("INT8")) {
      return quantize();
    }
    if (quantization.given()) {
      throw usage("--keep-float and the --check options serve --data-type INT8 only");
    }
    if (images.given() && !verify) {
      throw usage("--images serves --verify and --data-type INT8 only; give one of them too");
    }
    ConvertOptions options = options(type());
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
    if (!json) {
      PrintWriter out = spec.commandLine().getOut();
      out.println();
      VerificationPrinter.print(verification, out);
    }
    return VerificationPrinter.complain(verification, spec.commandLine().getErr());
  }

  private Integer quantize() {
    if (verify) {
      throw usage("--verify: 8 bit is checked with --check-images");
    }
    if (!images.given()) {
      throw usage("--data-type INT8 needs --images to calibrate with");
    }
    if (outputs() instanceof Outputs.Lazy) {
      throw usage("--data-type INT8 keeps heads in float already; leave out --heads lazy");
    }
    ConvertOptions options = options(DataType.FP32);
    QuantizeOptions quantize =
        quantization.applyTo(
            QuantizeOptions.of(options.onnx(), images.paths(), options.directory())
                .withName(options.name()));
    Quantization made;
    try (Progress progress = new Progress()) {
      made = Quantizer.convert(options, route(), quantize, progress);
    }
    return QuantizationPrinter.report(made, spec.commandLine(), json);
  }

  private Integer repeat(Path file) {
    requireNothingElse();
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
        "ovkit: %s: not repeated: %s came out with other bytes than it says"
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
            "%s: --from-manifest says how to convert; leave it out"
                .formatted(option.longestName()));
      }
    }
  }

  private void print(Conversion conversion, Map<String, Object> more) {
    PrintWriter out = spec.commandLine().getOut();
    if (json) {
      Map<String, Object> object = json(conversion);
      object.putAll(more);
      Json.print(out, object);
    } else {
      print(conversion, out);
    }
  }

  /** The model, by whichever name it was given. */
  private @Nullable Path onnx() {
    List<Path> given = Stream.of(model, inputModel, modelOption).filter(Objects::nonNull).toList();
    if (given.size() > 1) {
      throw usage("the model is given twice");
    }
    return given.isEmpty() ? null : given.get(0);
  }

  private ConvertOptions options(DataType type) {
    Path onnx = onnx();
    if (onnx == null) {
      throw usage("a MODEL.onnx is missing");
    }
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
        labels == null ? List.of() : Labels.read(labels),
        rewrite);
  }

  private Outputs outputs() {
    return switch (heads.toLowerCase(Locale.ROOT)) {
      case "whole" -> Outputs.parse(output);
      case "lazy" -> {
        if (!(Outputs.parse(output) instanceof Outputs.Auto)) {
          throw usage("--heads lazy makes outputs of its own; leave out --output " + output);
        }
        yield new Outputs.Lazy();
      }
      default -> throw usage("--heads %s: expected whole or lazy".formatted(heads));
    };
  }

  private Kernels kernels() {
    if (targetCpu == null) {
      return Kernels.OWN_CHOICE;
    }
    if (!targetCpu.equalsIgnoreCase("avx2")) {
      throw usage("--target-cpu %s: expected avx2".formatted(targetCpu));
    }
    return Kernels.BLOCKED_IF_FASTER;
  }

  private Route route() {
    return new Route(
        switch (backEnd.toLowerCase(Locale.ROOT)) {
          case "native" -> BackEnd.NATIVE;
          case "mo" -> BackEnd.MO;
          case "ovc" -> BackEnd.OVC;
          default -> throw usage("--backend %s: expected native, mo or ovc".formatted(backEnd));
        },
        switch (simplify.toLowerCase(Locale.ROOT)) {
          case "auto" -> Simplify.AUTO;
          case "never" -> Simplify.NEVER;
          case "always" -> Simplify.ALWAYS;
          default ->
              throw usage("--simplify %s: expected auto, never or always".formatted(simplify));
        },
        new PythonProgress(spec.commandLine().getErr(), false));
  }

  private DataType type() {
    return switch (dataType.toUpperCase(Locale.ROOT)) {
      case "FP16", "HALF" -> DataType.FP16;
      case "FP32", "FLOAT" -> DataType.FP32;
      default -> throw usage("--data-type %s: expected FP16, FP32 or INT8".formatted(dataType));
    };
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

  static void print(Conversion conversion, PrintWriter out) {
    for (Decision decision : conversion.decisions()) {
      out.printf("%-10s %s%n", decision.what(), decision.value());
      out.printf("%-10s   %s%n", "", decision.why());
    }
    out.printf("%-10s %s%n", "graph", conversion.xml());
    out.printf("%-10s %s (%,d bytes)%n", "weights", conversion.bin(), conversion.binBytes());
    out.printf("%-10s %s%n", "manifest", conversion.manifestFile());
  }

  static Map<String, Object> json(Conversion conversion) {
    Map<String, Object> object = new LinkedHashMap<>();
    object.put("xml", conversion.xml().toString());
    object.put("bin", conversion.bin().toString());
    object.put("bin_bytes", conversion.binBytes());
    object.put("manifest", conversion.manifestFile().toString());
    List<Map<String, Object>> decisions = new ArrayList<>();
    for (Decision decision : conversion.decisions()) {
      Map<String, Object> one = new LinkedHashMap<>();
      one.put("what", decision.what());
      one.put("value", decision.value());
      one.put("why", decision.why());
      decisions.add(one);
    }
    object.put("decisions", decisions);
    return object;
  }
}
