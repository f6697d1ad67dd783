package dev.ovkit.cli.print;

import dev.ovkit.bench.Ratio;
import dev.ovkit.bench.Settings;
import dev.ovkit.bench.Statistics;
import dev.ovkit.cli.option.ProfileOptions;
import dev.ovkit.machine.Processors;
import dev.ovkit.tune.Agreement;
import dev.ovkit.tune.TuneReport;
import dev.ovkit.tune.TuneReport.Trial;
import dev.ovkit.vision.Profile;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** What was tried and found, as a table for people and as JSON for programs. */
public final class TunePrinter {

  public static void print(TuneReport report, PrintWriter out) {
    boolean rate = report.base().picturesPerSecond().isPresent();
    out.printf(
        "%s, for %s, on %s; %s, %d threads allowed%n",
        report.options().ir(),
        ProfileOptions.word(report.options().target()),
        report.pictures().isEmpty() ? "noise" : report.pictures().size() + " pictures",
        report.environment().cpu(),
        Processors.here().throughputThreads());
    out.printf(
        "%-16s %-44s %8s %8s %9s  %-22s %s%n",
        "tried", "settings", "p50 ms", "p90 ms", rate ? "per s" : "", "time over default", "");
    row(report.base(), out);
    report.trials().forEach(trial -> row(trial, out));
    report
        .control()
        .ifPresent(
            control -> out.printf("A/A control: the default against itself: %s%n", text(control)));
    report
        .start()
        .ifPresent(
            start ->
                out.printf(
                    Locale.ROOT,
                    "opening: %.0f ms, with a cache %.0f ms; the cache is %s%n",
                    start.without(),
                    start.with(),
                    start.kept() ? "kept" : "not kept"));
    out.println(
        report.gain().isPresent()
            ? "chosen: %s; %s of the default's time"
                .formatted(ProfileOptions.words(report.chosen()), text(report.gain().orElseThrow()))
            : "chosen: %s; nothing is proven faster than the default"
                .formatted(ProfileOptions.words(report.chosen())));
    report
        .proposed()
        .ifPresent(
            size ->
                out.printf(
                    "not tried: an input in the shape of the pictures, %s; --rectangular tries it%n",
                    size));
    report.profile().ifPresent(file -> out.println("profile: " + file));
  }

  private static void row(Trial trial, PrintWriter out) {
    out.printf(
        Locale.ROOT,
        "%-16s %-44s %8s %8s %9s  %-22s %s%n",
        trial.what(),
        trial
            .settings()
            .map(settings -> settings(trial, settings))
            .orElse(ProfileOptions.words(trial.tuning())),
        trial.endToEnd().map(times -> number(times.p50())).orElse(""),
        trial.endToEnd().map(times -> number(times.p90())).orElse(""),
        trial.picturesPerSecond().isPresent()
            ? number(trial.picturesPerSecond().getAsDouble())
            : "",
        trial.ratio().map(TunePrinter::text).orElse(""),
        outcome(trial));
  }

  /** What was in force, which may be less than what was asked for. */
  private static String settings(Trial trial, Settings settings) {
    return String.format(
        Locale.ROOT,
        "%s %d x %d threads, %d requests, %s%s%s",
        settings.precision(),
        settings.streams(),
        settings.threads(),
        settings.requests(),
        settings.pinning() ? "pinned" : "not pinned",
        settings.hyperThreading() ? ", HT" : "",
        trial.tuning().input().map(size -> ", " + size).orElse(""));
  }

  private static String outcome(Trial trial) {
    String word =
        switch (trial.outcome()) {
          case DEFAULT -> "the default";
          case BETTER -> "faster";
          case NOT_BETTER -> "not proven faster";
          case SAME -> "the same to OpenVINO";
          case TOO_LATE -> "too late";
          case OTHER_BOXES -> "other boxes";
          case IMPOSSIBLE -> "not possible: " + trial.reason();
        };
    return word + trial.agreement().map(agreement -> "; " + text(agreement)).orElse("");
  }

