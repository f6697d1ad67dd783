package dev.ovkit.cli.print;

import dev.ovkit.compare.MatchedPair;
import dev.ovkit.internal.json.DetectionsJson;
import dev.ovkit.internal.text.OneLine;
import dev.ovkit.model.Detection;
import dev.ovkit.verify.Finding;
import dev.ovkit.verify.OutputDifference;
import dev.ovkit.verify.PictureDifference;
import dev.ovkit.verify.Verification;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalDouble;

/** How two models compare, as tables for people and as JSON for programs. */
public final class VerificationPrinter {

  private static final int LONGEST = 4096;

  public static void print(Verification v, PrintWriter out) {
    out.printf("A  %s (%s)%n", v.first().file(), v.first().engine());
    out.printf("B  %s (%s)%n", v.second().file(), v.second().engine());
    out.println();
    if (!v.outputs().isEmpty()) {
      int width =
          Math.max(6, v.outputs().stream().mapToInt(o -> o.name().length()).max().orElse(0));
      String row = "%-" + width + "s  %10s  %11s  %9s  %10s  %s";
      out.println(
          row.formatted("output", "max abs", "relative L2", "cosine", "non-finite", "")
              .stripTrailing());
      for (OutputDifference o : v.outputs()) {
        out.println(
            row.formatted(
                    o.name(),
                    number("%.3g", o.maxAbs()),
                    number("%.2e", o.relativeL2()),
                    number("%.6f", o.cosine()),
                    o.nonFiniteFirst() + o.nonFiniteSecond(),
                    o.holds(v.tolerance()) ? "" : "differs")
                .stripTrailing());
      }
      out.println();
    }
    int width =
        Math.max(
            7, v.pictures().stream().mapToInt(p -> p.picture().name().length()).max().orElse(0));
    boolean masks = v.pictures().stream().anyMatch(p -> p.smallestMaskIou().isPresent());
    boolean points = v.pictures().stream().anyMatch(p -> p.farthestKeyPoint().isPresent());
    String row = "%-" + width + "s  %7s  %6s  %6s  %11s  %12s" + "%s".repeat(3);
    out.println(
        row.formatted(
                "picture",
                "matched",
                "only A",
                "only B",
                "score diff.",
                "smallest IoU",
                masks ? "  of masks" : "",
                points ? "  key points" : "",
                "")
            .stripTrailing());
    for (PictureDifference p : v.pictures()) {
      out.println(
          row.formatted(
                  p.picture().name(),
                  p.pairs().size(),
                  p.onlyFirst().size(),
                  p.onlySecond().size(),
                  number("%.4f", p.largestScoreDifference()),
                  number("%.4f", p.smallestIou()),
                  masks ? "  %8s".formatted(optional("%.4f", p.smallestMaskIou())) : "",
                  points ? "  %7s px".formatted(optional("%.2f", p.farthestKeyPoint())) : "",
                  p.holds() ? "" : "  differs")
              .stripTrailing());
    }
    out.println();
    v.findings().forEach(finding -> out.println(line(finding)));
    if (v.holds()) {
      out.printf(
          Locale.ROOT,
          "the same: %d objects in both; tolerated for %s are relative L2 %s, scores %s, IoU %s%n",
          v.matched(),
          v.precision(),
          number("%.2g", v.tolerance().relativeL2()),
          v.tolerance().score(),
          v.tolerance().iou());
    } else {
      boolean compared =
          v.findings().stream().anyMatch(f -> f.kind() != Finding.Kind.NOTHING_COMPARED);
      out.println(compared ? "not the same" : "no verdict");
    }
  }

  private static String line(Finding finding) {
    return (finding.kind() == Finding.Kind.CAUSE ? "- why: " : "- ") + finding.sentence();
  }

  /** Says what could not be read and what was assumed; returns the exit code. */
  public static int complain(Verification v, PrintWriter err) {
    v.notes().forEach(note -> err.println("ovkit: " + note));
    v.unreadable().forEach(one -> err.println(OneLine.of("ovkit: " + one.why(), LONGEST)));
    if (!v.holds()) {
      return ExitCode.DOES_NOT_HOLD;
    }
    return v.unreadable().isEmpty() ? ExitCode.DONE : ExitCode.FAILED;
  }

