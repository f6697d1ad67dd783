package dev.ovkit.spring;

import dev.ovkit.model.Detections;
import dev.ovkit.vision.Detector;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.binder.MeterBinder;
import java.util.Map;

/**
 * Measures each detector: {@code ovkit.stage} (the time of decode, preprocess, infer and
 * postprocess), {@code ovkit.objects} (how many it found) and {@code ovkit.requests} (how many
 * pictures it can work on at once), each with the tag {@code model}.
 */
final class DetectorMetrics implements MeterBinder {

  private static final String MODEL = "model";

  private final Map<String, Detector> detectors;

  DetectorMetrics(Map<String, Detector> detectors) {
    this.detectors = detectors;
  }

  @Override
  public void bindTo(MeterRegistry registry) {
    detectors.forEach((name, detector) -> bind(name, detector, registry));
  }

  private static void bind(String name, Detector detector, MeterRegistry registry) {
    Gauge.builder("ovkit.requests", detector, Detector::requests)
        .tag(MODEL, name)
        .description("Pictures that the detector can work on at once")
        .register(registry);
    Counter objects =
        Counter.builder("ovkit.objects")
            .tag(MODEL, name)
            .description("Objects found")
            .register(registry);
    Timer decode = stage(name, "decode", registry);
    Timer preprocess = stage(name, "preprocess", registry);
    Timer infer = stage(name, "infer", registry);
    Timer postprocess = stage(name, "postprocess", registry);
    detector.observe(
        found -> {
          Detections.Timings timings = found.timings();
          decode.record(timings.decode());
          preprocess.record(timings.preprocess());
          infer.record(timings.infer());
          postprocess.record(timings.postprocess());
          objects.increment(found.objects().size());
        });
  }

  private static Timer stage(String name, String stage, MeterRegistry registry) {
    return Timer.builder("ovkit.stage")
        .tag(MODEL, name)
        .tag("stage", stage)
        .description("Time of a picture's stages")
        .register(registry);
  }
}
