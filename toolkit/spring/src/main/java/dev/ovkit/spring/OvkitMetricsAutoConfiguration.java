package dev.ovkit.spring;

import dev.ovkit.vision.Detector;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.Map;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.context.annotation.Bean;

/** Measures detectors in an application that has Micrometer. */
@AutoConfiguration(after = OvkitAutoConfiguration.class)
@ConditionalOnClass(MeterRegistry.class)
@ConditionalOnBean(Detector.class)
public final class OvkitMetricsAutoConfiguration {

  OvkitMetricsAutoConfiguration() {}

  @Bean
  DetectorMetrics ovkitMetrics(Map<String, Detector> detectors) {
    return new DetectorMetrics(detectors);
  }
}
