package dev.ovkit.spring;

import dev.ovkit.model.DetectorSpec;
import dev.ovkit.vision.Detector;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.springframework.boot.health.contributor.AbstractHealthIndicator;
import org.springframework.boot.health.contributor.Health;

/**
 * Up if every detector still runs its network. Each check runs each network once, on a grey
 * picture, so it costs as much as a request.
 */
final class DetectorHealthIndicator extends AbstractHealthIndicator {

  private final Map<String, Detector> detectors;

  DetectorHealthIndicator(Map<String, Detector> detectors) {
    super("a detector does not run");
    this.detectors = new TreeMap<>(detectors);
  }

  @Override
  protected void doHealthCheck(Health.Builder health) {
    health.up();
    detectors.forEach(
        (name, detector) -> {
          DetectorSpec spec = detector.spec();
          health.withDetail(
              name,
              "%s, %d classes, %dx%d"
                  .formatted(
                      spec.layout().task().name().toLowerCase(Locale.ROOT),
                      spec.layout().classes(),
                      spec.inputWidth(),
                      spec.inputHeight()));
          // Not detect, which metrics would count.
          detector.outputs(GreyPicture.of(spec));
        });
  }
}
