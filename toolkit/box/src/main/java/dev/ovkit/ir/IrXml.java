package dev.ovkit.ir;

import dev.ovkit.ModelException;
import dev.ovkit.internal.files.WrongFile;
import dev.ovkit.internal.xml.XmlReader;
import dev.ovkit.runtime.Port;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Reads the XML of an IR. The file may come from anywhere: no document types, no entities, limited
 * size and depth, every number checked.
 */
final class IrXml {

  private static final long MOST_BYTES = 512L << 20;
  private static final int MOST_DEPTH = 64;
  private static final int MOST_INFO = 100_000;

  /** Along one axis, because elements are counted in ints. */
  private static final long MOST_ELEMENTS = 1 << 28;

  /** Operations that only move numbers. */
  private static final Set<String> MOVERS =
      Set.of("Concat", "Reshape", "Transpose", "Squeeze", "Unsqueeze", "Convert");

  private static final String HINT = "expected an OpenVINO IR, as 'ovkit convert' writes";

  private final Path xml;
  private final Optional<ByteBuffer> memory;
  private final Map<Integer, Layer> layers = new HashMap<>();
  private final List<Layer> parameters = new ArrayList<>();
  private final List<Layer> results = new ArrayList<>();
  private final SortedMap<String, Integer> operations = new TreeMap<>();
  private final SortedMap<String, Long> constantBytes = new TreeMap<>();
  private final SortedMap<String, String> info = new TreeMap<>();
  private long weightsEnd;

  /** One layer of the graph, as far as it matters here. */
  private static final class Layer {
    final int id;
    final String name;
    final String type;
    final Map<Integer, LayerPort> outputs = new HashMap<>();
    final SortedMap<Integer, Source> sources = new TreeMap<>(); // by input port
    List<Long> shape = List.of();
    String elementType = "";
    String outputNames = "";

    Layer(int id, String name, String type) {
      this.id = id;
      this.name = name;
      this.type = type;
    }
  }

  /** Where an input's numbers come from. */
  private record Source(int layer, int port) {}

  private static final class LayerPort {
    final String names;
    final String precision;
    final List<Long> shape = new ArrayList<>();

    LayerPort(String names, String precision) {
      this.names = names;
      this.precision = precision;
    }
  }

  private IrXml(Path xml, Optional<ByteBuffer> memory) {
    this.xml = xml;
    this.memory = memory;
  }

  static IrDescription read(Path xml) {
    requireFile(xml);
    try {
      return new IrXml(xml, Optional.empty()).read(Files.readAllBytes(xml));
    } catch (IOException e) {
      throw new ModelException(
          "%s: it cannot be read (%s)".formatted(xml, WrongFile.reason(e)), xml, e);
    }
  }

  static IrDescription read(String name, byte[] xml, ByteBuffer weights) {
    if (xml.length == 0) {
      throw new ModelException("%s: it is empty; %s".formatted(name, HINT));
    }
    return new IrXml(Path.of(name), Optional.of(weights)).read(xml);
  }

  private IrDescription read(byte[] bytes) {
    try {
      return describe(parse(new XmlReader(bytes)));
    } catch (XmlReader.MalformedException e) {
      throw malformed("not well-formed XML (line %d)".formatted(e.line()), e);
    } catch (NumberFormatException e) {
      throw malformed("a number in it cannot be read (" + e.getMessage() + ")", e);
    }
  }

  private static void requireFile(Path xml) {
    if (Files.isDirectory(xml)) {
      throw new ModelException(
          "%s: it is a folder; expected the .xml of an OpenVINO IR".formatted(xml));
    }
    Optional<String> wrong = WrongFile.model(xml);
    if (wrong.isPresent()) {
      throw new ModelException("%s: it %s".formatted(xml, wrong.get()));
    }
    if (!Files.exists(xml)) {
      throw new ModelException(
          "%s: no such file; expected the .xml of an OpenVINO IR".formatted(xml), xml, null);
    }
    String name = String.valueOf(xml.getFileName()).toLowerCase(Locale.ROOT);
    if (name.endsWith(".onnx")) {
      throw new ModelException(
          "%s: it is an ONNX model; expected an OpenVINO IR; convert it first: ovkit convert %s"
              .formatted(xml, xml.getFileName()));
    }
    if (name.endsWith(".bin")) {
      throw new ModelException(
          "%s: it contains the weights of an IR; expected the .xml beside it".formatted(xml));
    }
    try {
      long size = Files.size(xml);
      if (size == 0) {
        throw new ModelException("%s: it is empty; %s".formatted(xml, HINT));
      }
      if (size > MOST_BYTES) {
        throw new ModelException(
            "%s: it has %d bytes, more than the %d that are read; %s"
                .formatted(xml, size, MOST_BYTES, HINT));
      }
    } catch (IOException e) {
      throw new ModelException(
          "%s: it cannot be read (%s)".formatted(xml, WrongFile.reason(e)), xml, e);
    }
  }

