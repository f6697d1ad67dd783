package dev.ovkit.report;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * A measurement as one HTML file: the charts are drawn by Chart.js, which is in the file, from the
 * JSON, which is in the file too. Without scripts there are tables.
 */
public final class BenchReport {

  private static final List<String> STAGES =
      List.of(
          "decode_ms",
          "preprocess_ms",
          "infer_ms",
          "postprocess_ms",
          "end_to_end_ms",
          "from_sending_ms",
          "sent_late_ms");
  private static final List<String> FIGURES =
      List.of("min", "mean", "standard_error", "p50", "p90", "p99", "max");

  private final HtmlPage page = HtmlPage.withScripts("ovkit bench");
  private final String json;
  private final JsonNode measured;

  private BenchReport(String json) {
    this.json = json;
    try {
      measured = new ObjectMapper().readTree(json);
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException("this is no measurement: " + json, e);
    }
  }

  /**
   * Writes the report: distribution of the times, time per stage, time per picture, and, of several
   * models, their ratios with intervals and the control.
   *
   * @param json the object that {@code ovkit bench --json} prints
   * @throws dev.ovkit.OutputException if the file cannot be written
   */
  public static void write(String json, Path file) {
    BenchReport report = new BenchReport(json);
    report.head();
    report.charts();
    report.ratios();
    report.requests();
    report.stages();
    report.layers();
    report.machine();
    report.page.open("noscript");
    report.distributions();
    report.pictures();
    report.page.close();
    report.scripts();
    report.page.write(file);
  }

  private void head() {
    page.element(
        "p",
        "%s over %s pictures%s, %s."
            .formatted(
                measured.path("mode").asText(),
                measured.path("pictures").asText(),
                measured.path("protocol").isTextual()
                    ? " by the " + measured.path("protocol").asText() + "'s protocol"
                    : "",
                measured.path("environment").path("cpu").asText()));
    if (measured.path("interrupted").asBoolean()) {
      page.element("p", "Stopped early; these figures were measured until then.", "class", "bad");
    }
    JsonNode control = measured.path("control");
    if (control.isObject()) {
      boolean broken = control.path("void").asBoolean();
      page.element(
          "p",
          broken
              ? "The ratios are void: the first model differs from its own second run by more than"
                  + " 2 %."
              : "The control passes: the first model is as fast as its own second run.",
          "class",
          broken ? "bad" : "good");
    }
    for (JsonNode left : measured.path("unreadable")) {
      page.element("p", "Left out: " + left.path("reason").asText());
    }
  }

  private void charts() {
    page.open("div", "class", "canvases");
    page.canvas("distribution", "", "Distribution of the time, up to the 99th percentile", "");
    if (!isLoad()) {
      page.canvas("stages", "", "Time per stage", "");
    }
    if (!measured.path("ratios").isEmpty()) {
      page.canvas(
          "ratios",
          "wide",
          "Ratios, with the interval that holds 95 % of the bootstrap's samples",
          "");
    }
    // A bar for each picture and model, high enough for its name.
    JsonNode models = measured.path("models");
    int bars = models.path(0).path("per_picture").size() * models.size();
    if (bars > 0) {
      page.canvas(
          "pictures",
          "wide",
          "Time per picture, with the standard error of the mean",
          "height: %dpx".formatted(Math.max(304, 80 + 18 * bars)));
    }
    page.close();
  }

  private boolean isLoad() {
    return measured.path("mode").asText().equals("load");
  }

  /** What became of the requests to a server. */
  private void requests() {
    if (!isLoad()) {
      return;
    }
    page.element("h2", "Requests");
    page.open("table");
    for (JsonNode server : measured.path("models")) {
      server
          .path("requests")
          .properties()
          .forEach(
              entry ->
                  fact(
                      entry.getKey().replace('_', ' '),
                      entry.getValue().isObject()
                          ? list(entry.getValue())
                          : text(entry.getValue())));
      fact("succeeded per second", number(server.path("requests_per_second")));
    }
    page.close();
  }

  private void ratios() {
    if (measured.path("ratios").isEmpty()) {
      return;
    }
    page.element("h2", "Ratios: time of a model over that of the first");
    page.open("table");
    page.heading(2, List.of("model", "of", "ratio", "95 % from", "to", "rounds"));
    measured.path("ratios").forEach(ratio -> ratio(ratio, words(ratio.path("of").asText())));
    if (measured.path("control").isObject()) {
      ratio(measured.path("control"), "control, the first model again");
    }
    page.close();
  }

  private void ratio(JsonNode ratio, String of) {
    page.row(
        "td",
        List.of(
            ratio.path("model").asText(),
            of,
            number(ratio.path("ratio")),
            number(ratio.path("low")),
            number(ratio.path("high")),
            ratio.path("rounds").asText()));
  }

