package dev.ovkit.report;

import dev.ovkit.quantize.Layer;
import dev.ovkit.quantize.LevelRange;
import dev.ovkit.quantize.Quantization;
import dev.ovkit.quantize.SourceRange;
import dev.ovkit.quantize.Verdict;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** A {@link Quantization} as one HTML file. */
public final class QuantizationReport {

  /**
   * Writes the report: verdict, sizes, every convolution with its error, cost and kernel, and the
   * range of every 8-bit tensor.
   *
   * @throws dev.ovkit.OutputException if the file cannot be written
   */
  public static void write(Quantization made, Path file) {
    HtmlPage page = new HtmlPage("ovkit quantize");
    page.element(
        "p",
        made.holds() ? "Written." : "Not written: it loses too much accuracy.",
        "class",
        made.holds() ? "good" : "bad");
    page.open("table");
    page.row("td", List.of("IR", made.ir().toString()));
    page.row("td", List.of("for", made.target().name()));
    page.row("td", List.of("pictures", Integer.toString(made.calibrated())));
    page.row("td", List.of("8 bit", "%d of %d".formatted(made.eightBit(), made.layers().size())));
    page.row("td", List.of("run like this on this CPU", Long.toString(made.runsEightBit())));
    page.row("td", List.of("bytes of the .bin before", Long.toString(made.bytesBefore())));
    page.row("td", List.of("bytes of the .bin", Long.toString(made.bytesAfter())));
    made.speed()
        .ifPresent(
            speed -> {
              page.row("td", List.of("ms in f32, a few passes", number(speed.before())));
              page.row("td", List.of("ms in INT8, a few passes", number(speed.after())));
            });
    page.close();
    verdicts(page, made.verdicts());
    layers(page, made.layers());
    ranges(page, made.ranges());
    page.write(file);
  }

  private static void verdicts(HtmlPage page, List<Verdict> verdicts) {
    if (verdicts.isEmpty()) {
      return;
    }
    page.element("h2", "Check");
    page.open("table");
    page.row("th", List.of("measure", "f32", "INT8", "lost", "allowed", "pictures", "holds"));
    for (Verdict verdict : verdicts) {
      page.row(
          "td",
          List.of(
              verdict.measure() == Verdict.Measure.MAP ? "mAP@.5:.95" : "boxes that agree",
              number(verdict.before()),
              number(verdict.after()),
              number(verdict.drop()),
              number(verdict.mostDrop()),
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
    page.row("th", List.of("name", "kind", "treatment", "weight error", "cost", "kernel"));
    for (Layer layer : layers) {
      page.row(
          "td",
          List.of(
              layer.name(),
              layer.kind().name().toLowerCase(Locale.ROOT),
              layer.treatment().name().toLowerCase(Locale.ROOT).replace('_', ' '),
              number(layer.weightError()),
              layer.cost().isPresent() ? number(layer.cost().getAsDouble()) : "",
              layer.kernel()));
    }
    page.close();
  }

  private static void ranges(HtmlPage page, List<SourceRange> ranges) {
    page.element("h2", "Ranges");
    page.open("table");
    page.row("th", List.of("tensor", "ranges", "from", "to"));
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

  private static String number(double value) {
    return String.format(Locale.ROOT, "%.4f", value);
  }

  private QuantizationReport() {}
}
