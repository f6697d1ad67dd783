package dev.ovkit.serve.metrics;

import dev.ovkit.model.Detections;
import io.prometheus.metrics.core.metrics.Counter;
import io.prometheus.metrics.core.metrics.GaugeWithCallback;
import io.prometheus.metrics.core.metrics.Histogram;
import io.prometheus.metrics.expositionformats.ExpositionFormatWriter;
import io.prometheus.metrics.expositionformats.OpenMetricsTextFormatWriter;
import io.prometheus.metrics.expositionformats.PrometheusTextFormatWriter;
import io.prometheus.metrics.instrumentation.jvm.JvmGarbageCollectorMetrics;
import io.prometheus.metrics.instrumentation.jvm.JvmMemoryMetrics;
import io.prometheus.metrics.instrumentation.jvm.JvmThreadsMetrics;
import io.prometheus.metrics.instrumentation.jvm.ProcessMetrics;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.IntSupplier;
import org.jspecify.annotations.Nullable;

/**
 * What a server counts and times, in seconds and bytes. Labels come from the server alone, never
 * from a client: their number is bounded by the models, the routes and HTTP's status codes.
 */
public final class ServerMetrics {

  private static final double NANOS = 1e9;
  private static final double[] TIMES = {
    0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10
  };

  private final PrometheusRegistry registry = new PrometheusRegistry();
  private final Counter requests =
      Counter.builder()
          .name("ovkit_requests")
          .help("Requests answered, by route, model and status.")
          .labelNames("route", "model", "version", "code")
          .register(registry);
  private final Histogram requestTimes =
      histogram("ovkit_request_seconds", "From a request's headers to its answer.", "route");
  private final Histogram stages =
      histogram(
          "ovkit_stage_seconds",
          "Time of a picture in a stage: decode, preprocess, infer, postprocess.",
          "model",
          "version",
          "stage");
  private final Histogram waits =
      histogram("ovkit_queue_wait_seconds", "From a picture's arrival in the queue to its turn.");
  private final Counter pictures =
      Counter.builder()
          .name("ovkit_pictures")
          .help("Pictures looked at.")
          .labelNames("model", "version")
          .register(registry);
  private final Counter changes =
      Counter.builder()
          .name("ovkit_model_changes")
          .help("Versions that were loaded, refused or removed while the server ran.")
          .labelNames("outcome")
          .register(registry);
  private final Counter received =
      Counter.builder()
          .name("ovkit_received_bytes")
          .help("Bytes of requests' bodies.")
          .register(registry);
  private final Counter sent =
      Counter.builder()
          .name("ovkit_sent_bytes")
          .help("Bytes of answers' bodies.")
          .register(registry);

  /** Begins with what is known of the process; no listener of the JVM outlives a server. */
  public ServerMetrics() {
    ProcessMetrics.builder().register(registry);
    JvmMemoryMetrics.builder().register(registry);
    JvmGarbageCollectorMetrics.builder().register(registry);
    JvmThreadsMetrics.builder().register(registry);
    for (ModelChange change : ModelChange.values()) {
      changes.initLabelValues(change.word());
    }
  }

  /** What became of a version while the server ran. */
  public enum ModelChange {
    LOADED,
    REFUSED,
    REMOVED;

    String word() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /** Takes a number for a version of a model. */
  public interface ModelValues {
    void set(String model, String version, double value);
  }

  private Histogram histogram(String name, String help, String... labels) {
    return Histogram.builder()
        .name(name)
        .help(help)
        .labelNames(labels)
        .classicOnly()
        .classicUpperBounds(TIMES)
        .register(registry);
  }

  /** Adds a number that is asked for when somebody reads the metrics. */
  public void gauge(String name, String help, IntSupplier value) {
    GaugeWithCallback.builder()
        .name(name)
        .help(help)
        .callback(call -> call.call(value.getAsInt()))
        .register(registry);
  }

  /** Adds a number of each version, that is asked for when somebody reads the metrics. */
  public void gaugeByModel(String name, String help, Consumer<ModelValues> values) {
    GaugeWithCallback.builder()
        .name(name)
        .help(help)
        .labelNames("model", "version")
        .callback(
            call -> values.accept((model, version, value) -> call.call(value, model, version)))
        .register(registry);
  }

  /** Counts a version that was loaded, refused or removed. */
  public void changed(ModelChange change) {
    changes.labelValues(change.word()).inc();
  }

  /**
   * Leaves out what was counted of versions that are gone, whose number has no limit.
   *
   * @param there names and versions of the others
   */
  public void keepOnly(Set<List<String>> there) {
    requests.removeIf(labels -> !labels.get(1).isEmpty() && !there.contains(labels.subList(1, 3)));
    pictures.removeIf(labels -> !there.contains(labels));
    stages.removeIf(labels -> !there.contains(labels.subList(0, 2)));
  }

  /** Counts an answer. */
  public void answered(
      String route, String model, String version, int code, Duration took, long in, long out) {
    requests.labelValues(route, model, version, Integer.toString(code)).inc();
    requestTimes.labelValues(route).observe(seconds(took));
    received.inc(in);
    sent.inc(out);
  }

  /** Counts how long a picture waited for its turn. */
  public void waited(Duration time) {
    waits.observe(seconds(time));
  }

  /** Counts a picture. */
  public void looked(String model, String version, Detections.Timings timings) {
    pictures.labelValues(model, version).inc();
    stages.labelValues(model, version, "decode").observe(seconds(timings.decode()));
    stages.labelValues(model, version, "preprocess").observe(seconds(timings.preprocess()));
    stages.labelValues(model, version, "infer").observe(seconds(timings.infer()));
    stages.labelValues(model, version, "postprocess").observe(seconds(timings.postprocess()));
  }

  private static double seconds(Duration duration) {
    return duration.toNanos() / NANOS;
  }

  /**
   * The metrics as text.
   *
   * @param type of the content
   */
  public record Page(String type, byte[] body) {}

  /**
   * Returns all metrics in a form that the reader takes.
   *
   * @param accept what the reader says it takes; null if it does not
   */
  public Page page(@Nullable String accept) {
    OpenMetricsTextFormatWriter open = OpenMetricsTextFormatWriter.create();
    ExpositionFormatWriter writer =
        open.accepts(accept) ? open : PrometheusTextFormatWriter.create();
    ByteArrayOutputStream text = new ByteArrayOutputStream();
    try {
      writer.write(text, registry.scrape());
    } catch (IOException e) {
      throw new UncheckedIOException(e); // memory takes everything
    }
    return new Page(writer.getContentType(), text.toByteArray());
  }
}
