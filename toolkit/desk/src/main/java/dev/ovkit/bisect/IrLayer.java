package dev.ovkit.bisect;

import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import org.w3c.dom.Element;

/** A layer of an IR's graph, as its XML has it. */
final class IrLayer {

  /** One output of a layer. */
  record PortOf(int layer, int port) {}

  /**
   * What the XML says of an output.
   *
   * @param precision such as {@code FP32}
   * @param names of the tensor
   * @param shape with -1 where it is open
   */
  record OutputPort(String precision, List<String> names, List<Long> shape) {
    OutputPort {
      names = List.copyOf(names);
      shape = List.copyOf(shape);
    }

    boolean isFloat() {
      return precision.equals("FP32") || precision.equals("FP16");
    }
  }

  final int id;
  final String name;
  final String type;
  final Element element;
  final SortedMap<Integer, OutputPort> outputs = new TreeMap<>();

  /** Where each input comes from. */
  final SortedMap<Integer, PortOf> sources = new TreeMap<>();

  IrLayer(Element element) {
    this.element = element;
    this.id = Integer.parseInt(element.getAttribute("id"));
    this.name = element.getAttribute("name");
    this.type = element.getAttribute("type");
  }

  String title() {
    return "%s '%s'".formatted(type, name);
  }
}