  private static String text(Agreement agreement) {
    return String.format(
        Locale.ROOT,
        "boxes: %d the same, %d lost, %d new (%.1f %% agree, 95 needed), mean IoU %.3f (0.9 needed), scores up to %.3f apart",
        agreement.pairs(),
        agreement.lost(),
        agreement.gained(),
        100 * agreement.share(),
        agreement.meanIou(),
        agreement.maxScoreDifference());
  }

  private static String text(Ratio ratio) {
    return String.format(
        Locale.ROOT, "%.3f (%.3f-%.3f)", ratio.median(), ratio.low(), ratio.high());
  }

  private static String number(double value) {
    return String.format(Locale.ROOT, "%.2f", value);
  }

  // ---- JSON

  public static Map<String, Object> json(TuneReport report) {
    Map<String, Object> object = new LinkedHashMap<>();
    object.put("model", report.options().ir().toString());
    object.put("target", ProfileOptions.word(report.options().target()));
    object.put("budget_seconds", report.options().budget().toMillis() / 1e3);
    object.put("seconds", report.took().toMillis() / 1e3);
    object.put(
        "max_latency_ms",
        report.options().maxLatency().map(most -> most.toNanos() / 1e6).orElse(null));
    object.put("interrupted", !report.complete());
    object.put("pictures", report.pictures().size());
    object.put("cpu", report.environment().cpu());
    object.put("default", json(report.base()));
    List<Map<String, Object>> tried = new ArrayList<>();
    report.trials().forEach(trial -> tried.add(json(trial)));
    object.put("tried", tried);
    report.control().ifPresent(control -> object.put("control", json(control)));
    report
        .start()
        .ifPresent(
            start -> {
              Map<String, Object> opening = new LinkedHashMap<>();
              opening.put("without_cache_ms", start.without());
              opening.put("with_cache_ms", start.with());
              opening.put("kept", start.kept());
              object.put("opening", opening);
            });
    object.put("proposed_input", report.proposed().map(Object::toString).orElse(null));
    object.put("chosen", Profile.json(report.chosen()));
    object.put("over_default", report.gain().map(TunePrinter::json).orElse(null));
    object.put("holds", report.holds());
    object.put("profile", report.profile().map(Object::toString).orElse(null));
    return object;
  }

  private static Map<String, Object> json(Trial trial) {
    Map<String, Object> object = new LinkedHashMap<>();
    object.put("what", trial.what());
    object.put("asked", Profile.json(trial.tuning()));
    trial.settings().ifPresent(settings -> object.put("settings", BenchJson.of(settings)));
    trial.ratio().ifPresent(ratio -> object.put("over_default", json(ratio)));
    trial.endToEnd().ifPresent(times -> object.put("end_to_end_ms", json(times)));
    trial.picturesPerSecond().ifPresent(rate -> object.put("pictures_per_second", rate));
    trial
        .agreement()
        .ifPresent(
            agreement -> {
              Map<String, Object> boxes = new LinkedHashMap<>();
              boxes.put("same", agreement.pairs());
              boxes.put("lost", agreement.lost());
              boxes.put("new", agreement.gained());
              boxes.put("agree", agreement.share());
              boxes.put("mean_iou", finite(agreement.meanIou()).orElse(null));
              boxes.put("most_score_difference", agreement.maxScoreDifference());
              boxes.put("hold", agreement.holds());
              object.put("boxes", boxes);
            });
    object.put("outcome", trial.outcome().name().toLowerCase(Locale.ROOT));
    if (!trial.reason().isEmpty()) {
      object.put("reason", trial.reason());
    }
    return object;
  }

  private static Optional<Double> finite(double value) {
    return Double.isFinite(value) ? Optional.of(value) : Optional.empty();
  }

  private static Map<String, Object> json(Ratio ratio) {
    Map<String, Object> object = new LinkedHashMap<>();
    object.put("ratio", ratio.median());
    object.put("low", ratio.low());
    object.put("high", ratio.high());
    object.put("rounds", ratio.rounds());
    return object;
  }

  private static Map<String, Object> json(Statistics times) {
    Map<String, Object> object = new LinkedHashMap<>();
    object.put("count", times.count());
    object.put("p50", times.p50());
    object.put("p90", times.p90());
    return object;
  }

  private TunePrinter() {}
}
