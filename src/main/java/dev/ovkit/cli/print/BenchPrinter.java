package dev.ovkit.cli.print;

import dev.ovkit.bench.Disturbance;
import dev.ovkit.bench.Environment;
import dev.ovkit.bench.Mode;
import dev.ovkit.bench.ModelResult;
import dev.ovkit.bench.Ratio;
import dev.ovkit.bench.RegressionGate.Verdict;
import dev.ovkit.bench.Report;
import dev.ovkit.bench.Settings;
import dev.ovkit.bench.Stage;
import dev.ovkit.bench.Statistics;
import dev.ovkit.internal.json.DetectionsCsv;
import java.io.PrintWriter;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.stream.Collectors;

/** What was measured, as a table for people and as CSV; milliseconds. */
public final class BenchPrinter {

  static final String NUMBERS = "%7d %9.3f %9.3f %9s %9.3f %9.3f %9.3f %9.3f";
  static final String COLUMNS =
      "model,picture,measure,count,min,mean,standard_error,p50,p90,p99,max";
  static final String NAMES = "%7s %9s %9s %9s %9s %9s %9s %9s";

  public static String key(Mode mode) {
    return mode.name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  public static String key(Stage stage) {
    return stage.name().toLowerCase(Locale.ROOT) + "_ms";
  }

  private static String words(Stage stage) {
    return stage.name().toLowerCase(Locale.ROOT).replace('_', ' ');
  }

  // ---- table

  /**
   * Prints all that was measured.
   *
   * @param kernels how many layers of each model which kernels compute
   */
  public static void print(
      Report report, Map<String, Map<String, Integer>> kernels, PrintWriter out) {
    printHead(report, out);
    for (ModelResult model : report.models()) {
      out.printf("%n%s%n", model.model());
      out.printf(
          "  %s; %s%n",
          settings(model),
          model.warmUp().passes() == 0
              ? "no warm-up"
              : "%d passes of warm-up, %s"
                  .formatted(
                      model.warmUp().passes(),
                      model.warmUp().stable() ? "stable" : "not stable when its time was over"));
      Map<String, Integer> used = kernels.getOrDefault(model.model(), Map.of());
      if (!used.isEmpty()) {
        out.printf("  kernels: %s%n", kernels(used));
      }
      if (model.samples().count() == 0) {
        out.println("  nothing was measured");
        continue;
      }
      out.printf("  %-14s " + NAMES + "%n", row("ms", "passes"));
      for (Stage stage : report.mode().stages()) {
        model.statistics(stage).ifPresent(times -> print(words(stage), times, out));
      }
      model
          .throughput()
          .ifPresent(
              rate -> {
                out.printf("  %-14s " + NAMES + "%n", row("", "blocks"));
                print("pictures/s", rate, out);
              });
      if (report.seedProtocol()) {
        printPictures(report, model, out);
      }
    }
    if (!report.comparisons().isEmpty()) {
      out.printf("%ntime of a model over that of %s%n", report.models().get(0).model());
      for (Report.Comparison comparison : report.comparisons()) {
        out.printf(
            "  %-11s %s  %s: %s%n",
            words(comparison.stage()),
            ratio(comparison.ratio()),
            comparison.model(),
            ComparisonWords.verdict(report, comparison));
      }
    }
    report
        .control()
        .ifPresent(
            control ->
                out.printf(
                    "  %-11s %s  %s, which is itself%s%n",
                    "control",
                    ratio(control.ratio()),
                    control.than(),
                    report.controlHolds() ? "" : ": the ratios are VOID"));
  }

  /** The most frequent first, each with the number of its layers. */
  private static String kernels(Map<String, Integer> used) {
    return used.entrySet().stream()
        .map(one -> one.getKey() + " " + one.getValue())
        .collect(Collectors.joining(", "));
  }

  static Object[] row(String name, String count) {
    return new Object[] {name, count, "min", "mean", "s.e.", "p50", "p90", "p99", "max"};
  }

  private static void printHead(Report report, PrintWriter out) {
    Environment here = report.environment();
    Disturbance other = report.disturbance();
    out.printf(
        "%s of %d picture%s%s%n",
        switch (report.mode()) {
          case LATENCY -> "latency, one picture at a time,";
          case THROUGHPUT -> "throughput and latency under load";
          case INFERENCE_ONLY -> "inference only, input filled once,";
        },
        report.pictures().size(),
        report.pictures().size() == 1 ? "" : "s",
        report.seedProtocol() ? " by the seed's protocol" : "");
    out.printf("%s, %s%n", here.cpu(), String.join(" ", here.flags()));
    out.printf("instruction sets of the kernels: %s%n", ComparisonWords.instructionSets());
    out.printf(
        Locale.ROOT,
        "processors: %s, quota %s, governor %s, load %.2f then %.2f, %.1f %% stolen%n",
        processors(here),
        quota(here.quota()),
        here.governor(),
        other.loadBefore(),
        other.loadAfter(),
        other.stealPercent());
    out.printf("OpenVINO %s, Java %s, %s%n", here.openvino(), here.java(), here.system());
  }

  public static String processors(Environment here) {
    int allowed = here.processors();
    int fast = here.performanceProcessors();
    return "%d allowed to this process, on %d %score%s%s"
        .formatted(
            allowed,
            here.cores(),
            fast == allowed ? "" : "performance ",
            here.cores() == 1 ? "" : "s",
            fast == allowed ? "" : "; %d on efficiency cores".formatted(allowed - fast));
  }

  public static String quota(OptionalDouble quota) {
    return quota.isPresent() ? "%.2f processors".formatted(quota.getAsDouble()) : "none";
  }

  private static String settings(ModelResult model) {
    Settings settings = model.settings();
    return "%s, %s, %s, %s, %s, hyper-threading %s"
        .formatted(
            ComparisonWords.precision(model),
            count(settings.streams(), "stream"),
            count(settings.threads(), "thread"),
            count(settings.requests(), "request"),
            settings.pinning() ? "pinned" : "not pinned",
            settings.hyperThreading() ? "on" : "off");
  }

  private static String count(int number, String what) {
    return number + " " + what + (number == 1 ? "" : "s");
  }

  static void print(String name, Statistics times, PrintWriter out) {
    out.printf(
        Locale.ROOT,
        "  %-14s " + NUMBERS + "%n",
        name,
        times.count(),
        times.min(),
        times.mean(),
        error(times),
        times.p50(),
        times.p90(),
        times.p99(),
        times.max());
  }

  /** One pass has no error that could be known. */
  private static String error(Statistics times) {
    return Double.isNaN(times.standardError())
        ? "-"
        : String.format(Locale.ROOT, "%.3f", times.standardError());
  }

  private static void printPictures(Report report, ModelResult model, PrintWriter out) {
    List<Stage> stages = report.mode().main();
    out.printf("  mean of each picture, with its standard error%n");
    for (int i = 0; i < report.pictures().size(); i++) {
      StringBuilder line = new StringBuilder();
      for (Stage stage : stages) {
        Optional<Statistics> times = model.statistics(stage, i);
        times.ifPresent(
            some ->
                line.append(
                    String.format(
                        Locale.ROOT, "  %s %9.3f ± %s", words(stage), some.mean(), error(some))));
      }
      if (line.length() > 0) {
        out.printf("  %-24s%s%n", report.pictures().get(i).getFileName(), line);
      }
    }
  }

  private static String ratio(Ratio ratio) {
    return String.format(
        Locale.ROOT,
        "%.3f (95 %%: %.3f to %.3f, %d rounds)",
        ratio.median(),
        ratio.low(),
        ratio.high(),
        ratio.rounds());
  }

  /** Prints how a run compares with its baseline. */
  public static void print(List<Verdict> verdicts, double maxSlowdown, PrintWriter out) {
    for (Verdict verdict : verdicts) {
      out.printf(
          Locale.ROOT,
          "%s: %s was %.3f ms, is %.3f ms: %.3f, at most %s allowed: %s%n",
          verdict.model(),
          verdict.what(),
          verdict.then(),
          verdict.now(),
          verdict.ratio(),
          maxSlowdown,
          verdict.holds() ? "passed" : "FAILED");
    }
  }

  // ---- CSV

  public static void csv(Report report, PrintWriter out) {
    out.println(COLUMNS);
    for (ModelResult model : report.models()) {
      for (Stage stage : report.mode().stages()) {
        model.statistics(stage).ifPresent(times -> csv(model.model(), "", key(stage), times, out));
      }
      model
          .throughput()
          .ifPresent(rate -> csv(model.model(), "", "pictures_per_second", rate, out));
      for (int i = 0; report.seedProtocol() && i < report.pictures().size(); i++) {
        String file = report.pictures().get(i).toString();
        for (Stage stage : report.mode().main()) {
          Optional<Statistics> times = model.statistics(stage, i);
          times.ifPresent(some -> csv(model.model(), file, key(stage), some, out));
        }
      }
    }
  }

  static void csv(String model, String picture, String measure, Statistics times, PrintWriter out) {
    out.printf(
        Locale.ROOT,
        "%s,%s,%s,%d,%.6f,%.6f,%s,%.6f,%.6f,%.6f,%.6f%n",
        DetectionsCsv.quoted(model),
        DetectionsCsv.quoted(picture),
        measure,
        times.count(),
        times.min(),
        times.mean(),
        Double.isNaN(times.standardError())
            ? ""
            : String.format(Locale.ROOT, "%.6f", times.standardError()),
        times.p50(),
        times.p90(),
        times.p99(),
        times.max());
  }

  private BenchPrinter() {}
}
