package dev.ovkit.bisect;

import dev.ovkit.ModelException;
import dev.ovkit.bisect.IrLayer.OutputPort;
import dev.ovkit.bisect.IrLayer.PortOf;
import dev.ovkit.ir.TensorNames;
import dev.ovkit.runtime.Shape;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.PriorityQueue;
import java.util.Set;
import java.util.TreeMap;
import javax.xml.parsers.DocumentBuilder;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.parsers.ParserConfigurationException;
import org.jspecify.annotations.Nullable;
import org.w3c.dom.Element;
import org.w3c.dom.Node;
import org.xml.sax.SAXException;
import org.xml.sax.helpers.DefaultHandler;

/** The graph of an IR, out of which parts can be cut. For one thread. */
final class IrGraph {

  private static final int NAMED_BY_LAYERS = 10;

  /**
   * Into the first of these {@code convert} puts the reversal of the channels: tensors before it
   * have the names of the ONNX's, but not their order.
   */
  private static final Set<String> MIXING =
      Set.of("Convolution", "GroupConvolution", "ConvolutionBackpropData", "MatMul");

  private final Element net;

  /** In an order in which they can be computed. */
  private final Map<Integer, IrLayer> layers;

  private final Set<IrLayer> dependent = new HashSet<>();
  private final Map<String, PortOf> tensors = new LinkedHashMap<>();

  /**
   * A part of an IR.
   *
   * @param xml an IR of its own, for the same .bin
   * @param inputs for each name of an input the tensor that it takes the place of
   * @param outputs for each wanted tensor the name to ask for
   * @param picture the name of the picture's own input, if the part has it
   */
  @SuppressWarnings("ArrayRecordComponent") // never compared
  record Part(
      byte[] xml,
      Map<String, String> inputs,
      Map<String, String> outputs,
      Optional<String> picture) {}

  private IrGraph(Element net, Map<Integer, IrLayer> layers) {
    this.net = net;
    this.layers = layers;
    Set<IrLayer> mixed = new HashSet<>();
    for (IrLayer layer : layers.values()) {
      boolean depends =
          layer.type.equals("Parameter")
              || (!layer.type.equals("ShapeOf")
                  && layer.sources.values().stream()
                      .anyMatch(source -> dependent.contains(layerOf(source))));
      if (depends) {
        dependent.add(layer);
        boolean mixes =
            MIXING.contains(layer.type)
                || layer.sources.values().stream()
                    .anyMatch(source -> mixed.contains(layerOf(source)));
        if (mixes) {
          mixed.add(layer);
          layer.outputs.forEach(
              (id, port) -> {
                if (port.isFloat()) {
                  port.names().forEach(name -> tensors.put(name, new PortOf(layer.id, id)));
                }
              });
        }
      }
    }
  }

  /** Reads the .xml of an IR that was checked before. */
  static IrGraph read(Path xml) {
    try {
      DocumentBuilderFactory factory = DocumentBuilderFactory.newDefaultInstance();
      factory.setFeature("http://apache.org/xml/features/disallow-doctype-decl", true);
      DocumentBuilder builder = factory.newDocumentBuilder();
      builder.setErrorHandler(new DefaultHandler());
      Element net = builder.parse(xml.toFile()).getDocumentElement();
      return new IrGraph(net, ordered(xml, layers(net)));
    } catch (ParserConfigurationException e) {
      throw new IllegalStateException("the JDK's own parser knows this feature", e);
    } catch (SAXException | IOException | NumberFormatException e) {
      throw new ModelException(
          "%s: it cannot be read (%s); convert it again".formatted(xml, e.getMessage()), xml, e);
    }
  }

  private static Map<Integer, IrLayer> layers(Element net) {
    boolean byLayers = net.getAttribute("version").equals(Integer.toString(NAMED_BY_LAYERS));
    Map<Integer, IrLayer> layers = new LinkedHashMap<>();
    for (Element element : children(child(net, "layers"), "layer")) {
      IrLayer layer = new IrLayer(element);
      for (Element port : children(child(element, "output"), "port")) {
        List<String> names = new ArrayList<>(TensorNames.split(port.getAttribute("names")));
        if (byLayers && !names.contains(layer.name)) {
          names.add(layer.name);
        }
        layer.outputs.put(
            number(port, "id"),
            new OutputPort(
                port.getAttribute("precision"),
                names,
                children(port, "dim").stream()
                    .map(side -> Math.max(Shape.UNKNOWN, Long.parseLong(side.getTextContent())))
                    .toList()));
      }
      layers.put(layer.id, layer);
    }
    for (Element edge : children(child(net, "edges"), "edge")) {
      IrLayer to = layers.get(number(edge, "to-layer"));
      PortOf from = new PortOf(number(edge, "from-layer"), number(edge, "from-port"));
      if (to != null && layers.containsKey(from.layer())) {
        to.sources.put(number(edge, "to-port"), from);
      }
    }
    return layers;
  }

