package dev.ovkit.cli.print;

import dev.ovkit.bench.Distribution;
import dev.ovkit.bench.Disturbance;
import dev.ovkit.bench.Environment;
import dev.ovkit.bench.ModelResult;
import dev.ovkit.bench.RegressionGate.Verdict;
import dev.ovkit.bench.Report;
import dev.ovkit.bench.Settings;
import dev.ovkit.bench.Stage;
import dev.ovkit.bench.Statistics;
import dev.ovkit.cli.option.ProfileOptions;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What was measured, as JSON for programs; milliseconds. */
public final class BenchJson {

  /**
   * Returns all that was measured.
   *
   * @param profiles what of it came from profiles, by model
   * @param kernels how many layers of each model which kernels compute
   */
  public static Map<String, Object> of(
      Report report,
      List<Verdict> verdicts,
      double maxSlowdown,
      Map<Path, ProfileOptions.Used> profiles,
      Map<String, Map<String, Integer>> kernels) {
    Map<String, Object> object = new LinkedHashMap<>();
    object.put("mode", BenchPrinter.key(report.mode()));
    object.put("protocol", report.seedProtocol() ? "seed" : null);
    object.put("interrupted", !report.complete());
    object.put("pictures", report.pictures().size());
    object.put("unreadable", report.unreadable().stream().map(BenchJson::json).toList());
    object.put(
        "models",
        report.models().stream()
            .map(
                model ->
                    json(report, model, profiles, kernels.getOrDefault(model.model(), Map.of())))
            .toList());
    object.put("ratios", report.comparisons().stream().map(BenchJson::json).toList());
    report
        .control()
        .ifPresent(
            control -> {
              Map<String, Object> one = json(control);
              one.put("void", !report.controlHolds());
              object.put("control", one);
            });
    if (!verdicts.isEmpty()) {
      Map<String, Object> gate = new LinkedHashMap<>();
      gate.put("max_slowdown", maxSlowdown);
      gate.put("holds", verdicts.stream().allMatch(Verdict::holds));
      gate.put("compared", verdicts.stream().map(BenchJson::json).toList());
      object.put("baseline", gate);
    }
    object.put("environment", json(report.environment(), report.disturbance()));
    return object;
  }

  private static Map<String, Object> json(Report.Unreadable unreadable) {
    Map<String, Object> object = new LinkedHashMap<>();
    object.put("file", unreadable.file().toString());
    object.put("reason", unreadable.reason());
    return object;
  }

  /** Returns what is in force. */
  public static Map<String, Object> of(Settings settings) {
    Map<String, Object> inForce = new LinkedHashMap<>();
    inForce.put("precision", settings.precision());
    inForce.put("streams", settings.streams());
    inForce.put("threads", settings.threads());
    inForce.put("requests", settings.requests());
    inForce.put("pinning", settings.pinning());
    inForce.put("hyper_threading", settings.hyperThreading());
    return inForce;
  }

  private static Map<String, Object> json(
      Report report,
      ModelResult model,
      Map<Path, ProfileOptions.Used> profiles,
      Map<String, Integer> kernels) {
    Map<String, Object> object = new LinkedHashMap<>();
    object.put("model", model.model());
    Map<String, Object> inForce = of(model.settings());
    ProfileOptions.Used used = profiles.get(Path.of(model.model()));
    if (used != null) {
      inForce.put("profile", used.json());
    }
    object.put("settings", inForce);
    if (!kernels.isEmpty()) {
      object.put("kernels", kernels);
    }
    Map<String, Object> warmUp = new LinkedHashMap<>();
    warmUp.put("passes", model.warmUp().passes());
    warmUp.put("stable", model.warmUp().stable());
    object.put("warm_up", warmUp);
    for (Stage stage : report.mode().stages()) {
      model.statistics(stage).ifPresent(times -> object.put(BenchPrinter.key(stage), json(times)));
    }
    model.throughput().ifPresent(rate -> object.put("pictures_per_second", json(rate)));
    Map<String, Object> distributions = new LinkedHashMap<>();
    for (Stage stage : report.mode().main()) {
      model
          .distribution(stage)
          .ifPresent(spread -> distributions.put(BenchPrinter.key(stage), json(spread)));
    }
    object.put("distributions", distributions);
    List<Map<String, Object>> pictures = new ArrayList<>();
    for (int i = 0; i < report.pictures().size(); i++) {
      Map<String, Object> one = new LinkedHashMap<>();
      one.put("file", report.pictures().get(i).toString());
      for (Stage stage : report.mode().main()) {
        Optional<Statistics> times = model.statistics(stage, i);
        times.ifPresent(some -> one.put(BenchPrinter.key(stage), json(some)));
      }
      pictures.add(one);
    }
    object.put("per_picture", pictures);
    return object;
  }

  static Map<String, Object> json(Statistics times) {
    Map<String, Object> object = new LinkedHashMap<>();
    object.put("count", times.count());
    object.put("min", number(times.min()));
    object.put("mean", number(times.mean()));
    object.put("standard_error", number(times.standardError()));
    object.put("p50", number(times.p50()));
    object.put("p90", number(times.p90()));
    object.put("p99", number(times.p99()));
    object.put("max", number(times.max()));
    return object;
  }

  static Map<String, Object> json(Distribution spread) {
    Map<String, Object> object = new LinkedHashMap<>();
    object.put("from", number(spread.from()));
    object.put("to", number(spread.to()));
    object.put("counts", spread.counts());
    object.put("beyond", spread.beyond());
    return object;
  }

  private static Map<String, Object> json(Report.Comparison comparison) {
    Map<String, Object> object = new LinkedHashMap<>();
    object.put("model", comparison.model());
    object.put("than", comparison.than());
    object.put("of", BenchPrinter.key(comparison.stage()));
    object.put("ratio", number(comparison.ratio().median()));
    object.put("low", number(comparison.ratio().low()));
    object.put("high", number(comparison.ratio().high()));
    object.put("rounds", comparison.ratio().rounds());
    return object;
  }

  private static Map<String, Object> json(Verdict verdict) {
    Map<String, Object> object = new LinkedHashMap<>();
    object.put("model", verdict.model());
    object.put("of", verdict.what());
    object.put("then_ms", number(verdict.then()));
    object.put("now_ms", number(verdict.now()));
    object.put("ratio", number(verdict.ratio()));
    object.put("holds", verdict.holds());
    return object;
  }

  static Map<String, Object> json(Environment here, Disturbance other) {
    Map<String, Object> object = new LinkedHashMap<>();
    object.put("cpu", here.cpu());
    object.put("flags", here.flags());
    object.put("processors", here.processors());
    object.put("cores", here.cores());
    object.put("quota", number(here.quota().orElse(Double.NaN)));
    object.put("governor", here.governor());
    object.put("load_before", number(other.loadBefore()));
    object.put("load_after", number(other.loadAfter()));
    object.put("steal_seconds_before", number(other.stealSecondsBefore()));
    object.put("steal_seconds_after", number(other.stealSecondsAfter()));
    object.put("steal_percent", number(other.stealPercent()));
    object.put("system", here.system());
    object.put("openvino", here.openvino());
    object.put("java", here.java());
    return object;
  }

  /**
   * Nanoseconds are the last digits that mean something; JSON has no word for what is not known.
   */
  static @Nullable Double number(double value) {
    return Double.isFinite(value) ? Math.round(value * 1e6) / 1e6 : null;
  }

  private BenchJson() {}
}
