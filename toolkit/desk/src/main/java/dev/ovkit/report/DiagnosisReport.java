package dev.ovkit.report;

import dev.ovkit.diagnose.Diagnosis;
import dev.ovkit.diagnose.Fit;
import dev.ovkit.diagnose.PictureChange;
import dev.ovkit.diagnose.Trial;
import dev.ovkit.model.Detection;
import dev.ovkit.picture.Picture;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;

/** A {@link Diagnosis} as one HTML file. */
public final class DiagnosisReport {

  private static final int MOST_TRIALS = 20;

  /**
   * Writes the report: the verdict and its commands, pictures with the boxes before and after, and
   * what was tried.
   *
   * @param bitDepth the bits that values of 16-bit pictures use
   * @throws dev.ovkit.OutputException if the file cannot be written
   */
  public static void write(Path ir, Diagnosis diagnosis, int bitDepth, Path file) {
    HtmlPage page = HtmlPage.withScripts("ovkit diagnose");
    Charts charts = new Charts(page);
    boolean good =
        switch (diagnosis.verdict()) {
          case RIGHT, PLAUSIBLE -> true;
          case EXPLAINED, UNEXPLAINED -> false;
        };
    page.element("p", ir.toString());
    page.element("p", diagnosis.sentence(), "class", good ? "good" : "bad");
    if (!diagnosis.commands().isEmpty()) {
      page.element("p", "Fix it with:");
      diagnosis.commands().forEach(command -> page.open("pre").element("code", command).close());
    }
    if (!diagnosis.notes().isEmpty()) {
      page.open("ul");
      diagnosis.notes().forEach(note -> page.element("li", note));
      page.close();
    }
    diagnosis.changes().forEach(change -> pictures(page, change, bitDepth));
    trials(page, charts, diagnosis.trials());
    charts.end();
    page.write(file);
  }

  private static void pictures(HtmlPage page, PictureChange change, int bitDepth) {
    page.element("h3", change.picture().toString());
    page.open("div", "class", "pair");
    try (Picture picture = Picture.read(change.picture(), bitDepth)) {
      boolean changes = change.after().isPresent();
      change
          .before()
          .ifPresentOrElse(
              objects -> drawn(page, picture, changes ? "before" : "now", objects),
              () -> page.element("p", "before: the IR cannot be read as it is"));
      change.after().ifPresent(objects -> drawn(page, picture, "after", objects));
    }
    page.close();
  }

  private static void drawn(HtmlPage page, Picture picture, String side, List<Detection> objects) {
    page.drawing(
        Drawing.jpeg(picture, objects),
        "%s: %d object%s".formatted(side, objects.size(), objects.size() == 1 ? "" : "s"));
  }

  private static void trials(HtmlPage page, Charts charts, List<Trial> all) {
    List<Trial> best = all.stream().limit(MOST_TRIALS).toList();
    if (best.isEmpty()) {
      return;
    }
    page.element("h2", "What was tried: the best %d of %d".formatted(best.size(), all.size()));
    charts.open();
    charts.bars(
        "Agreement of the boxes, 1: all are the same",
        "agreement",
        best.stream().map(Trial::title).toList(),
        List.of(
            new Charts.Bars("agreement", best.stream().map(t -> t.fit().agreement()).toList())));
    page.close();
    page.open("table");
    page.heading(
        1, List.of("read with", "agreement", "expected", "found", "matched", "IoU", "score ±"));
    for (Trial trial : best) {
      Fit fit = trial.fit();
      page.row(
          "td",
          List.of(
              trial.title(),
              number(fit.agreement()),
              Integer.toString(fit.expected()),
              Integer.toString(fit.found()),
              Integer.toString(fit.matched()),
              number(fit.meanIou()),
              number(fit.largestScoreDifference())));
    }
    page.close();
  }

  private static String number(double value) {
    return String.format(Locale.ROOT, "%.3f", value);
  }

  private DiagnosisReport() {}
}