  /** In an order in which they can be computed, as near to that of the file as possible. */
  private static Map<Integer, IrLayer> ordered(Path xml, Map<Integer, IrLayer> layers) {
    Map<Integer, Integer> places = new HashMap<>();
    Map<Integer, Integer> waiting = new HashMap<>();
    Map<Integer, Set<Integer>> readers = new HashMap<>();
    List<IrLayer> file = List.copyOf(layers.values());
    PriorityQueue<Integer> ready = new PriorityQueue<>();
    for (int place = 0; place < file.size(); place++) {
      IrLayer layer = file.get(place);
      places.put(layer.id, place);
      Set<Integer> sources = new HashSet<>();
      layer.sources.values().forEach(source -> sources.add(source.layer()));
      sources.forEach(id -> readers.computeIfAbsent(id, i -> new HashSet<>()).add(layer.id));
      waiting.put(layer.id, sources.size());
      if (sources.isEmpty()) {
        ready.add(place);
      }
    }
    Map<Integer, IrLayer> ordered = new LinkedHashMap<>();
    while (!ready.isEmpty()) {
      IrLayer layer = file.get(ready.remove());
      ordered.put(layer.id, layer);
      for (int reader : readers.getOrDefault(layer.id, Set.of())) {
        if (waiting.merge(reader, -1, Integer::sum) == 0) {
          ready.add(Objects.requireNonNull(places.get(reader)));
        }
      }
    }
    if (ordered.size() != layers.size()) {
      throw new ModelException(
          "%s: its layers feed each other in a circle; convert it again".formatted(xml));
    }
    return ordered;
  }

  private static int number(Element element, String attribute) {
    return Integer.parseInt(element.getAttribute(attribute));
  }

  private static @Nullable Element child(Element parent, String name) {
    List<Element> found = children(parent, name);
    return found.isEmpty() ? null : found.get(0);
  }

  private static List<Element> children(@Nullable Element parent, String name) {
    List<Element> children = new ArrayList<>();
    Node node = parent == null ? null : parent.getFirstChild();
    for (; node != null; node = node.getNextSibling()) {
      if (node instanceof Element element && element.getTagName().equals(name)) {
        children.add(element);
      }
    }
    return children;
  }

  private IrLayer layerOf(PortOf port) {
    return Objects.requireNonNull(layers.get(port.layer()));
  }

  private PortOf portOf(String tensor) {
    PortOf port = tensors.get(tensor);
    if (port == null) {
      throw new IllegalArgumentException("the IR has no tensor '" + tensor + "'");
    }
    return port;
  }

  IrLayer producer(String tensor) {
    return layerOf(portOf(tensor));
  }

  private OutputPort output(PortOf port) {
    OutputPort output = layerOf(port).outputs.get(port.port());
    return output == null ? new OutputPort("", List.of(), List.of()) : output;
  }

  // ---- reading

  /** Returns the floating-point tensors that can be compared, in order. */
  List<String> tensors() {
    return List.copyOf(tensors.keySet());
  }

  List<Long> shape(String tensor) {
    return output(portOf(tensor)).shape();
  }

  /** Returns the names of the tensors that the IR gives. */
  Set<String> outputs() {
    Set<String> outputs = new LinkedHashSet<>();
    for (IrLayer layer : layers.values()) {
      if (layer.type.equals("Result")) {
        layer.sources.values().forEach(source -> outputs.addAll(output(source).names()));
      }
    }
    return outputs;
  }

  /** Returns the layers that compute a tensor from where the graph is cut; the last gives it. */
  List<IrLayer> region(String tensor, Set<String> cuts) {
    return region(List.of(portOf(tensor)), ports(cuts).keySet());
  }

  Set<String> sources(String tensor, Set<String> cuts) {
    Map<PortOf, String> ports = ports(cuts);
    Set<String> sources = new LinkedHashSet<>();
    for (IrLayer layer : region(List.of(portOf(tensor)), ports.keySet())) {
      for (PortOf source : layer.sources.values()) {
        String name = ports.get(source);
        if (name != null) {
          sources.add(name);
        }
      }
    }
    return sources;
  }

  private static String nameOf(IrLayer parameter) {
    return parameter.outputs.values().stream()
        .flatMap(port -> port.names().stream())
        .findFirst()
        .orElse(parameter.name);
  }

