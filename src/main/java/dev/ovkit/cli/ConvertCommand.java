package dev.ovkit.cli;

import dev.ovkit.convert.BackEnd;
import dev.ovkit.convert.Conversion;
import dev.ovkit.convert.ConvertOptions;
import dev.ovkit.convert.Converter;
import dev.ovkit.convert.DataType;
import dev.ovkit.convert.Decision;
import dev.ovkit.convert.Outputs;
import dev.ovkit.convert.Route;
import dev.ovkit.convert.Simplify;
import dev.ovkit.onnx.Shape;
import dev.ovkit.verify.PictureSource;
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
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
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
      "A YOLO model needs no flag: its heads become the outputs, and scale, channel order and letterbox are those of its family. What was decided, and why, is printed. The IR keeps all of it, so that infer needs no flag either."
    },
    footer = {
      "  ovkit convert yolov5s.onnx --labels coco.names",
      "  ovkit convert yolov5s.onnx --verify --images pictures",
      "  ovkit convert PPLcnet-yolo.onnx -s 255 --reverse-input-channels --output Conv_462,Conv_478,Conv_494"
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
          "What weights are stored in: FP16 or FP32. FP16 halves the .bin; it is storage, and no faster. Default: ${DEFAULT-VALUE}.")
  private String dataType;

  @Option(
      names = "--output",
      paramLabel = "NAMES",
      defaultValue = "auto",
      description =
          "Outputs of the IR: node names, tensor names or NODE:port, with commas between; auto finds the heads, none keeps the model's own. Default: ${DEFAULT-VALUE}.")
  private String output;

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
      names = "--backend",
      paramLabel = "CONVERTER",
      defaultValue = "native",
      description =
          "What reads the graph, cut and rewritten: native, mo or ovc. The last two make a Python environment on first use; the IR is the same. Default: ${DEFAULT-VALUE}.")
  private String backEnd;

  @Option(
      names = "--simplify",
      paramLabel = "WHEN",
      defaultValue = "auto",
      description =
          "Whether onnxsim comes first: auto, never or always. auto means: if the model is not recognised as a detector and computes shapes as it runs. Default: ${DEFAULT-VALUE}.")
  private String simplify;

  @Option(
      names = "--verify",
      description =
          "Compare the IR with the ONNX at once, as 'ovkit verify' does; the exit code is 4 when they differ.")
  private boolean verify;

  @Mixin private Images images;

  @Option(names = "--json", description = "Print what was made as one JSON object.")
  private boolean json;

  @Override
  public Integer call() {
    if (images.given() && !verify) {
      throw usage("--images serves --verify only; give both");
    }
    ConvertOptions options = options();
    List<PictureSource> pictures = verify ? images.sources() : List.of();
    Conversion conversion = Converter.convert(options, route());
    PrintWriter out = spec.commandLine().getOut();
    Map<String, Object> object = json(conversion);
    if (!json) {
      print(conversion, out);
    }
    int exitCode = ExitCode.DONE;
    if (verify) {
      // The witness follows the family, not the flags: a wrong flag is what it is there to find.
      Verification verification =
          VerifyCommand.run(VerifyOptions.of(options.onnx(), conversion.xml()), pictures);
      object.put("verification", VerificationText.json(verification));
      if (!json) {
        out.println();
        VerificationText.print(verification, out);
      }
      exitCode = VerificationText.complain(verification, spec.commandLine().getErr());
    }
    if (json) {
      Json.print(out, object);
    }
    return exitCode;
  }

  private ConvertOptions options() {
    if ((model == null) == (inputModel == null)) {
      throw usage(model == null ? "a MODEL.onnx is missing" : "the model is given twice");
    }
    Path onnx = model != null ? model : inputModel;
    return new ConvertOptions(
        onnx,
        directory,
        name != null ? name : ConvertOptions.stem(onnx),
        type(),
        Outputs.parse(output),
        Optional.ofNullable(inputShape).map(this::shape),
        picture.mean(),
        picture.scale(),
        Optional.ofNullable(reverse),
        picture.mode(),
        picture.pad(),
        labels == null ? List.of() : Labels.read(labels),
        rewrite);
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
      default -> throw usage("--data-type %s: expected FP16 or FP32".formatted(dataType));
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
  }

  static Map<String, Object> json(Conversion conversion) {
    Map<String, Object> object = new LinkedHashMap<>();
    object.put("xml", conversion.xml().toString());
    object.put("bin", conversion.bin().toString());
    object.put("bin_bytes", conversion.binBytes());
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
