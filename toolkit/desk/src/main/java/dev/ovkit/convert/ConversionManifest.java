package dev.ovkit.convert;

import dev.ovkit.ModelException;
import dev.ovkit.OptionException;
import dev.ovkit.family.ModelDescription;
import dev.ovkit.internal.files.JsonFile;
import dev.ovkit.internal.files.JsonObject;
import dev.ovkit.ir.WeightPrecision;
import dev.ovkit.model.Resize;
import dev.ovkit.python.PythonListener;
import dev.ovkit.python.PythonTool;
import dev.ovkit.runtime.Core;
import dev.ovkit.runtime.Shape;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Function;

/**
 * How an IR was made, kept beside it as JSON: enough to make it again, and to know whether it is
 * still the one that was made.
 *
 * <p>It holds no time and no path, so the same conversion gives the same bytes wherever it runs.
 *
 * @param source the ONNX's file name
 * @param sourceSha256 of the ONNX as it was read, with weights that lay beside it; lower-case hex
 * @param tools versions by tool, such as {@code openvino}
 * @param recipe what was done
 * @param rewrites how often each rewrite fired
 * @param detector what the IR says of itself, as in its section {@code ovkit}; empty if the model
 *     was not recognised
 * @param decisions how it came to these options
 * @param files what was made
 */
