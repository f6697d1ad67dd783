package dev.ovkit.report;

import dev.ovkit.evaluate.ClassCurve;
import dev.ovkit.evaluate.CocoEvaluation;
import dev.ovkit.evaluate.CocoMetrics;
import dev.ovkit.evaluate.GroundTruth;
import dev.ovkit.evaluate.PictureMistakes;
import dev.ovkit.evaluate.Similarity;
import dev.ovkit.picture.Picture;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.TreeSet;

/** A {@link CocoEvaluation} as one HTML file. */
public final class EvaluationReport {

  private static final int MOST_PICTURES = 6;
  private static final int MOST_LINES = 6;
  private static final int MOST_CLASSES = 15;
  private static final int STEPS = 100;

  private final HtmlPage page = HtmlPage.withScripts("ovkit eval");
  private final Charts charts = new Charts(page);
  private final GroundTruth truth;
  private final Similarity similarity;
  private final CocoMetrics metrics;
  private final List<ClassCurve> curves;
  private final double confidence;
  private final List<PictureMistakes> mistakes;

  private EvaluationReport(GroundTruth truth, CocoEvaluation evaluation, Similarity similarity) {
    this.truth = truth;
    this.similarity = similarity;
    this.metrics = evaluation.metrics(similarity);
    this.curves = evaluation.curves(similarity);
    this.confidence = bestConfidence(curves);
    this.mistakes = evaluation.mistakes(confidence, similarity);
  }

  /**
   * Writes the report: figures, precision against recall, F1 against confidence, which classes are
   * taken for which, and the pictures with most mistakes.
   *
   * @param model as the user named it
   * @param similarity what is compared
   * @param bitDepth the bits that values of 16-bit pictures use
   * @throws dev.ovkit.OutputException if the file cannot be written
   */
  public static void write(
      Path model,
      GroundTruth truth,
      CocoEvaluation evaluation,
      Similarity similarity,
      int bitDepth,
      Path file) {
    EvaluationReport report = new EvaluationReport(truth, evaluation, similarity);
    report.figures(model);
    report.curves();
    report.confusion();
    report.classes();
    report.worst(bitDepth);
    report.charts.end();
    report.page.write(file);
  }

  private void figures(Path model) {
    page.element(
        "p",
        "%s on %,d pictures with %,d objects (%s), compared by their %s."
            .formatted(
                model,
                truth.pictures().size(),
                truth.objects(),
                truth.source(),
                similarity.word()));
    page.open("table");
    page.heading(1, List.of("", "all", "@.50", "@.75", "small", "medium", "large"));
    List<String> cells = new ArrayList<>(List.of("mAP"));
    Map<String, Double> figures = similarity.figures(metrics);
    for (String one : List.of("map", "map50", "map75", "map_small", "map_medium", "map_large")) {
      cells.add(number(figures.getOrDefault(one, Double.NaN)));
    }
    page.row("td", cells);
    page.close();
  }

  /** The confidence at which the mean F1 of the classes is best. */
  private static double bestConfidence(List<ClassCurve> curves) {
    double best = 0;
    double confidence = 0.25;
    for (int i = 1; i < STEPS; i++) {
      double f1 = meanF1(curves, (double) i / STEPS);
      if (f1 > best) {
        best = f1;
        confidence = (double) i / STEPS;
      }
    }
    return confidence;
  }

  private static double meanF1(List<ClassCurve> curves, double at) {
    return curves.stream().mapToDouble(curve -> curve.f1(at)).average().orElse(0);
  }

  private void curves() {
    if (curves.isEmpty()) {
      return;
    }
    double[] steps = new double[STEPS + 1];
    double[] precision = new double[STEPS + 1];
    double[] f1 = new double[STEPS + 1];
    for (int i = 0; i <= STEPS; i++) {
      double at = (double) i / STEPS;
      steps[i] = at;
      precision[i] = curves.stream().mapToDouble(c -> c.precisionAt(at)).average().orElse(0);
      f1[i] = meanF1(curves, at);
    }
    List<Charts.Line> ofPrecision = new ArrayList<>();
    List<Charts.Line> ofF1 = new ArrayList<>();
    String all = "mean of %d class%s".formatted(curves.size(), curves.size() == 1 ? "" : "es");
    ofPrecision.add(new Charts.Line(all, steps, precision));
    ofF1.add(new Charts.Line(all, steps, f1));
    if (curves.size() > 1) {
      for (ClassCurve curve : mostObjects()) {
        double[] own = new double[STEPS + 1];
        double[] ownF1 = new double[STEPS + 1];
        for (int i = 0; i <= STEPS; i++) {
          own[i] = curve.precisionAt(steps[i]);
          ownF1[i] = curve.f1(steps[i]);
        }
        ofPrecision.add(new Charts.Line(curve.name(), steps, own));
        ofF1.add(new Charts.Line(curve.name(), steps, ownF1));
      }
    }
    page.element("h2", "Precision, recall and confidence, at IoU .5");
    page.element(
        "p",
        "The mean F1 is best at a confidence of %.2f: %.3f. With more classes than lines, those with most objects are shown."
            .formatted(confidence, meanF1(curves, confidence)));
    charts.open();
    charts.lines("Precision against recall", "recall", "precision", ofPrecision);
    charts.lines("F1 against confidence", "confidence", "F1", ofF1);
    page.close();
  }

