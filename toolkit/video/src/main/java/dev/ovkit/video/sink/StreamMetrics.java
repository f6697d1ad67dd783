package dev.ovkit.video.sink;

import dev.ovkit.video.delivery.DeliveryCounts;
import dev.ovkit.video.engine.CameraCounts;
import dev.ovkit.video.engine.CameraEvent;
import dev.ovkit.video.engine.StreamListener;
import dev.ovkit.video.engine.StreamResult;
import dev.ovkit.video.http.LocalPages;
import io.prometheus.metrics.core.metrics.CounterWithCallback;
import io.prometheus.metrics.core.metrics.GaugeWithCallback;
import io.prometheus.metrics.core.metrics.Histogram;
import io.prometheus.metrics.exporter.httpserver.MetricsHandler;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.time.Duration;
import java.util.List;
import java.util.function.Supplier;
import java.util.function.ToLongFunction;

/**
 * Serves the engine's counts in Prometheus' text format, at {@code /metrics}.
 *
 * <p>Each camera is a label; a password never is.
 */
public final class StreamMetrics implements StreamListener {

  private static final double NANOS = 1e9;
  private static final double[] AGES = {0.025, 0.05, 0.1, 0.2, 0.4, 0.8, 1.6, 3.2};
  private static final double[] TIMES = {0.0025, 0.005, 0.01, 0.02, 0.04, 0.08, 0.16, 0.32};

  private final Histogram ages;
  private final Histogram inference;

  /**
   * Adds the metrics to a server.
   *
   * @param counts the engine's counts, read at each request
   * @param deliveries what became of events, by receiver
   */
  public StreamMetrics(
      LocalPages pages,
      Supplier<List<CameraCounts>> counts,
      Supplier<List<DeliveryCounts>> deliveries) {
    PrometheusRegistry registry = new PrometheusRegistry();
    counter(registry, counts, "frames_decoded", "Frames decoded.", CameraCounts::decoded);
    counter(registry, counts, "frames_detected", "Frames looked at.", CameraCounts::detected);
    counter(registry, counts, "reconnects", "Times opened again.", CameraCounts::reconnects);
    counter(
        registry,
        counts,
        "missed",
        "Detections that were due and had no time.",
        CameraCounts::missed);
    CounterWithCallback.builder()
        .name("ovkit_frames_dropped")
        .help(
            "Frames not looked at: busy, rate (more than asked for), skipped (the same, and not even decoded), still (no motion), unreadable.")
        .labelNames("camera", "reason")
        .callback(
            call ->
                counts
                    .get()
                    .forEach(
                        one -> {
                          call.call((double) one.dropped(), one.camera(), "busy");
                          call.call((double) one.unneeded(), one.camera(), "rate");
                          call.call((double) one.skipped(), one.camera(), "skipped");
                          call.call((double) one.still(), one.camera(), "still");
                          call.call((double) one.unreadable(), one.camera(), "unreadable");
                        }))
        .register(registry);
    GaugeWithCallback.builder()
        .name("ovkit_camera_playing")
        .help("1 while the camera delivers frames.")
        .labelNames("camera")
        .callback(
            call ->
                counts
                    .get()
                    .forEach(
                        one ->
                            call.call(
                                one.state() == CameraEvent.State.PLAYING ? 1 : 0, one.camera())))
        .register(registry);
    deliveries(registry, deliveries);
    ages =
        Histogram.builder()
            .name("ovkit_result_age_seconds")
            .help("From the decoded frame to its result.")
            .labelNames("camera")
            .classicOnly()
            .classicUpperBounds(AGES)
            .register(registry);
    inference =
        Histogram.builder()
            .name("ovkit_inference_seconds")
            .help("Scaling, network and boxes of a frame.")
            .classicOnly()
            .classicUpperBounds(TIMES)
            .register(registry);
    pages.add("/metrics", new MetricsHandler(registry));
  }

  private static void counter(
      PrometheusRegistry registry,
      Supplier<List<CameraCounts>> counts,
      String name,
      String help,
      ToLongFunction<CameraCounts> value) {
    CounterWithCallback.builder()
        .name("ovkit_" + name)
        .help(help)
        .labelNames("camera")
        .callback(
            call ->
                counts
                    .get()
                    .forEach(one -> call.call((double) value.applyAsLong(one), one.camera())))
        .register(registry);
  }

  private static void deliveries(
      PrometheusRegistry registry, Supplier<List<DeliveryCounts>> deliveries) {
    events(registry, deliveries, "delivered", "Events delivered.", DeliveryCounts::delivered);
    events(
        registry,
        deliveries,
        "dropped",
        "Events that the queue had no room for.",
        DeliveryCounts::dropped);
    events(
        registry,
        deliveries,
        "refused",
        "Events that the receiver does not take.",
        DeliveryCounts::refused);
    events(
        registry,
        deliveries,
        "retries",
        "Attempts to deliver that failed.",
        DeliveryCounts::retries);
    GaugeWithCallback.builder()
        .name("ovkit_events_queued")
        .help("Events that wait for their receiver.")
        .labelNames("sink")
        .callback(
            call -> deliveries.get().forEach(one -> call.call((double) one.queued(), one.name())))
        .register(registry);
  }

  private static void events(
      PrometheusRegistry registry,
      Supplier<List<DeliveryCounts>> deliveries,
      String name,
      String help,
      ToLongFunction<DeliveryCounts> value) {
    CounterWithCallback.builder()
        .name("ovkit_events_" + name)
        .help(help)
        .labelNames("sink")
        .callback(
            call ->
                deliveries
                    .get()
                    .forEach(one -> call.call((double) value.applyAsLong(one), one.name())))
        .register(registry);
  }

  @Override
  public void result(StreamResult result, Drawable frame) {
    ages.labelValues(result.camera()).observe(seconds(result.age()));
    inference.observe(seconds(result.detections().timings().total()));
  }

  private static double seconds(Duration duration) {
    return duration.toNanos() / NANOS;
  }
}
