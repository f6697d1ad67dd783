package dev.ovkit.bisect;

import dev.ovkit.bisect.IrLayer.OutputPort;
import dev.ovkit.bisect.IrLayer.PortOf;
import dev.ovkit.ir.TensorNames;
import dev.ovkit.runtime.Shape;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.util.stream.Collectors;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.parsers.ParserConfigurationException;
import javax.xml.transform.TransformerException;
import javax.xml.transform.TransformerFactory;
import javax.xml.transform.dom.DOMSource;
import javax.xml.transform.stream.StreamResult;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.w3c.dom.Node;

/** The XML of an IR being written: layers, and the edges between them. */
final class IrXmlParts {

  private final Document document;
  private final Element net;
  private final Element layers;
  private final Element edges;
  private int next;

  /**
   * @param like the root of the IR that parts are taken from
   * @param firstId above every layer's number
   */
  IrXmlParts(Element like, int firstId) {
    try {
      document = DocumentBuilderFactory.newDefaultInstance().newDocumentBuilder().newDocument();
    } catch (ParserConfigurationException e) {
      throw new IllegalStateException("the JDK's own parser needs no configuration", e);
    }
    net = document.createElement("net");
    net.setAttribute("name", like.getAttribute("name"));
    net.setAttribute("version", like.getAttribute("version"));
    document.appendChild(net);
    layers = child(net, "layers");
    edges = child(net, "edges");
    next = firstId;
  }

  /** Copies a layer as it is. */
  Element copy(IrLayer layer) {
    Node copy = document.importNode(layer.element, true);
    layers.appendChild(copy);
    return (Element) copy;
  }

  void edge(PortOf from, int toLayer, int toPort) {
    Element edge = child(edges, "edge");
    edge.setAttribute("from-layer", Integer.toString(from.layer()));
    edge.setAttribute("from-port", Integer.toString(from.port()));
    edge.setAttribute("to-layer", Integer.toString(toLayer));
    edge.setAttribute("to-port", Integer.toString(toPort));
  }

  /** Adds an f32 input, and what makes it f16 for layers that compute so. */
  PortOf input(String name, Shape shape, boolean half) {
    Element layer = layer("Parameter", "given/" + next);
    Element data = child(layer, "data");
    data.setAttribute("shape", dimensions(shape));
    data.setAttribute("element_type", "f32");
    PortOf made = new PortOf(id(layer), 0);
    output(layer, 0, "FP32", TensorNames.escaped(name), shape);
    return half ? converted(made, shape, "f16", "FP16", "") : made;
  }

  /**
   * Adds an output.
   *
   * @return the tensor name by which it can be asked for
   */
  String output(PortOf of, OutputPort port) {
    String name = port.names().get(0);
    PortOf made = of;
    if (port.precision().equals("FP16")) {
      name += "/f32";
      made = converted(of, new Shape(port.shape()), "f32", "FP32", TensorNames.escaped(name));
    }
    Element layer = layer("Result", "result/" + next);
    Element end = child(child(layer, "input"), "port");
    end.setAttribute("id", "0");
    end.setAttribute("precision", "FP32");
    dimensions(end, new Shape(port.shape()));
    edge(made, id(layer), 0);
    return name;
  }

  private PortOf converted(PortOf from, Shape shape, String type, String precision, String names) {
    Element layer = layer("Convert", "convert/" + next);
    child(layer, "data").setAttribute("destination_type", type);
    Element end = child(child(layer, "input"), "port");
    end.setAttribute("id", "0");
    end.setAttribute("precision", precision.equals("FP16") ? "FP32" : "FP16");
    dimensions(end, shape);
    output(layer, 1, precision, names, shape);
    edge(from, id(layer), 0);
    return new PortOf(id(layer), 1);
  }

  private Element layer(String type, String name) {
    Element layer = child(layers, "layer");
    layer.setAttribute("id", Integer.toString(next++));
    layer.setAttribute("name", name);
    layer.setAttribute("type", type);
    layer.setAttribute("version", "opset1");
    return layer;
  }

  private void output(Element layer, int id, String precision, String names, Shape shape) {
    Element port = child(child(layer, "output"), "port");
    port.setAttribute("id", Integer.toString(id));
    port.setAttribute("precision", precision);
    if (!names.isEmpty()) {
      port.setAttribute("names", names);
    }
    dimensions(port, shape);
  }

  private void dimensions(Element port, Shape shape) {
    shape.dimensions().forEach(side -> child(port, "dim").setTextContent(side.toString()));
  }

  /** Returns the shape as the data of an input has it. */
  static String dimensions(Shape shape) {
    return shape.dimensions().stream().map(String::valueOf).collect(Collectors.joining(","));
  }

  private Element child(Element parent, String name) {
    Element child = document.createElement(name);
    parent.appendChild(child);
    return child;
  }

  private static int id(Element layer) {
    return Integer.parseInt(layer.getAttribute("id"));
  }

  byte[] toBytes() {
    StringWriter text = new StringWriter();
    try {
      TransformerFactory.newDefaultInstance()
          .newTransformer()
          .transform(new DOMSource(net), new StreamResult(text));
    } catch (TransformerException e) {
      throw new IllegalStateException("memory can always be written", e);
    }
    return text.toString().getBytes(StandardCharsets.UTF_8);
  }
}