  private List<ClassCurve> mostObjects() {
    return curves.stream()
        .sorted(Comparator.comparingInt(ClassCurve::objects).reversed())
        .limit(MOST_LINES - 1)
        .toList();
  }

  // ---- which class is taken for which

  private void confusion() {
    Map<PictureMistakes.Pair, Integer> counts = PictureMistakes.confusion(mistakes);
    List<Long> missed = mistakes.stream().flatMap(m -> m.missed().stream()).toList();
    List<Long> invented = mistakes.stream().flatMap(m -> m.invented().stream()).toList();
    TreeSet<Long> used = new TreeSet<>(missed);
    used.addAll(invented);
    counts.keySet().forEach(pair -> used.addAll(List.of(pair.there(), pair.found())));
    List<Long> shown = mostFrequent(used, counts, missed, invented);
    page.element("h2", "Confusion matrix, at confidence %.2f".formatted(confidence));
    page.element(
        "p",
        "Rows: what is there. Columns: what was found on it, with an overlap (IoU) of at least .5.%s"
            .formatted(
                shown.size() < used.size()
                    ? " The %d most frequent of %d classes.".formatted(shown.size(), used.size())
                    : ""));
    page.open("div", "class", "matrix").open("table");
    List<String> heads = new ArrayList<>(List.of("there"));
    shown.forEach(category -> heads.add(name(category)));
    heads.add("nothing");
    page.heading(1, heads);
    for (long there : shown) {
      page.open("tr").element("td", name(there));
      long objects = missed.stream().filter(c -> c == there).count();
      for (PictureMistakes.Pair pair : counts.keySet()) {
        objects += pair.there() == there ? counts.getOrDefault(pair, 0) : 0;
      }
      for (long found : shown) {
        cell(
            counts.getOrDefault(new PictureMistakes.Pair(there, found), 0),
            objects,
            there == found);
      }
      cell(missed.stream().filter(c -> c == there).count(), objects, false);
      page.close();
    }
    page.open("tr").element("td", "nothing");
    for (long found : shown) {
      cell(invented.stream().filter(c -> c == found).count(), invented.size(), false);
    }
    page.element("td", "").close();
    page.close().close();
  }

  private static List<Long> mostFrequent(
      TreeSet<Long> used,
      Map<PictureMistakes.Pair, Integer> counts,
      List<Long> missed,
      List<Long> invented) {
    Comparator<Long> byCount =
        Comparator.comparingLong(
            category ->
                missed.stream().filter(category::equals).count()
                    + invented.stream().filter(category::equals).count()
                    + counts.entrySet().stream()
                        .filter(
                            e -> e.getKey().there() == category || e.getKey().found() == category)
                        .mapToLong(Map.Entry::getValue)
                        .sum());
    return used.stream().sorted(byCount.reversed()).limit(MOST_CLASSES).sorted().toList();
  }

  /** The darker, the larger its share of the row. */
  private void cell(long count, long of, boolean right) {
    double share = of == 0 ? 0 : 0.75 * count / of;
    page.element(
        "td",
        count == 0 ? "" : Long.toString(count),
        "class",
        "number",
        "style",
        String.format(
            Locale.ROOT, "background: rgb(%s / %.2f)", right ? "77 139 87" : "200 112 42", share));
  }

  // ---- classes and pictures

  private void classes() {
    page.element("h2", "Classes");
    page.open("table");
    page.heading(1, List.of("class", "objects", "AP", "AP@.50", "AP@.75"));
    for (CocoMetrics.PerClass one : metrics.perClass()) {
      if (one.objects() > 0) {
        page.row(
            "td",
            List.of(
                one.name(),
                Integer.toString(one.objects()),
                number(one.ap()),
                number(one.ap50()),
                number(one.ap75())));
      }
    }
    page.close();
  }

  private void worst(int bitDepth) {
    List<PictureMistakes> worst =
        mistakes.stream()
            .filter(one -> one.count() > 0)
            .sorted(Comparator.comparingInt(PictureMistakes::count).reversed())
            .limit(MOST_PICTURES)
            .toList();
    if (worst.isEmpty()) {
      return;
    }
    page.element("h2", "The pictures with most mistakes, at confidence %.2f".formatted(confidence));
    for (PictureMistakes one : worst) {
      page.element(
          "h3",
          "%s: %d missed, %d found where nothing is, %d taken for another class"
              .formatted(
                  one.picture().file().getFileName(),
                  one.missed().size(),
                  one.invented().size(),
                  one.count() - one.missed().size() - one.invented().size()));
      page.open("div", "class", "pair");
      try (Picture picture = Picture.read(one.picture().file(), bitDepth)) {
        page.drawing(
            Drawing.jpeg(picture, one.there()),
            "what is there: %d objects".formatted(one.there().size()));
        page.drawing(
            Drawing.jpeg(picture, one.found()),
            "what was found: %d objects".formatted(one.found().size()));
      }
      page.close();
    }
  }

  private String name(long category) {
    return Objects.requireNonNull(truth.categories().get(category));
  }

  private static String number(double figure) {
    return Double.isNaN(figure) ? "–" : String.format(Locale.ROOT, "%.3f", figure);
  }
}