public record ConversionManifest(
    String source,
    String sourceSha256,
    Map<String, String> tools,
    Recipe recipe,
    Map<String, Integer> rewrites,
    Map<String, String> detector,
    List<Decision> decisions,
    List<MadeFile> files) {

  /**
   * A file of the IR.
   *
   * @param name without a folder
   * @param sha256 lower-case hex
   */
  public record MadeFile(String name, long bytes, String sha256) {}

  /** What was done to the ONNX. */
  public sealed interface Recipe {}

  /**
   * {@code ovkit convert}.
   *
   * @param options with no question left open; its directory says nothing
   * @param simplified whether onnxsim came first
   * @param kernels as they were chosen
   */
  public record Converted(
      ConvertOptions options, BackEnd backEnd, boolean simplified, Kernels kernels)
      implements Recipe {

    Route route(PythonListener listener) {
      return new Route(backEnd, simplified ? Simplify.ALWAYS : Simplify.NEVER, listener);
    }
  }

  /**
   * {@code ovkit mo}.
   *
   * @param words of its command line, without those that say where files lie
   */
  public record MoWords(List<String> words) implements Recipe {
    public MoWords {
      words = List.copyOf(words);
    }
  }

  /** Distinguishes it from other JSON, and from what a later version may write. */
  private static final String FORMAT = "ovkit-conversion-1";

  public ConversionManifest {
    tools = Collections.unmodifiableMap(new LinkedHashMap<>(tools));
    rewrites = Collections.unmodifiableMap(new LinkedHashMap<>(rewrites));
    detector = Collections.unmodifiableMap(new LinkedHashMap<>(detector));
    decisions = List.copyOf(decisions);
    files = List.copyOf(files);
  }

  /** As it would be made here and now. */
  ConversionManifest(
      String source,
      String sourceSha256,
      Recipe recipe,
      Map<String, Integer> rewrites,
      Map<String, String> detector,
      List<Decision> decisions,
      List<MadeFile> files) {
    this(source, sourceSha256, toolsHere(recipe), recipe, rewrites, detector, decisions, files);
  }

  /** Returns the versions that would make an IR here and now. */
  private static Map<String, String> toolsHere(Recipe recipe) {
    Map<String, String> tools = new LinkedHashMap<>();
    String version = ConversionManifest.class.getPackage().getImplementationVersion();
    tools.put("ovkit", version == null ? "from a checkout" : version);
    tools.put("openvino", Core.version());
    for (PythonTool tool : pythonTools(recipe)) {
      tools.put(tool.title(), tool.version());
    }
    return tools;
  }

  private static List<PythonTool> pythonTools(Recipe recipe) {
    if (!(recipe instanceof Converted converted)) {
      return List.of(PythonTool.MO);
    }
    List<PythonTool> tools = new ArrayList<>();
    if (converted.simplified()) {
      tools.add(PythonTool.SIMPLIFY);
    }
    switch (converted.backEnd()) {
      case NATIVE -> {}
      case MO -> tools.add(PythonTool.MO);
      case OVC -> tools.add(PythonTool.OVC);
    }
    return tools;
  }

  /**
   * Reads a manifest.
   *
   * @throws ModelException when it is missing, damaged, or no manifest of a conversion
   */
  public static ConversionManifest read(Path file) {
    try {
      return manifest(JsonObject.read(file));
    } catch (IOException e) {
      throw new ModelException(
          "%s: %s; expected the .json that 'ovkit convert' writes beside an IR"
              .formatted(file, e.getMessage()),
          file,
          e);
    } catch (OptionException e) {
      throw new ModelException(
          "%s: its options are invalid: %s".formatted(file, e.getMessage()), file, e);
    }
  }

  /** Returns a sentence for each tool that has another version here. */
  public List<String> otherVersions() {
    Map<String, String> here = toolsHere(recipe);
    List<String> differences = new ArrayList<>();
    tools.forEach(
        (tool, version) -> {
          String now = here.getOrDefault(tool, "not there");
          if (!now.equals(version)) {
            differences.add("made with %s %s, here it is %s".formatted(tool, version, now));
          }
        });
    return differences;
  }

  /** Returns the names of the files that another conversion made with other bytes. */
  List<String> otherFiles(ConversionManifest other) {
    return files.stream().filter(f -> !other.files.contains(f)).map(MadeFile::name).toList();
  }

  /** The manifest as JSON, UTF-8, with line feeds; equal manifests give equal bytes. */
  byte[] toBytes() {
    Map<String, Object> root = new LinkedHashMap<>();
    root.put("format", FORMAT);
    root.put("source", object("file", source, "sha256", sourceSha256));
    root.put("tools", tools);
    if (recipe instanceof Converted converted) {
      root.put("options", options(converted));
    } else {
      root.put("mo", ((MoWords) recipe).words());
    }
    root.put("rewrites", rewrites);
    root.put("detector", detector);
    root.put("decisions", decisions.stream().map(ConversionManifest::object).toList());
    root.put(
        "files",
        files.stream()
            .map(
                file -> object("file", file.name(), "bytes", file.bytes(), "sha256", file.sha256()))
            .toList());
    return JsonFile.bytes(root);
  }

  private static Map<String, Object> object(Decision decision) {
    Map<String, Object> object =
        object("what", decision.what(), "value", decision.value(), "why", decision.why());
    if (decision.origin() != Decision.Origin.UNKNOWN) {
      object.put("from", decision.origin().word());
    }
    if (decision.assumed()) {
      object.put("assumed", true);
    }
    return object;
  }

  private static Map<String, Object> object(Object... keysAndValues) {
    Map<String, Object> object = new LinkedHashMap<>();
    for (int i = 0; i < keysAndValues.length; i += 2) {
      object.put((String) keysAndValues[i], keysAndValues[i + 1]);
    }
    return object;
  }

  private static Map<String, Object> options(Converted converted) {
    ConvertOptions options = converted.options();
    Map<String, Object> object =
        object(
            "backend",
            converted.backEnd().name().toLowerCase(Locale.ROOT),
            "simplify",
            converted.simplified(),
            "name",
            options.name(),
            "data_type",
            options.dataType().name(),
            "outputs",
            options.outputs() instanceof Outputs.Tensors tensors
                ? tensors.names()
                : word(options.outputs()));
    options.inputShape().ifPresent(shape -> object.put("input_shape", shape.dimensions()));
    options.reverseChannels().ifPresent(reverse -> object.put("reverse_input_channels", reverse));
    options.mean().ifPresent(values -> object.put("mean", values));
    options.scale().ifPresent(values -> object.put("scale", values));
    options
        .resize()
        .ifPresent(mode -> object.put("letterbox", mode.name().toLowerCase(Locale.ROOT)));
    options.pad().ifPresent(pad -> object.put("pad", pad));
    options
        .interpolation()
        .ifPresent(how -> object.put("interpolation", how.name().toLowerCase(Locale.ROOT)));
    object.put("labels", options.labels());
    object.put("rewrite", options.rewrite());
    object.putAll(options.description().write());
    if (converted.kernels() != Kernels.OWN_CHOICE) {
      object.put("kernels", converted.kernels().name().toLowerCase(Locale.ROOT));
    }
    return object;
  }

  private static String word(Outputs outputs) {
    return outputs instanceof Outputs.Columns
        ? "columns"
        : outputs instanceof Outputs.Lazy ? "lazy" : "none";
  }

  private static ConversionManifest manifest(JsonObject root) throws IOException {
    if (!FORMAT.equals(root.fields().get("format"))) {
      throw root.wrong("format", "\"" + FORMAT + "\"");
    }
    List<Decision> decisions = new ArrayList<>();
    for (JsonObject decision : root.objects("decisions")) {
      decisions.add(
          Decision.read(
                  decision.text("what"),
                  decision.text("value"),
                  decision.has("from") ? decision.text("from") : "",
                  decision.text("why"))
              .asAssumed(decision.has("assumed") && decision.flag("assumed")));
    }
    List<MadeFile> files = new ArrayList<>();
    for (JsonObject made : root.objects("files")) {
      files.add(new MadeFile(made.text("file"), made.integer("bytes"), made.text("sha256")));
    }
    return new ConversionManifest(
        fileName(root.object("source"), "file"),
        root.object("source").text("sha256"),
        root.map("tools", String::valueOf),
        root.has("mo") ? new MoWords(root.texts("mo")) : converted(root),
        root.map("rewrites", count -> count instanceof Number n ? n.intValue() : 0),
        root.map("detector", String::valueOf),
        decisions,
        files);
  }

  private static Converted converted(JsonObject root) throws IOException {
    JsonObject options = root.object("options");
    return new Converted(
        options(fileName(root.object("source"), "file"), options),
        options.constant("backend", List.of(BackEnd.values())),
        options.flag("simplify"),
        options.has("kernels")
            ? options.constant("kernels", List.of(Kernels.values()))
            : Kernels.OWN_CHOICE);
  }

  private static ConvertOptions options(String source, JsonObject object) throws IOException {
    return new ConvertOptions(
        Path.of(source),
        Path.of(""),
        fileName(object, "name"),
        object.constant("data_type", List.of(WeightPrecision.FP16, WeightPrecision.FP32)),
        outputs(object),
        numbers(object, "input_shape", Number::longValue).map(Shape::new),
        numbers(object, "mean", Number::floatValue),
        numbers(object, "scale", Number::floatValue),
        object.has("reverse_input_channels")
            ? Optional.of(object.flag("reverse_input_channels"))
            : Optional.empty(),
        object.has("letterbox")
            ? Optional.of(object.constant("letterbox", List.of(Resize.Mode.values())))
            : Optional.empty(),
        object.has("pad") ? OptionalInt.of(object.integer("pad", 0, 255)) : OptionalInt.empty(),
        object.has("interpolation")
            ? Optional.of(object.constant("interpolation", List.of(Resize.Interpolation.values())))
            : Optional.empty(),
        object.texts("labels"),
        object.flag("rewrite"),
        ModelDescription.read(described(object), source));
  }

  private static Map<String, String> described(JsonObject object) {
    Map<String, String> described = new LinkedHashMap<>();
    object
        .fields()
        .forEach((key, value) -> described.put(String.valueOf(key), String.valueOf(value)));
    return described;
  }

  private static Outputs outputs(JsonObject object) throws IOException {
    if (object.fields().get("outputs") instanceof List<?>) {
      return new Outputs.Tensors(object.texts("outputs"));
    }
    return switch (String.valueOf(object.fields().get("outputs"))) {
      case "none" -> new Outputs.AsTheyAre();
      case "columns" -> new Outputs.Columns();
      case "lazy" -> new Outputs.Lazy();
      default ->
          throw object.wrong("outputs", "a list of tensors, \"none\", \"columns\" or \"lazy\"");
    };
  }

  private static String fileName(JsonObject object, String key) throws IOException {
    String name = object.text(key);
    if (name.isEmpty() || name.equals(".") || name.equals("..") || name.matches("(?s).*[/\0].*")) {
      throw object.wrong(key, "a file's name without a folder");
    }
    return name;
  }

  private static <T> Optional<List<T>> numbers(
      JsonObject object, String key, Function<Number, T> element) throws IOException {
    return object.has(key)
        ? Optional.of(object.numbers(key).stream().map(element).toList())
        : Optional.empty();
  }
}