  private int parse(XmlReader in) throws XmlReader.MalformedException {
    if (in.next() == XmlReader.Event.DOCUMENT_TYPE) {
      throw malformed("it declares a document type, which no IR has", null);
    }
    if (!in.is("net")) {
      throw malformed("its root is <%s>, not <net>".formatted(in.name()), null);
    }
    int version = Integer.parseInt(attribute(in, "version"));
    if (version < 10) {
      throw malformed("it is an IR of version %d; ovkit reads 10 and 11".formatted(version), null);
    }
    // The sections differ by name, their contents by depth.
    while (in.next() != XmlReader.Event.DONE) {
      if (in.depth() == 2 && in.is("layers")) {
        readLayers(in);
      } else if (in.depth() == 2 && in.is("edges")) {
        readEdges(in);
      } else if (in.depth() == 2 && (in.is("rt_info") || in.is("meta_data"))) {
        readInfo(in);
      } else if (in.depth() > 1) {
        pass(in);
      }
    }
    return version;
  }

  /** Goes to the end of the current element. */
  private void pass(XmlReader in) throws XmlReader.MalformedException {
    int depth = in.depth();
    while (in.depth() >= depth) {
      step(in);
    }
  }

  /** Goes on within the root, but not to any depth. */
  private XmlReader.Event step(XmlReader in) throws XmlReader.MalformedException {
    XmlReader.Event event = in.next();
    if (in.depth() > MOST_DEPTH) {
      throw malformed("it is nested deeper than any IR", null);
    }
    return event;
  }

  /** Reads {@code layer/data} and {@code layer/output/port/dim}. */
  private void readLayers(XmlReader in) throws XmlReader.MalformedException {
    Layer layer = null;
    LayerPort port = null;
    boolean output = false;
    while (in.depth() >= 2) {
      XmlReader.Event event = step(in);
      int depth = in.depth();
      if (event == XmlReader.Event.START) {
        if (depth == 3) {
          layer = in.is("layer") ? addLayer(in) : null;
        } else if (depth == 4 && layer != null) {
          output = in.is("output");
          if (in.is("data")) {
            readData(in, layer);
          }
        } else if (depth == 5 && layer != null) {
          port = null;
          if (output && in.is("port")) {
            port = new LayerPort(optional(in, "names"), optional(in, "precision"));
            layer.outputs.put(Integer.parseInt(attribute(in, "id")), port);
          }
        }
      } else if (event == XmlReader.Event.TEXT && depth == 6 && port != null) {
        port.shape.add(dimension(in.text().strip()));
      }
    }
  }

  private void readEdges(XmlReader in) throws XmlReader.MalformedException {
    while (in.depth() >= 2) {
      if (step(in) == XmlReader.Event.START && in.is("edge")) {
        Layer to = layers.get(Integer.parseInt(attribute(in, "to-layer")));
        if (to != null) {
          to.sources.put(
              Integer.parseInt(attribute(in, "to-port")),
              new Source(
                  Integer.parseInt(attribute(in, "from-layer")),
                  Integer.parseInt(attribute(in, "from-port"))));
        }
      }
    }
  }

  private Layer addLayer(XmlReader in) throws XmlReader.MalformedException {
    Layer layer =
        new Layer(
            Integer.parseInt(attribute(in, "id")), attribute(in, "name"), attribute(in, "type"));
    layer.outputNames = optional(in, "output_names");
    layers.put(layer.id, layer);
    operations.put(layer.type, operations.getOrDefault(layer.type, 0) + 1);
    if (layer.type.equals("Parameter")) {
      parameters.add(layer);
    } else if (layer.type.equals("Result")) {
      results.add(layer);
    }
    return layer;
  }