  private void stages() {
    page.element("h2", "Times, ms");
    page.open("table");
    page.heading(2, columns("model", "", "passes"));
    for (JsonNode model : measured.path("models")) {
      for (String stage : STAGES) {
        times(model.path("model").asText(), words(stage), model.path(stage));
      }
      times(model.path("model").asText(), "pictures per second", model.path("pictures_per_second"));
    }
    page.close();
  }

  private void layers() {
    for (JsonNode model : measured.path("layers")) {
      page.element("h2", "Layers of " + model.path("model").asText());
      page.element(
          "p",
          "%s ms in all layers, mean of %s inferences; this machine reaches %s GFLOP/s."
              .formatted(
                  number(model.path("ms")),
                  model.path("passes").asText(),
                  rounded(model.path("peak_gflops"), "")));
      page.open("table");
      page.heading(3, List.of("layer", "type", "kernel", "ms", "share", "GFLOP/s", "of the peak"));
      for (JsonNode layer : model.path("layers")) {
        page.row(
            "td",
            List.of(
                layer.path("name").asText(),
                layer.path("type").asText(),
                layer.path("kernel").asText(),
                number(layer.path("ms")),
                rounded(layer.path("share_percent"), "%"),
                rounded(layer.path("gflops"), ""),
                rounded(layer.path("of_peak_percent"), "%")));
      }
      page.close();
    }
  }

  private static String rounded(JsonNode value, String unit) {
    return value.isNumber() ? String.format(Locale.ROOT, "%.1f%s", value.asDouble(), unit) : "–";
  }

  private void pictures() {
    page.element("h2", "Times per picture, ms");
    page.open("table");
    page.heading(3, columns("model", "picture", "", "passes"));
    for (JsonNode model : measured.path("models")) {
      for (JsonNode picture : model.path("per_picture")) {
        for (String stage : STAGES) {
          times(
              model.path("model").asText(),
              picture.path("file").asText(),
              words(stage),
              picture.path(stage));
        }
      }
    }
    page.close();
  }

  private static List<String> columns(String... first) {
    List<String> columns = new ArrayList<>(List.of(first));
    FIGURES.forEach(figure -> columns.add(figure.replace('_', ' ')));
    return columns;
  }

  private void times(String model, String of, JsonNode times) {
    if (times.isObject()) {
      page.row("td", figures(times, model, of));
    }
  }

  private void times(String model, String picture, String of, JsonNode times) {
    if (times.isObject()) {
      page.row("td", figures(times, model, picture, of));
    }
  }

  private static List<String> figures(JsonNode times, String... first) {
    List<String> row = new ArrayList<>(List.of(first));
    row.add(times.path("count").asText());
    FIGURES.forEach(figure -> row.add(number(times.path(figure))));
    return row;
  }

  private void distributions() {
    page.element("h2", "Distributions");
    page.open("table");
    page.heading(
        2, List.of("model", "of", "from, ms", "to, ms", "beyond", "passes in equal parts"));
    for (JsonNode model : measured.path("models")) {
      for (String stage : STAGES) {
        JsonNode spread = model.path("distributions").path(stage);
        if (spread.isObject()) {
          List<String> counts = new ArrayList<>();
          spread.path("counts").forEach(count -> counts.add(count.asText()));
          page.row(
              "td",
              List.of(
                  model.path("model").asText(),
                  words(stage),
                  number(spread.path("from")),
                  number(spread.path("to")),
                  spread.path("beyond").asText(),
                  String.join(" ", counts)));
        }
      }
    }
    page.close();
  }

  private void machine() {
    page.element("h2", "Machine and settings");
    page.open("table");
    for (JsonNode model : measured.path("models")) {
      fact(
          model.path("model").asText(),
          list(model.path("settings"))
              + (isLoad() ? "" : "; warm-up: " + list(model.path("warm_up"))));
    }
    measured
        .path("environment")
        .properties()
        .forEach(entry -> fact(entry.getKey().replace('_', ' '), text(entry.getValue())));
    page.close();
  }

  private void fact(String name, String value) {
    page.open("tr").element("td", name).element("td", value).close();
  }

  private static String list(JsonNode object) {
    return String.join(
        ", ",
        object.properties().stream()
            .map(entry -> entry.getKey().replace('_', ' ') + " " + text(entry.getValue()))
            .toList());
  }

  private static String text(JsonNode value) {
    if (value.isArray()) {
      List<String> words = new ArrayList<>();
      value.forEach(word -> words.add(word.asText()));
      return String.join(" ", words);
    }
    return value.isNull() ? "–" : value.asText();
  }

  private static String words(String key) {
    return key.replaceFirst("_ms$", "").replace('_', ' ');
  }

  private static String number(JsonNode value) {
    return value.isNumber() ? String.format(Locale.ROOT, "%.3f", value.asDouble()) : "–";
  }

  private void scripts() {
    page.json("measured", json);
    page.chartLibrary();
    page.script(HtmlPage.resource("bench.js"));
  }
}
