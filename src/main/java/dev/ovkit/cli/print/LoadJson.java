package dev.ovkit.cli.print;

import dev.ovkit.load.LoadOptions;
import dev.ovkit.load.LoadReport;
import dev.ovkit.load.LoadTimes;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a server did under load, as JSON for programs; milliseconds. The form is that of {@link
 * BenchJson}, with the server in the place of a model.
 */
public final class LoadJson {

  public static Map<String, Object> of(LoadReport report) {
    Map<String, Object> object = new LinkedHashMap<>();
    object.put("mode", "load");
    object.put("protocol", null);
    object.put("interrupted", !report.complete());
    object.put("pictures", report.options().pictures().size());
    object.put("unreadable", List.of());
    object.put("models", List.of(server(report)));
    object.put("ratios", List.of());
    Map<String, Object> environment = BenchJson.json(report.environment(), report.disturbance());
    environment.put("openvino", null);
    object.put("environment", environment);
    return object;
  }

  private static Map<String, Object> server(LoadReport report) {
    Map<String, Object> object = new LinkedHashMap<>();
    object.put("model", report.options().url().toString());
    object.put("settings", settings(report.options()));
    object.put("requests", requests(report));
    object.put("requests_per_second", BenchJson.number(report.succeededPerSecond()));
    Map<String, Object> distributions = new LinkedHashMap<>();
    report
        .times()
        .ifPresent(
            times -> {
              object.put("end_to_end_ms", json(times.endToEnd()));
              object.put("from_sending_ms", json(times.fromSending()));
              object.put("sent_late_ms", json(times.late()));
              distributions.put("end_to_end_ms", BenchJson.json(times.endToEnd().distribution()));
            });
    object.put("distributions", distributions);
    object.put("per_picture", List.of());
    return object;
  }

  private static Map<String, Object> settings(LoadOptions options) {
    Map<String, Object> object = new LinkedHashMap<>();
    object.put("rate", options.rate());
    object.put("seconds", options.time().toNanos() / 1e9);
    object.put("warm_up_seconds", options.warmUp().toNanos() / 1e9);
    object.put("connections", options.connections());
    object.put("timeout_seconds", options.timeout().toNanos() / 1e9);
    return object;
  }

  private static Map<String, Object> requests(LoadReport report) {
    Map<String, Object> object = new LinkedHashMap<>();
    object.put("due", report.requests());
    object.put("succeeded", report.succeeded());
    object.put("refused", report.refused());
    object.put("other", report.others());
    object.put("timeouts", report.timeouts());
    object.put("unsent", report.unsent());
    object.put("failed", report.failures());
    object.put("failure", nullable(report));
    Map<String, Object> statuses = new LinkedHashMap<>();
    report.byStatus().forEach((status, count) -> statuses.put(status.toString(), count));
    object.put("by_status", statuses);
    return object;
  }

  private static @Nullable String nullable(LoadReport report) {
    return report.failure().orElse(null);
  }

  private static Map<String, Object> json(LoadTimes times) {
    Map<String, Object> object = BenchJson.json(times.statistics());
    object.put("p99_9", BenchJson.number(times.p999()));
    return object;
  }

  private LoadJson() {}
}
