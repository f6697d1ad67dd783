package dev.ovkit.ir;

import dev.ovkit.ModelException;
import dev.ovkit.internal.files.WrongFile;
import dev.ovkit.internal.xml.XmlReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * How many floating-point operations the layers of an IR take: two for each multiply-add of a
 * convolution or a matrix product. What else a layer does is not counted.
 */
public final class LayerWork {

  /** A layer while it is read; shapes by port. */
  private static final class Layer {
    final String name;
    final String type;
    final List<List<Long>> inputs = new ArrayList<>();
    final List<List<Long>> outputs = new ArrayList<>();
    boolean transposed;

    Layer(String name, String type) {
      this.name = name;
      this.type = type;
    }
  }

  private final Map<String, Long> operations = new HashMap<>();

  private LayerWork() {}

  /**
   * Reads an IR that was checked before.
   *
   * @return the operations by the name of the layer, of those layers that have any and whose shapes
   *     are known
   */
  public static Map<String, Long> of(Path xml) {
    LayerWork work = new LayerWork();
    try {
      work.read(new XmlReader(Files.readAllBytes(xml)));
    } catch (XmlReader.MalformedException e) {
      throw new ModelException(
          "%s: not well-formed XML (line %d)".formatted(xml, e.line()), xml, e);
    } catch (IOException e) {
      throw new ModelException(
          "%s: it cannot be read (%s)".formatted(xml, WrongFile.reason(e)), xml, e);
    }
    return Map.copyOf(work.operations);
  }

  /** Goes through {@code net/layers/layer}, as deep as {@code input/port/dim}. */
  private void read(XmlReader in) throws XmlReader.MalformedException {
    @Nullable Layer layer = null;
    @Nullable List<Long> port = null;
    boolean output = false;
    for (XmlReader.Event event = in.next();
        event != XmlReader.Event.DONE && event != XmlReader.Event.DOCUMENT_TYPE;
        event = in.next()) {
      int depth = in.depth();
      if (event == XmlReader.Event.START && depth == 3) {
        layer = in.is("layer") ? new Layer(text(in, "name"), text(in, "type")) : null;
        port = null;
      } else if (event == XmlReader.Event.START && depth == 4 && layer != null) {
        output = in.is("output");
        if (in.is("data")) {
          layer.transposed = text(in, "transpose_a").equals("true");
        }
      } else if (event == XmlReader.Event.START && depth == 5 && layer != null) {
        port = in.is("port") ? new ArrayList<>() : null;
        if (port != null) {
          (output ? layer.outputs : layer.inputs).add(port);
        }
      } else if (event == XmlReader.Event.TEXT && depth == 6 && port != null) {
        port.add(side(in.text().strip()));
      } else if (event == XmlReader.Event.END && depth == 2 && layer != null) {
        add(layer);
        layer = null;
      }
    }
  }

  private static String text(XmlReader in, String attribute) throws XmlReader.MalformedException {
    String value = in.attribute(attribute);
    return value == null ? "" : value;
  }

  /** A side that is no plain number is open. */
  private static long side(String text) {
    return text.matches("\\d{1,9}") ? Long.parseLong(text) : -1;
  }

  private void add(Layer layer) {
    if (layer.inputs.size() < 2 || layer.outputs.isEmpty()) {
      return;
    }
    List<Long> data = layer.inputs.get(0);
    List<Long> weights = layer.inputs.get(1);
    List<Long> out = layer.outputs.get(0);
    double count =
        switch (layer.type) {
          case "Convolution" -> product(out, 0) * product(weights, 1);
          case "GroupConvolution" -> product(out, 0) * product(weights, 2);
          case "ConvolutionBackpropData" -> product(data, 0) * product(weights, 1);
          case "GroupConvolutionBackpropData" -> product(data, 0) * product(weights, 2);
          case "MatMul" -> product(out, 0) * inner(data, layer.transposed);
          default -> 0;
        };
    if (count > 0 && count < 1e15) {
      operations.put(layer.name, Math.round(2 * count));
    }
  }

  private static double inner(List<Long> data, boolean transposed) {
    int axis = data.size() - (transposed && data.size() > 1 ? 2 : 1);
    return axis < 0 ? 0 : data.get(axis);
  }

  /** The product of the sides from one axis on; not positive if one is open. */
  private static double product(List<Long> shape, int from) {
    double product = 1;
    for (int i = from; i < shape.size(); i++) {
      if (shape.get(i) < 0) {
        return 0;
      }
      product *= shape.get(i);
    }
    return product;
  }
}
