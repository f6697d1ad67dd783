package dev.ovkit.ir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Writes small IRs for tests: one input, and outputs that a given kind of operation makes. */
public final class IrFiles {

  private final StringBuilder layers = new StringBuilder();
  private final StringBuilder results = new StringBuilder();
  private final StringBuilder edges = new StringBuilder();
  private final int version;
  private int id;

  public IrFiles(int version, String inputShape) {
    this.version = version;
    layers.append(
        "<layer id=\"0\" name=\"images\" type=\"Parameter\" version=\"opset1\">"
            + "<data shape=\"%s\" element_type=\"f32\"/>".formatted(inputShape)
            + "<output><port id=\"0\" precision=\"FP32\" names=\"images\">"
            + dims(inputShape)
            + "</port></output></layer>");
  }

  /** Adds an output and the operation that makes it. */
  public IrFiles output(String layerName, String tensorName, String type, String shape) {
    int producer = ++id;
    int result = 1000 + id;
    layers.append(
        "<layer id=\"%d\" name=\"%s\" type=\"%s\" version=\"opset1\">"
                .formatted(producer, layerName, type)
            + "<output><port id=\"2\" precision=\"FP32\"%s>"
                .formatted(tensorName.isEmpty() ? "" : " names=\"" + tensorName + "\"")
            + dims(shape)
            + "</port></output></layer>");
    results.append(
        "<layer id=\"%d\" name=\"%s/sink_port_0\" type=\"Result\" version=\"opset1\"/>"
            .formatted(result, layerName));
    for (int port = 0; port < LayerInputs.needed(type); port++) {
      edges.append(
          "<edge from-layer=\"0\" from-port=\"0\" to-layer=\"%d\" to-port=\"%d\"/>"
              .formatted(producer, port));
    }
    edges.append(
        "<edge from-layer=\"%d\" from-port=\"2\" to-layer=\"%d\" to-port=\"0\"/>"
            .formatted(producer, result));
    return this;
  }

  /** Adds a constant that lies at the start of the .bin. */
  public IrFiles constant(long bytes) {
    layers.append(
        "<layer id=\"%d\" name=\"w\" type=\"Const\" version=\"opset1\">".formatted(++id)
            + "<data element_type=\"f16\" shape=\"%d\" offset=\"0\" size=\"%d\"/>"
                .formatted(bytes / 2, bytes)
            + "</layer>");
    return this;
  }

  /** Returns the XML with entries such as {@code <model_info>…</model_info>} in rt_info. */
  public String xml(String info) {
    return "<?xml version=\"1.0\"?><net name=\"m\" version=\"%d\"><layers>".formatted(version)
        + layers
        + results
        + "</layers><edges>"
        + edges
        + "</edges><rt_info>"
        + info
        + "</rt_info></net>";
  }

  public Path write(Path folder, String info) throws IOException {
    Path xml = folder.resolve("model.xml");
    Files.writeString(xml, xml(info));
    return xml;
  }

  public static String info(String section, List<String> keysAndValues) {
    StringBuilder text = new StringBuilder("<" + section + ">");
    for (int i = 0; i < keysAndValues.size(); i += 2) {
      text.append("<%s value=\"%s\"/>".formatted(keysAndValues.get(i), keysAndValues.get(i + 1)));
    }
    return text.append("</" + section + ">").toString();
  }

  private static String dims(String shape) {
    StringBuilder text = new StringBuilder();
    for (String dimension : shape.split(",")) {
      text.append("<dim>").append(dimension.equals("?") ? "-1" : dimension).append("</dim>");
    }
    return text.toString();
  }
}
