package dev.ovkit.spring;

import dev.ovkit.vision.Detector;
import java.util.Map;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.context.annotation.Bean;

/** Makes detectors part of the health of an application that has the actuator. */
@AutoConfiguration(after = OvkitAutoConfiguration.class)
@ConditionalOnClass(HealthIndicator.class)
@ConditionalOnBean(Detector.class)
public final class OvkitHealthAutoConfiguration {

  OvkitHealthAutoConfiguration() {}

  @Bean
  DetectorHealthIndicator ovkitHealthIndicator(Map<String, Detector> detectors) {
    return new DetectorHealthIndicator(detectors);
  }
}
