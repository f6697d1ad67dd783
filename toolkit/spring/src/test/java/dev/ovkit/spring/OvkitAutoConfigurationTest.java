package dev.ovkit.spring;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ovkit.OptionException;
import dev.ovkit.OvkitException;
import dev.ovkit.vision.Detector;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.context.properties.bind.UnboundConfigurationPropertiesException;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.boot.health.contributor.Status;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;

/** What a configuration makes of an application. */
class OvkitAutoConfigurationTest {

  private static final Path MODELS = Path.of(System.getProperty("ovkit.home"), "ir-models");
  private static final String IR = MODELS.resolve("conveyor-parts.xml").toString();

  private final ApplicationContextRunner runner =
      new ApplicationContextRunner()
          .withConfiguration(
              AutoConfigurations.of(
                  OvkitAutoConfiguration.class,
                  OvkitHealthAutoConfiguration.class,
                  OvkitMetricsAutoConfiguration.class));

  @Test
  void eachModelIsABeanWithItsOwnSettings() {
    runner
        .withPropertyValues(
            "ovkit.models.belt.ir=" + IR,
            "ovkit.models.belt.requests=2",
            "ovkit.models.belt.threads=1",
            "ovkit.models.yard.ir=" + Path.of(IR).toUri(),
            "ovkit.models.yard.hint=throughput",
            "ovkit.models.yard.max-detections=1")
        .run(
            context -> {
              assertThat(context.getBeansOfType(Detector.class)).containsOnlyKeys("belt", "yard");
              Detector belt = context.getBean("belt", Detector.class);
              assertThat(belt.requests()).isEqualTo(2);
              assertThat(belt.property("INFERENCE_NUM_THREADS")).isEqualTo("1");
              Detector yard = context.getBean("yard", Detector.class);
              assertThat(yard.property("PERFORMANCE_HINT")).isEqualTo("THROUGHPUT");
              Path picture = MODELS.resolve("pictures/000000.jpg");
              assertThat(yard.detect(picture).objects()).hasSize(1);
              assertThat(belt.detect(picture).objects()).hasSizeGreaterThan(1);
            });
  }

  @Test
  void withoutModelsThereIsNothing() {
    runner.run(
        context ->
            assertThat(context)
                .hasNotFailed()
                .doesNotHaveBean(Detector.class)
                .doesNotHaveBean(HealthIndicator.class)
                .doesNotHaveBean(DetectorMetrics.class));
  }

  @Test
  void anApplicationNeedsNeitherActuatorNorMicrometer() {
    runner
        .withClassLoader(
            new FilteredClassLoader("org.springframework.boot.health", "io.micrometer"))
        .withPropertyValues("ovkit.models.belt.ir=" + IR)
        .run(context -> assertThat(context).hasNotFailed().hasSingleBean(Detector.class));
  }

  @Test
  void aDetectorThatDoesNotRunIsDown() {
    runner
        .withPropertyValues("ovkit.models.belt.ir=" + IR)
        .run(
            context -> {
              HealthIndicator health = context.getBean(HealthIndicator.class);
              assertThat(health.health().getStatus()).isEqualTo(Status.UP);
              context.getBean(Detector.class).close();
              assertThat(health.health().getStatus()).isEqualTo(Status.DOWN);
            });
  }

  @Test
  void aMisspelledKeyIsNotIgnored() {
    runner
        .withPropertyValues("ovkit.models.belt.ir=" + IR, "ovkit.models.belt.confidance=0.5")
        .run(
            context ->
                assertThat(context)
                    .getFailure()
                    .hasStackTraceContaining("ovkit.models.belt.confidance")
                    .rootCause()
                    .isInstanceOf(UnboundConfigurationPropertiesException.class));
  }

  @Test
  void aModelThatCannotBeOpenedIsNamed() {
    runner
        .withPropertyValues("ovkit.models.belt.requests=2")
        .run(
            context ->
                assertThat(context)
                    .getFailure()
                    .rootCause()
                    .isInstanceOf(OptionException.class)
                    .hasMessage(
                        "ovkit.models.belt.ir is missing; give the .xml of an IR, which 'ovkit convert' makes"));
    runner
        .withPropertyValues("ovkit.models.belt.ir=classpath:/none.xml")
        .run(
            context ->
                assertThat(context)
                    .getFailure()
                    .rootCause()
                    .hasMessage(
                        "ovkit.models.belt.ir: there is no resource 'none.xml' on the class path"));
    runner
        .withPropertyValues("ovkit.models.belt.ir=/nowhere/model.xml")
        .run(
            context -> {
              Throwable failure = context.getStartupFailure();
              assertThat(failure).isNotNull();
              FailureAnalysis analysis = new OvkitFailureAnalyzer().analyze(failure);
              assertThat(analysis).isNotNull();
              assertThat(analysis.getCause()).isInstanceOf(OvkitException.class);
              assertThat(analysis.getDescription())
                  .startsWith("A detector cannot be opened: ")
                  .contains("/nowhere/model.xml");
            });
  }
}
