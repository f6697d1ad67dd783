package dev.ovkit.convert;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.util.DefaultIndenter;
import com.fasterxml.jackson.core.util.DefaultPrettyPrinter;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.ovkit.ModelException;
import dev.ovkit.OptionException;
import dev.ovkit.model.Resize;
import dev.ovkit.python.PythonListener;
import dev.ovkit.python.PythonTool;
import dev.ovkit.runtime.Core;
import dev.ovkit.runtime.Shape;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
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
import org.jspecify.annotations.Nullable;

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

  /** Told apart from other JSON, and from what a later version may write. */
  private static final String FORMAT = "ovkit-conversion-1";

  private static final ObjectMapper JSON = new ObjectMapper();

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
      return new Reader(file, JSON.readTree(Files.readAllBytes(file))).manifest();
    } catch (NoSuchFileException e) {
      throw new ModelException(
          "%s: no such file; expected the .json that 'ovkit convert' writes beside an IR"
              .formatted(file),
          e);
    } catch (JsonProcessingException e) {
      throw new ModelException(
          "%s: not valid JSON (line %d); expected the .json that 'ovkit convert' writes beside an IR"
              .formatted(file, e.getLocation() == null ? 1 : e.getLocation().getLineNr()),
          e);
    } catch (IOException e) {
      throw new ModelException("%s: it cannot be read (%s)".formatted(file, e.getMessage()), e);
    } catch (OptionException e) {
      throw new ModelException(
          "%s: its options are invalid: %s".formatted(file, e.getMessage()), e);
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
    ObjectNode root = JSON.createObjectNode();
    root.put("format", FORMAT);
    root.putObject("source").put("file", source).put("sha256", sourceSha256);
    ObjectNode toolsNode = root.putObject("tools");
    tools.forEach(toolsNode::put);
    if (recipe instanceof Converted converted) {
      write(converted, root.putObject("options"));
    } else {
      ((MoWords) recipe).words().forEach(root.putArray("mo")::add);
    }
    ObjectNode rewritesNode = root.putObject("rewrites");
    rewrites.forEach(rewritesNode::put);
    ObjectNode detectorNode = root.putObject("detector");
    detector.forEach(detectorNode::put);
    ArrayNode decisionsNode = root.putArray("decisions");
    for (Decision decision : decisions) {
      ObjectNode node = decisionsNode.addObject();
      node.put("what", decision.what()).put("value", decision.value());
      node.put("why", decision.why());
      if (decision.assumed()) {
        node.put("assumed", true);
      }
    }
    ArrayNode filesNode = root.putArray("files");
    for (MadeFile file : files) {
      filesNode
          .addObject()
          .put("file", file.name())
          .put("bytes", file.bytes())
          .put("sha256", file.sha256());
    }
    DefaultIndenter indenter = new DefaultIndenter("  ", "\n");
    DefaultPrettyPrinter printer =
        new DefaultPrettyPrinter().withObjectIndenter(indenter).withArrayIndenter(indenter);
    try {
      return (JSON.writer(printer).writeValueAsString(root) + "\n")
          .getBytes(StandardCharsets.UTF_8);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("a tree can always be written", e);
    }
  }

  private static void write(Converted converted, ObjectNode node) {
    ConvertOptions options = converted.options();
    node.put("backend", converted.backEnd().name().toLowerCase(Locale.ROOT));
    node.put("simplify", converted.simplified());
    node.put("name", options.name());
    node.put("data_type", options.dataType().name());
    if (options.outputs() instanceof Outputs.Tensors tensors) {
      tensors.names().forEach(node.putArray("outputs")::add);
    } else {
      node.put("outputs", word(options.outputs()));
    }
    options.inputShape().ifPresent(s -> s.dimensions().forEach(node.putArray("input_shape")::add));
    options.reverseChannels().ifPresent(reverse -> node.put("reverse_input_channels", reverse));
    options.mean().ifPresent(values -> values.forEach(node.putArray("mean")::add));
    options.scale().ifPresent(values -> values.forEach(node.putArray("scale")::add));
    options.resize().ifPresent(mode -> node.put("letterbox", mode.name().toLowerCase(Locale.ROOT)));
    options.pad().ifPresent(pad -> node.put("pad", pad));
    options.labels().forEach(node.putArray("labels")::add);
    node.put("rewrite", options.rewrite());
    if (converted.kernels() != Kernels.OWN_CHOICE) {
      node.put("kernels", converted.kernels().name().toLowerCase(Locale.ROOT));
    }
  }

  private static String word(Outputs outputs) {
    return outputs instanceof Outputs.Columns
        ? "columns"
        : outputs instanceof Outputs.Lazy ? "lazy" : "none";
  }

  /** One file being read; every complaint names file and key. */
  private record Reader(Path file, JsonNode root) {

    ConversionManifest manifest() {
      if (!root.path("format").asText().equals(FORMAT)) {
        throw new ModelException(
            "%s: not the manifest of a conversion: \"format\" is %s, expected \"%s\""
                .formatted(file, root.has("format") ? root.get("format") : "not there", FORMAT));
      }
      return new ConversionManifest(
          fileName(object(root, "source"), "file"),
          text(object(root, "source"), "sha256"),
          map(object(root, "tools"), JsonNode::asText),
          root.has("mo")
              ? new MoWords(list(root, "mo", JsonNode::asText))
              : converted(object(root, "options")),
          map(object(root, "rewrites"), JsonNode::asInt),
          map(object(root, "detector"), JsonNode::asText),
          list(
              root,
              "decisions",
              d ->
                  Decision.read(text(d, "what"), text(d, "value"), text(d, "why"))
                      .asAssumed(d.path("assumed").asBoolean())),
          list(
              root,
              "files",
              f -> new MadeFile(text(f, "file"), f.path("bytes").asLong(), text(f, "sha256"))));
    }

    private Converted converted(JsonNode node) {
      return new Converted(
          options(node),
          constant(BackEnd.class, "backend", text(node, "backend")),
          flag(node, "simplify"),
          node.has("kernels")
              ? constant(Kernels.class, "kernels", text(node, "kernels"))
              : Kernels.OWN_CHOICE);
    }

    private ConvertOptions options(JsonNode node) {
      String source = fileName(object(root, "source"), "file");
      return new ConvertOptions(
          Path.of(source),
          Path.of(""),
          fileName(node, "name"),
          constant(DataType.class, "data_type", text(node, "data_type")),
          node.path("outputs").isArray()
              ? new Outputs.Tensors(list(node, "outputs", JsonNode::asText))
              : outputs(node),
          some(node, "input_shape", JsonNode::asLong).map(Shape::new),
          some(node, "mean", JsonNode::floatValue),
          some(node, "scale", JsonNode::floatValue),
          node.has("reverse_input_channels")
              ? Optional.of(flag(node, "reverse_input_channels"))
              : Optional.empty(),
          node.has("letterbox")
              ? Optional.of(constant(Resize.Mode.class, "letterbox", text(node, "letterbox")))
              : Optional.empty(),
          node.has("pad") ? OptionalInt.of(node.get("pad").asInt(-1)) : OptionalInt.empty(),
          list(node, "labels", JsonNode::asText),
          flag(node, "rewrite"));
    }

    private Outputs outputs(JsonNode node) {
      return switch (text(node, "outputs")) {
        case "none" -> new Outputs.AsTheyAre();
        case "columns" -> new Outputs.Columns();
        case "lazy" -> new Outputs.Lazy();
        default ->
            throw wrong(
                "outputs",
                node.get("outputs"),
                "a list of tensors, \"none\", \"columns\" or \"lazy\"");
      };
    }

    private <E extends Enum<E>> E constant(Class<E> type, String key, String value) {
      try {
        return Enum.valueOf(type, value.toUpperCase(Locale.ROOT));
      } catch (IllegalArgumentException e) {
        List<String> all = new ArrayList<>();
        for (E one : type.getEnumConstants()) {
          all.add(one.name());
        }
        throw wrong(key, root.path("options").get(key), "one of " + String.join(", ", all));
      }
    }

    private JsonNode object(JsonNode node, String key) {
      if (!node.path(key).isObject()) {
        throw wrong(key, node.get(key), "an object");
      }
      return node.get(key);
    }

    private String text(JsonNode node, String key) {
      if (!node.path(key).isTextual()) {
        throw wrong(key, node.get(key), "a text");
      }
      return node.get(key).asText();
    }

    private String fileName(JsonNode node, String key) {
      String name = text(node, key);
      if (name.isEmpty()
          || name.equals(".")
          || name.equals("..")
          || name.matches("(?s).*[/\0].*")) {
        throw wrong(key, node.get(key), "a file's name without a folder");
      }
      return name;
    }

    private boolean flag(JsonNode node, String key) {
      if (!node.path(key).isBoolean()) {
        throw wrong(key, node.get(key), "true or false");
      }
      return node.get(key).asBoolean();
    }

    private <T> Optional<List<T>> some(JsonNode node, String key, Function<JsonNode, T> element) {
      return node.has(key) ? Optional.of(list(node, key, element)) : Optional.empty();
    }

    private <T> List<T> list(JsonNode node, String key, Function<JsonNode, T> element) {
      if (!node.path(key).isArray()) {
        throw wrong(key, node.get(key), "a list");
      }
      List<T> list = new ArrayList<>();
      node.get(key).forEach(one -> list.add(element.apply(one)));
      return list;
    }

    private static <T> Map<String, T> map(JsonNode node, Function<JsonNode, T> value) {
      Map<String, T> map = new LinkedHashMap<>();
      node.fields()
          .forEachRemaining(entry -> map.put(entry.getKey(), value.apply(entry.getValue())));
      return map;
    }

    private ModelException wrong(String key, @Nullable JsonNode value, String wanted) {
      return new ModelException(
          "%s: it has %s for \"%s\", expected %s; convert the model again"
              .formatted(file, value == null ? "nothing" : value.toString(), key, wanted));
    }
  }
}
