package dev.ovkit.report;

import dev.ovkit.quantize.Layer;
import dev.ovkit.quantize.LevelRange;
import dev.ovkit.quantize.Quantization;
import dev.ovkit.quantize.SourceRange;
import dev.ovkit.quantize.Verdict;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;

/** A {@link Quantization} as one HTML file. */
public final class QuantizationReport {

  private static final int MOST_BARS = 20;

  /**
   * Writes the report: verdict, sizes, speed, every convolution with its error, cost and kernel,
   * and the range of every 8-bit tensor.
   *
   * @throws dev.ovkit.OutputException if the file cannot be written
   */
  public static void write(Quantization made, Path file) {
    HtmlPage page = HtmlPage.withScripts("ovkit quantize");
    Charts charts = new Charts(page);
    page.element(
        "p",
        made.holds() ? "Written." : "Not written: it loses too much accuracy.",
        "class",
        made.holds() ? "good" : "bad");
    facts(page, made);
    verdicts(page, made.verdicts());
    charts(charts, page, made);
    layers(page, made.layers());
    ranges(page, made.ranges());
    charts.end();
    page.write(file);
  }

  private static void facts(HtmlPage page, Quantization made) {
    page.open("table");
    page.row("td", List.of("IR", made.ir().toString()));
    page.row("td", List.of("for", made.target().name()));
    page.row("td", List.of("calibrated on", "%d pictures".formatted(made.calibrated())));
    page.row(
        "td",
        List.of(
            "8 bit",
            "%d of %d convolutions, of which this CPU runs %d in 8 bit"
                .formatted(made.eightBit(), made.layers().size(), made.runsEightBit())));
    page.row("td", List.of("size of the .bin before", megabytes(made.bytesBefore())));
    page.row("td", List.of("size of the .bin", megabytes(made.bytesAfter())));
    made.speed()
        .ifPresent(
            speed -> {
              page.row("td", List.of("f32, a few passes", milliseconds(speed.before())));
              page.row("td", List.of("INT8, a few passes", milliseconds(speed.after())));
            });
    page.close();
  }

  private static void charts(Charts charts, HtmlPage page, Quantization made) {
    charts.open();
    made.speed()
        .ifPresent(
            speed ->
                charts.bars(
                    "Speed of the network alone: a few passes, a first look",
                    "ms",
                    List.of("f32", "INT8"),
                    List.of(new Charts.Bars("ms", List.of(speed.before(), speed.after())))));
    bars(
        charts,
        "What each convolution costs when it alone is 8 bit: the costliest",
        "relative L2 error of the outputs",
        made.ranking(),
        layer -> layer.cost().orElse(0));
    List<Layer> errors =
        made.layers().stream()
            .filter(layer -> layer.treatment().isEightBit())
            .sorted(Comparator.comparingDouble(Layer::weightError).reversed())
            .toList();
    bars(charts, "Error of the weights: the largest", "relative L2", errors, Layer::weightError);
    page.close();
  }

  private interface Figure {
    double of(Layer layer);
  }

  private static void bars(
      Charts charts, String caption, String axis, List<Layer> sorted, Figure figure) {
    List<Layer> shown = sorted.stream().limit(MOST_BARS).toList();
    if (!shown.isEmpty()) {
      charts.bars(
          caption,
          axis,
          shown.stream().map(Layer::name).toList(),
          List.of(new Charts.Bars(axis, shown.stream().map(figure::of).toList())));
    }
  }

  private static void verdicts(HtmlPage page, List<Verdict> verdicts) {
    if (verdicts.isEmpty()) {
      return;
    }
    page.element("h2", "Check");
    page.open("table");
    page.heading(1, List.of("measure", "f32", "INT8", "lost", "allowed", "pictures", "passes"));
    for (Verdict verdict : verdicts) {
      page.row(
          "td",
          List.of(
              verdict.measure() == Verdict.Measure.MAP ? "mAP@.5:.95" : "boxes that agree",
              share(verdict.before()),
              share(verdict.after()),
              share(verdict.drop()),
              share(verdict.mostDrop()),
              Integer.toString(verdict.pictures()),
              verdict.holds() ? "yes" : "no"));
    }
    page.close();
  }

  private static void layers(HtmlPage page, List<Layer> layers) {
    page.element("h2", "Convolutions");
    page.element(
        "p",
        "Weight error: relative L2. Cost: relative L2 error of the model's outputs when this one"
            + " alone is 8 bit; it ranks, and says nothing of the whole model's accuracy.");
    page.open("table");
    page.heading(4, List.of("name", "kind", "treatment", "kernel", "weight error", "cost"));
    for (Layer layer : layers) {
      page.row(
          "td",
          List.of(
              layer.name(),
              layer.kind().name().toLowerCase(Locale.ROOT),
              layer.treatment().name().toLowerCase(Locale.ROOT).replace('_', ' '),
              layer.kernel(),
              layer.treatment().isEightBit() ? number(layer.weightError()) : "–",
              layer.cost().isPresent() ? number(layer.cost().getAsDouble()) : "–"));
    }
    page.close();
  }

  private static void ranges(HtmlPage page, List<SourceRange> ranges) {
    page.element("h2", "Ranges");
    page.open("table");
    page.heading(1, List.of("tensor", "ranges", "from", "to"));
    for (SourceRange range : ranges) {
      List<Double> lows = new ArrayList<>();
      List<Double> highs = new ArrayList<>();
      for (LevelRange one : range.ranges()) {
        lows.add((double) one.low());
        highs.add((double) one.high());
      }
      page.row(
          "td",
          List.of(
              range.name(),
              Integer.toString(lows.size()),
              number(lows.stream().mapToDouble(v -> v).min().orElse(0)),
              number(highs.stream().mapToDouble(v -> v).max().orElse(0))));
    }
    page.close();
  }

  private static String megabytes(long bytes) {
    return String.format(Locale.ROOT, "%.2f MB (%,d bytes)", bytes / 1e6, bytes);
  }

  private static String milliseconds(double value) {
    return String.format(Locale.ROOT, "%.2f ms", value);
  }

  private static String share(double value) {
    return String.format(Locale.ROOT, "%.4f", value + 0.0);
  }

  /** Three digits that count; what is small stays visible. */
  private static String number(double value) {
    double size = Math.abs(value);
    if (size == 0) {
      return "0";
    }
    return String.format(Locale.ROOT, size < 1e-3 || size >= 1e5 ? "%.2e" : "%.4g", value);
  }

  private QuantizationReport() {}
}
