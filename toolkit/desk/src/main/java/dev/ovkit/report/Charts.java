package dev.ovkit.report;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Locale;

/**
 * The charts of a page. Chart.js, which is in the page, draws them from their configurations, which
 * are in it too. A page ends with {@link #end}.
 */
final class Charts {

  private static final List<String> COLOURS =
      List.of("#3b6ea5", "#c8702a", "#4d8b57", "#7d5ba6", "#a8071a", "#556677");
  private static final int NAMED_BAR = 20; // pixels, so that each name can be read
  private static final int LONGEST_NAME = 44;
  private static final int LEAST_HEIGHT = 280;

  /** A line of points, by rising x. */
  record Line(String name, double[] x, double[] y) {}

  /** Values that have one name each on the axis. */
  record Bars(String name, List<Double> values) {}

  private final HtmlPage page;
  private final ObjectNode configurations = new ObjectMapper().createObjectNode();

  Charts(HtmlPage page) {
    this.page = page;
  }

  /** Opens a row of charts, which the page closes. */
  void open() {
    page.open("div", "class", "canvases");
  }

  /** Draws a bar per name, from left to right, all names readable. */
  void bars(String caption, String axis, List<String> names, List<Bars> series) {
    ObjectNode chart =
        canvas(caption, Math.max(LEAST_HEIGHT, 90 + NAMED_BAR * names.size() * series.size()));
    chart.put("type", "bar");
    names.forEach(name -> chart.withObject("data").withArray("labels").add(shortened(name)));
    for (Bars one : series) {
      ObjectNode set = set(chart, one.name());
      set.put("backgroundColor", colour(chart));
      one.values().forEach(value -> number(set.withArray("data"), value));
    }
    ObjectNode options = chart.withObject("options").put("indexAxis", "y");
    title(options, "x", axis);
    options.withObject("scales").withObject("y").withObject("ticks").put("autoSkip", false);
    options.withObject("plugins").withObject("legend").put("display", series.size() > 1);
  }

  /** Draws lines over axes from 0 to 1. */
  void lines(String caption, String x, String y, List<Line> lines) {
    ObjectNode chart = canvas(caption, LEAST_HEIGHT);
    chart.put("type", "line");
    for (Line line : lines) {
      ObjectNode set = set(chart, line.name());
      set.put("borderColor", colour(chart))
          .put("backgroundColor", colour(chart))
          .put("borderWidth", 1.5)
          .put("pointRadius", 0);
      ArrayNode points = set.withArray("data");
      for (int i = 0; i < line.x().length; i++) {
        points.addObject().put("x", line.x()[i]).put("y", line.y()[i]);
      }
    }
    ObjectNode options = chart.withObject("options");
    title(options, "x", x).put("type", "linear").put("min", 0).put("max", 1);
    title(options, "y", y).put("min", 0).put("max", 1);
  }

  /** Draws how often values fall into equal parts of a range; those beyond count at its ends. */
  void histogram(
      String caption, String axis, List<Double> values, double from, double to, int parts) {
    int[] counts = new int[parts];
    for (double value : values) {
      int part = (int) Math.floor((value - from) / (to - from) * parts);
      counts[Math.max(0, Math.min(parts - 1, part))]++;
    }
    ObjectNode chart = canvas("%s (%d)".formatted(caption, values.size()), LEAST_HEIGHT);
    chart.put("type", "bar");
    ObjectNode set = set(chart, caption).put("backgroundColor", colour(chart));
    set.put("categoryPercentage", 1).put("barPercentage", 0.95);
    for (int i = 0; i < parts; i++) {
      double middle = from + (to - from) * (i + 0.5) / parts;
      chart
          .withObject("data")
          .withArray("labels")
          .add(String.format(Locale.ROOT, "%.3g", Math.abs(middle) < 1e-12 ? 0 : middle));
      set.withArray("data").add(counts[i]);
    }
    ObjectNode options = chart.withObject("options");
    title(options, "x", axis);
    title(options, "y", "how many").put("beginAtZero", true);
    options.withObject("plugins").withObject("legend").put("display", false);
  }

  /** Writes what draws them. */
  void end() {
    if (configurations.isEmpty()) {
      return;
    }
    page.json("charts", configurations.toString());
    page.chartLibrary();
    page.script(HtmlPage.resource("charts.js"));
  }

  /** The end of a name says most: which convolution, or which value. */
  private static String shortened(String name) {
    return name.length() <= LONGEST_NAME
        ? name
        : "…" + name.substring(name.length() - LONGEST_NAME + 1);
  }

  private ObjectNode canvas(String caption, int height) {
    String id = "chart" + configurations.size();
    page.canvas(id, "", caption, "height: %dpx".formatted(height));
    return configurations.putObject(id);
  }

  private static ObjectNode set(ObjectNode chart, String name) {
    return chart.withObject("data").withArray("datasets").addObject().put("label", name);
  }

  /** The colour of the set that was added last. */
  private static String colour(ObjectNode chart) {
    int sets = chart.withObject("data").withArray("datasets").size();
    return COLOURS.get((sets - 1) % COLOURS.size());
  }

  private static ObjectNode title(ObjectNode options, String axis, String text) {
    ObjectNode scale = options.withObject("scales").withObject(axis);
    scale.withObject("title").put("display", true).put("text", text);
    return scale;
  }

  private static void number(ArrayNode array, double value) {
    if (Double.isFinite(value)) {
      array.add(value);
    } else {
      array.addNull();
    }
  }
}