  /**
   * Of several names of one output the last counts: where a converter took a node for one that does
   * nothing, what follows reads that node's output.
   */
  private Map<PortOf, String> ports(Collection<String> cuts) {
    Map<PortOf, String> ports = new HashMap<>();
    for (String cut : cuts) {
      PortOf port = tensors.get(cut);
      if (port != null) {
        ports.put(port, cut);
      }
    }
    return ports;
  }

  private List<IrLayer> region(Collection<PortOf> wanted, Set<PortOf> cuts) {
    Set<Integer> needed = new HashSet<>();
    Deque<Integer> open = new ArrayDeque<>();
    wanted.forEach(port -> open.push(port.layer()));
    while (!open.isEmpty()) {
      int id = open.pop();
      if (needed.add(id)) {
        for (PortOf source : Objects.requireNonNull(layers.get(id)).sources.values()) {
          if (!cuts.contains(source)) {
            open.push(source.layer());
          }
        }
      }
    }
    return layers.values().stream().filter(layer -> needed.contains(layer.id)).toList();
  }

  NodeDescription describe(String tensor, Set<String> cuts) {
    List<IrLayer> region = region(tensor, cuts);
    IrLayer last = layerOf(portOf(tensor));
    Map<String, String> attributes = new TreeMap<>();
    Element data = child(last.element, "data");
    for (int i = 0; data != null && i < data.getAttributes().getLength(); i++) {
      Node attribute = data.getAttributes().item(i);
      attributes.put(attribute.getNodeName(), attribute.getNodeValue());
    }
    List<String> inputs = new ArrayList<>();
    for (PortOf source : last.sources.values()) {
      IrLayer from = layerOf(source);
      OutputPort port = output(source);
      inputs.add(
          "%s'%s' (%s)"
              .formatted(
                  dependent.contains(from) ? "" : "constant ",
                  port.names().isEmpty() ? from.name : port.names().get(0),
                  new Shape(port.shape())));
    }
    return new NodeDescription(
        last.name,
        last.type,
        new TreeMap<>(attributes),
        inputs,
        region.stream()
            .filter(layer -> layer != last && dependent.contains(layer))
            .filter(layer -> !layer.type.equals("Parameter"))
            .map(IrLayer::title)
            .toList());
  }

  // ---- cutting

  /**
   * Cuts out what computes some tensors.
   *
   * @param given the tensors that become inputs, with the shapes that they have
   * @param picture the shape of the picture's own input
   */
  Part part(Map<String, Shape> given, Collection<String> wanted, Shape picture) {
    Map<PortOf, String> cuts = ports(given.keySet());
    Set<PortOf> ends = new LinkedHashSet<>();
    wanted.forEach(tensor -> ends.add(portOf(tensor)));
    List<IrLayer> region = region(ends, cuts.keySet());
    Set<Integer> computed = new HashSet<>();
    region.forEach(layer -> computed.add(layer.id));

    IrXmlParts parts = new IrXmlParts(net, Collections.max(layers.keySet()) + 1);
    Optional<String> pictureName = Optional.empty();
    for (IrLayer layer : region) {
      Element copy = parts.copy(layer);
      if (layer.type.equals("Parameter")) {
        pictureName = Optional.of(nameOf(layer));
        Element data = child(copy, "data");
        if (data != null) {
          data.setAttribute("shape", IrXmlParts.dimensions(picture));
        }
      }
    }
    Map<String, String> inputs = new LinkedHashMap<>();
    Map<PortOf, PortOf> fed = new HashMap<>();
    for (IrLayer layer : region) {
      for (Map.Entry<Integer, PortOf> source : layer.sources.entrySet()) {
        PortOf from = source.getValue();
        String tensor = cuts.get(from);
        if (tensor != null) {
          String name = computed.contains(from.layer()) ? tensor + "/given" : tensor;
          inputs.put(name, tensor);
          from =
              fed.computeIfAbsent(
                  from,
                  port ->
                      parts.input(
                          name,
                          Objects.requireNonNull(given.get(tensor)),
                          output(port).precision().equals("FP16")));
        }
        parts.edge(from, layer.id, source.getKey());
      }
    }
    Map<PortOf, String> names = new HashMap<>();
    ends.forEach(port -> names.put(port, parts.output(port, output(port))));
    Map<String, String> outputs = new LinkedHashMap<>();
    wanted.forEach(
        tensor -> outputs.put(tensor, Objects.requireNonNull(names.get(portOf(tensor)))));
    return new Part(parts.toBytes(), inputs, outputs, pictureName);
  }
}