  private void readData(XmlReader in, Layer layer) throws XmlReader.MalformedException {
    String type = optional(in, "element_type");
    if (layer.type.equals("Parameter")) {
      layer.elementType = type;
      layer.shape = shape(optional(in, "shape"));
    } else if (layer.type.equals("Const")) {
      long offset = Long.parseLong(attribute(in, "offset"));
      long size = Long.parseLong(attribute(in, "size"));
      if (offset < 0 || size < 0 || offset + size < 0) {
        throw malformed("the place of constant '%s' makes no sense".formatted(layer.name), null);
      }
      weightsEnd = Math.max(weightsEnd, offset + size);
      constantBytes.put(type, constantBytes.getOrDefault(type, 0L) + size);
    }
  }

  private void readInfo(XmlReader in) throws XmlReader.MalformedException {
    List<String> path = new ArrayList<>();
    while (in.depth() >= 2) {
      if (step(in) != XmlReader.Event.START) {
        continue;
      }
      path.subList(in.depth() - 3, path.size()).clear();
      // A key that is not an XML name is in an attribute.
      String key = in.is("info") ? optional(in, "name") : "";
      path.add(key.isEmpty() ? in.name() : key);
      String value = in.attribute("value");
      if (value != null) {
        info.put(String.join("/", path), value);
        if (info.size() > MOST_INFO) {
          throw malformed("it has more metadata than any IR", null);
        }
      }
    }
  }

  private IrDescription describe(int version) {
    if (results.isEmpty() || parameters.isEmpty()) {
      throw malformed(
          "it has %d inputs and %d outputs".formatted(parameters.size(), results.size()), null);
    }
    layers.values().forEach(this::requireInputs);
    List<TensorDescription> inputs = new ArrayList<>();
    for (Layer parameter : parameters) {
      LayerPort port = parameter.outputs.get(0);
      inputs.add(
          new TensorDescription(
              names(port == null ? "" : port.names, version, parameter),
              parameter.shape,
              parameter.elementType));
    }
    List<TensorDescription> outputs = new ArrayList<>();
    List<List<String>> origins = new ArrayList<>();
    for (Layer result : results) {
      Source source = result.sources.get(0);
      Layer producer = source == null ? null : layers.get(source.layer());
      LayerPort port =
          source == null || producer == null ? null : producer.outputs.get(source.port());
      if (producer == null || port == null) {
        throw malformed("nothing feeds its output '%s'".formatted(result.name), null);
      }
      List<String> names =
          names(port.names.isEmpty() ? result.outputNames : port.names, version, producer);
      outputs.add(
          new TensorDescription(
              names.isEmpty() ? List.of(Port.unnamed(outputs.size())) : names,
              port.shape,
              elementType(port.precision)));
      origins.add(originsOf(producer));
    }
    Path weights = weightsOf(xml);
    long bytes = checkWeights(weights);
    return new IrDescription(
        xml,
        weights,
        memory,
        bytes,
        weightsEnd,
        version,
        inputs,
        outputs,
        origins,
        operations,
        constantBytes,
        info);
  }

  private void requireInputs(Layer layer) {
    int needed = LayerInputs.needed(layer.type);
    if (layer.sources.size() < needed) {
      throw malformed(
          "its layer '%s' (%s) has %d inputs, %d are needed"
              .formatted(layer.name, layer.type, layer.sources.size(), needed),
          null);
    }
  }

  /** An IR of version 10 lets a tensor be looked up by the name of the layer that makes it. */
  private static List<String> names(String text, int version, Layer layer) {
    List<String> names = TensorNames.split(text);
    if (version == 10 && !names.contains(layer.name)) {
      names.add(layer.name);
    }
    return names;
  }

