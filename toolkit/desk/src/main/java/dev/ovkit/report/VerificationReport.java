package dev.ovkit.report;

import dev.ovkit.compare.MatchedPair;
import dev.ovkit.model.Detection;
import dev.ovkit.picture.Picture;
import dev.ovkit.verify.Finding;
import dev.ovkit.verify.OutputDifference;
import dev.ovkit.verify.PictureDifference;
import dev.ovkit.verify.Verification;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** A {@link Verification} as one HTML file. */
public final class VerificationReport {

  private static final int MOST_PICTURES = 6;
  private static final int BARS = 21;

  /**
   * Writes the report: verdict, raw outputs, histograms, every picture in a table, and the worst
   * ones drawn side by side.
   *
   * @throws dev.ovkit.OutputException if the file cannot be written
   */
  public static void write(Verification verification, Path file) {
    HtmlPage page = HtmlPage.withScripts("ovkit verify");
    Charts charts = new Charts(page);
    models(page, verification);
    verdict(page, verification);
    outputs(page, verification);
    histograms(page, charts, verification);
    pictures(page, verification);
    worst(page, verification);
    charts.end();
    page.write(file);
  }

  private static void models(HtmlPage page, Verification v) {
    page.open("table");
    page.row("td", List.of("A", v.first().file(), v.first().engine()));
    page.row("td", List.of("B", v.second().file(), v.second().engine()));
    page.close();
    page.element(
        "p",
        "Weights in %s. Tolerated: relative L2 %s, scores %s, IoU %s. A box counts from a score of %s."
            .formatted(
                v.precision(),
                Double.isFinite(v.tolerance().relativeL2())
                    ? number("%.2g", v.tolerance().relativeL2())
                    : "any",
                v.tolerance().score(),
                v.tolerance().iou(),
                number("%.3g", v.threshold())));
  }

  private static void verdict(HtmlPage page, Verification v) {
    page.element(
        "p", v.holds() ? "The same." : "Not the same.", "class", v.holds() ? "good" : "bad");
    list(
        page,
        v.findings().stream()
            .map(f -> (f.kind() == Finding.Kind.CAUSE ? "why: " : "") + f.sentence())
            .toList());
    if (!v.notes().isEmpty() || !v.unreadable().isEmpty()) {
      page.element("h2", "Notes");
      list(page, v.notes());
      list(page, v.unreadable().stream().map(Verification.Unreadable::why).toList());
    }
  }

  private static void list(HtmlPage page, List<String> sentences) {
    if (!sentences.isEmpty()) {
      page.open("ul");
      sentences.forEach(sentence -> page.element("li", sentence));
      page.close();
    }
  }

  private static void outputs(HtmlPage page, Verification v) {
    page.element("h2", "Raw outputs, at their worst");
    if (v.outputs().isEmpty()) {
      page.element("p", "No output of one has the name or the shape of one of the other.");
      return;
    }
    page.open("table");
    page.row(
        "th", List.of("output", "shape", "max abs", "relative L2", "cosine", "non-finite", ""));
    for (OutputDifference o : v.outputs()) {
      page.row(
          "td",
          List.of(
              o.name(),
              o.shape().toString(),
              number("%.3g", o.maxAbs()),
              number("%.2e", o.relativeL2()),
              number("%.6f", o.cosine()),
              Long.toString(o.nonFiniteFirst() + o.nonFiniteSecond()),
              o.holds(v.tolerance()) ? "" : "differs"));
    }
    page.close();
  }