  public static Map<String, Object> json(Verification v) {
    Map<String, Object> object = new LinkedHashMap<>();
    object.put("first", side(v.first()));
    object.put("second", side(v.second()));
    object.put("precision", v.precision().name());
    Map<String, Object> tolerance = new LinkedHashMap<>();
    if (Double.isFinite(v.tolerance().relativeL2())) {
      tolerance.put("relative_l2", v.tolerance().relativeL2());
    }
    tolerance.put("score", v.tolerance().score());
    tolerance.put("iou", v.tolerance().iou());
    object.put("tolerance", tolerance);
    object.put("confidence", v.threshold());
    object.put("holds", v.holds());
    List<Map<String, Object>> findings = new ArrayList<>();
    for (Finding finding : v.findings()) {
      Map<String, Object> one = new LinkedHashMap<>();
      one.put("kind", finding.kind().key());
      one.put("text", finding.sentence());
      findings.add(one);
    }
    object.put("findings", findings);
    object.put("notes", v.notes());
    object.put("outputs", v.outputs().stream().map(o -> output(o, v)).toList());
    List<Map<String, Object>> pictures = new ArrayList<>();
    v.pictures().forEach(p -> pictures.add(picture(p)));
    for (Verification.Unreadable one : v.unreadable()) {
      Map<String, Object> error = new LinkedHashMap<>();
      error.put("file", one.picture());
      error.put("error", one.why());
      pictures.add(error);
    }
    object.put("pictures", pictures);
    return object;
  }

  private static Map<String, Object> side(Verification.Side side) {
    Map<String, Object> object = new LinkedHashMap<>();
    object.put("file", side.file());
    object.put("engine", side.engine());
    return object;
  }

  private static Map<String, Object> output(OutputDifference o, Verification v) {
    Map<String, Object> object = new LinkedHashMap<>();
    object.put("name", o.name());
    object.put("second_name", o.secondName());
    object.put("shape", o.shape());
    object.put("max_abs", o.maxAbs());
    // JSON has no infinity.
    object.put("relative_l2", Double.isFinite(o.relativeL2()) ? o.relativeL2() : null);
    object.put("cosine", o.cosine());
    object.put("non_finite_first", o.nonFiniteFirst());
    object.put("non_finite_second", o.nonFiniteSecond());
    object.put("holds", o.holds(v.tolerance()));
    return object;
  }

  private static Map<String, Object> picture(PictureDifference p) {
    Map<String, Object> object = new LinkedHashMap<>();
    object.put("file", p.picture().name());
    object.put("matched", p.pairs().size());
    object.put("largest_score_difference", p.largestScoreDifference());
    object.put("smallest_iou", p.smallestIou());
    p.smallestMaskIou().ifPresent(iou -> object.put("smallest_mask_iou", iou));
    p.farthestKeyPoint().ifPresent(away -> object.put("farthest_key_point", away));
    List<Map<String, Object>> apart = new ArrayList<>();
    for (MatchedPair pair : p.apart()) {
      Map<String, Object> one = new LinkedHashMap<>();
      one.put("first", DetectionsJson.detection(pair.first()));
      one.put("second", DetectionsJson.detection(pair.second()));
      one.put("score_difference", pair.scoreDifference());
      one.put("iou", pair.iou());
      pair.maskIou().ifPresent(iou -> one.put("mask_iou", iou));
      pair.keyPointDistance().ifPresent(away -> one.put("key_point_distance", away));
      apart.add(one);
    }
    object.put("apart", apart);
    object.put("only_first", detections(p.onlyFirst()));
    object.put("only_second", detections(p.onlySecond()));
    object.put("holds", p.holds());
    return object;
  }

  private static List<Map<String, Object>> detections(List<Detection> detections) {
    return detections.stream().map(DetectionsJson::detection).toList();
  }

  private static String number(String format, double value) {
    return Double.isFinite(value) ? String.format(Locale.ROOT, format, value) : "any";
  }

  private static String optional(String format, OptionalDouble value) {
    return value.isPresent() ? number(format, value.getAsDouble()) : "-";
  }

  private VerificationPrinter() {}
}