  private List<String> originsOf(Layer producer) {
    Set<String> kinds = new TreeSet<>();
    Set<Integer> seen = new HashSet<>();
    Deque<Layer> open = new ArrayDeque<>(List.of(producer));
    while (!open.isEmpty()) {
      Layer layer = open.removeFirst();
      if (!seen.add(layer.id)) {
        continue;
      }
      if (!MOVERS.contains(layer.type)) {
        kinds.add(layer.type);
        continue;
      }
      // Input 0 is the data; only a Concat has more of it.
      for (Map.Entry<Integer, Source> input : layer.sources.entrySet()) {
        Layer source = layers.get(input.getValue().layer());
        if (source != null && (input.getKey() == 0 || layer.type.equals("Concat"))) {
          open.addLast(source);
        }
      }
    }
    return List.copyOf(kinds);
  }

  private long checkWeights(Path weights) {
    // The Model API saves what it was given with further constants, and keeps our section.
    String recorded =
        IrDescription.isEmbedded(info.get("model_info/embedded_processing"))
            ? null
            : info.get(IrDescription.OVKIT + "/bin_bytes");
    if (memory.isEmpty() && !Files.isRegularFile(weights)) {
      if (weightsEnd == 0 && recorded == null) {
        return 0;
      }
      throw new ModelException(
          "%s: its weights are missing, expected %s beside it; copy both files or convert again"
              .formatted(xml, weights.getFileName()));
    }
    if (memory.isEmpty() && !Files.isReadable(weights)) {
      throw new ModelException(
          "%s: it cannot be read (permission denied)".formatted(weights), weights, null);
    }
    long bytes;
    try {
      bytes = memory.isPresent() ? memory.get().remaining() : Files.size(weights);
    } catch (IOException e) {
      throw new ModelException(
          "%s: it cannot be read (%s)".formatted(weights, WrongFile.reason(e)), weights, e);
    }
    if (recorded != null && !recorded.equals(Long.toString(bytes))) {
      throw new ModelException(
          "%s: it has %d bytes, expected %s, the length recorded in %s; the two files do not belong together, or one is cut short; copy both or convert again"
              .formatted(weights, bytes, recorded, xml.getFileName()));
    }
    if (bytes < weightsEnd) {
      throw new ModelException(
          "%s: it has %d bytes, expected at least %d, which %s refers to; it is cut short or belongs to another model; copy both files or convert again"
              .formatted(weights, bytes, weightsEnd, xml.getFileName()));
    }
    return bytes;
  }

  private static Path weightsOf(Path xml) {
    String name = String.valueOf(xml.getFileName());
    String stem =
        name.toLowerCase(Locale.ROOT).endsWith(".xml")
            ? name.substring(0, name.length() - 4)
            : name;
    return xml.resolveSibling(stem + ".bin");
  }

  private static List<Long> shape(String text) {
    List<Long> shape = new ArrayList<>();
    if (!text.isBlank()) {
      for (String dimension : text.split(",", -1)) {
        shape.add(dimension(dimension.strip()));
      }
    }
    return shape;
  }

  /** A plain size, or -1 for {@code ?}, {@code -1} and ranges such as {@code 1..4}. */
  private static long dimension(String text) {
    if (text.equals("?") || text.contains("..")) {
      return -1;
    }
    long dimension = Long.parseLong(text);
    if (dimension > MOST_ELEMENTS) {
      throw new NumberFormatException(
          "the dimension %d is above %d".formatted(dimension, MOST_ELEMENTS));
    }
    return Math.max(-1, dimension);
  }

  /** A port says {@code FP32} where a constant says {@code f32}. */
  private static String elementType(String precision) {
    String type = precision.toLowerCase(Locale.ROOT);
    return switch (type) {
      case "fp64" -> "f64";
      case "fp32" -> "f32";
      case "fp16" -> "f16";
      case "bool" -> "boolean";
      default -> type;
    };
  }

  private String attribute(XmlReader in, String name) throws XmlReader.MalformedException {
    String value = in.attribute(name);
    if (value == null) {
      throw malformed("a <%s> in it has no %s".formatted(in.name(), name), null);
    }
    return value;
  }

  private static String optional(XmlReader in, String name) throws XmlReader.MalformedException {
    String value = in.attribute(name);
    return value == null ? "" : value;
  }

  private ModelException malformed(String what, @Nullable Throwable cause) {
    return new ModelException("%s: %s; %s".formatted(xml, what, HINT), cause);
  }
}