  private static void histograms(HtmlPage page, Charts charts, Verification v) {
    List<MatchedPair> pairs = v.pictures().stream().flatMap(p -> p.pairs().stream()).toList();
    if (pairs.isEmpty()) {
      return;
    }
    page.element("h2", "Objects found in both");
    List<Double> scores = pairs.stream().map(MatchedPair::scoreDifference).toList();
    List<Double> overlaps = pairs.stream().map(MatchedPair::iou).toList();
    double widest =
        Math.max(v.tolerance().score(), scores.stream().mapToDouble(Math::abs).max().orElse(0));
    double least = Math.min(v.tolerance().iou(), Collections.min(overlaps));
    charts.open();
    histogram(page, charts, "score in B less score in A", scores, -widest, widest);
    histogram(page, charts, "IoU of the two boxes", overlaps, least, 1);
    List<Double> masks = pairs.stream().flatMapToDouble(p -> p.maskIou().stream()).boxed().toList();
    if (!masks.isEmpty()) {
      histogram(page, charts, "IoU of the two masks", masks, Collections.min(masks), 1);
    }
    List<Double> points =
        pairs.stream().flatMapToDouble(p -> p.keyPointDistance().stream()).boxed().toList();
    if (!points.isEmpty()) {
      String title = "pixels between the key points that differ most";
      histogram(page, charts, title, points, 0, Collections.max(points));
    }
    page.close();
  }

  /** One bar alone says less than a sentence. */
  private static void histogram(
      HtmlPage page, Charts charts, String title, List<Double> values, double from, double to) {
    double first = values.get(0);
    if (to > from && values.stream().anyMatch(value -> Math.abs(value - first) > 1e-9)) {
      charts.histogram(title, title, values, from, to, BARS);
    } else {
      page.element(
          "p",
          "%s: %s for %s"
              .formatted(
                  title,
                  number("%.4f", first + 0.0),
                  values.size() == 1 ? "the only object" : "all " + values.size()));
    }
  }

  private static void pictures(HtmlPage page, Verification v) {
    page.element("h2", "Pictures");
    page.open("table");
    page.row(
        "th",
        List.of("picture", "matched", "only A", "only B", "score difference", "smallest IoU", ""));
    for (PictureDifference p : v.pictures()) {
      page.row(
          "td",
          List.of(
              p.picture().name(),
              Integer.toString(p.pairs().size()),
              Integer.toString(p.onlyFirst().size()),
              Integer.toString(p.onlySecond().size()),
              number("%.4f", p.largestScoreDifference()),
              number("%.4f", p.smallestIou()),
              p.holds() ? "" : "differs"));
    }
    page.close();
  }

  private static void worst(HtmlPage page, Verification v) {
    page.element("h2", "The pictures that differ most");
    Map<Integer, String> names = names(v);
    List<PictureDifference> worst =
        v.pictures().stream()
            .sorted(Comparator.comparingDouble(PictureDifference::badness).reversed())
            .limit(MOST_PICTURES)
            .toList();
    for (PictureDifference p : worst) {
      page.element("h3", p.picture().name());
      page.open("div", "class", "pair");
      try (Picture picture = p.picture().open()) {
        drawn(page, picture, "A", shown(p.first(), v, names));
        drawn(page, picture, "B", shown(p.second(), v, names));
      }
      page.close();
    }
  }

  /** What either model calls its classes: an ONNX often has no names where its IR has them. */
  private static Map<Integer, String> names(Verification v) {
    Map<Integer, String> names = new HashMap<>();
    for (PictureDifference picture : v.pictures()) {
      List<Detection> both = new ArrayList<>(picture.first());
      both.addAll(picture.second());
      for (Detection d : both) {
        if (!d.label().equals("class " + d.classId())) {
          names.putIfAbsent(d.classId(), d.label());
        }
      }
    }
    return names;
  }

  private static List<Detection> shown(
      List<Detection> all, Verification v, Map<Integer, String> names) {
    return all.stream()
        .filter(d -> d.score() >= v.threshold())
        .map(
            d ->
                new Detection(
                    names.getOrDefault(d.classId(), d.label()),
                    d.classId(),
                    d.score(),
                    d.box(),
                    d.detail()))
        .toList();
  }

  private static void drawn(HtmlPage page, Picture picture, String side, List<Detection> objects) {
    page.drawing(
        Drawing.jpeg(picture, objects),
        "%s: %d object%s".formatted(side, objects.size(), objects.size() == 1 ? "" : "s"));
  }

  private static String number(String format, double value) {
    return Double.isFinite(value) ? String.format(Locale.ROOT, format, value) : "infinite";
  }

  private VerificationReport() {}
}
