package dev.ovkit.spring;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ovkit.model.Detection;
import dev.ovkit.spring.sample.StreetApplication;
import dev.ovkit.vision.Detector;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.springframework.boot.SpringApplication;
import org.springframework.context.ConfigurableApplicationContext;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The sample application of the documentation, asked over HTTP. */
@Tag("integration")
class StreetApplicationTest {

  private static final Path MODELS = Path.of(System.getProperty("ovkit.home"), "ir-models");
  private static final Path IR = MODELS.resolve("conveyor-parts.xml");
  private static final Path PICTURE = MODELS.resolve("pictures/000000.jpg");

  private final HttpClient client = HttpClient.newHttpClient();

  @Test
  void aPostedPictureIsAnsweredAndTheActuatorKnowsIt() throws Exception {
    Detector left;
    try (ConfigurableApplicationContext application =
        SpringApplication.run(
            StreetApplication.class,
            "--ovkit.models.street.ir=" + IR,
            "--ovkit.models.street.confidence=0.5",
            "--server.port=0",
            "--server.address=127.0.0.1",
            "--spring.main.banner-mode=off",
            "--logging.level.root=warn",
            "--management.endpoints.web.exposure.include=health,metrics",
            "--management.endpoint.health.show-details=always")) {
      String server =
          "http://127.0.0.1:" + application.getEnvironment().getProperty("local.server.port");
      left = application.getBean("street", Detector.class);
      List<Detection> expected = left.detect(PICTURE).objects();
      assertThat(expected).isNotEmpty().allMatch(found -> found.score() >= 0.5f);

      JsonNode found =
          json(
              HttpRequest.newBuilder(URI.create(server + "/detect"))
                  .header("Content-Type", "application/octet-stream")
                  .POST(HttpRequest.BodyPublishers.ofFile(PICTURE)));
      assertThat(found.size()).isEqualTo(expected.size());
      for (int i = 0; i < expected.size(); i++) {
        assertThat(found.get(i).get("label").asString()).isEqualTo(expected.get(i).label());
        assertThat(found.get(i).get("score").floatValue()).isEqualTo(expected.get(i).score());
      }

      assertThat(get(server + "/actuator/health").at("/components/ovkit/status").asString())
          .isEqualTo("UP");
      assertThat(get(server + "/actuator/health").at("/components/ovkit/details/street").asString())
          .startsWith("detect, ");
      // The two pictures of above; checks of health are none.
      JsonNode infer =
          get(server + "/actuator/metrics/ovkit.stage?tag=model:street&tag=stage:infer");
      assertThat(infer.at("/measurements/0/value").asInt()).isEqualTo(2);
      assertThat(
              get(server + "/actuator/metrics/ovkit.objects").at("/measurements/0/value").asInt())
          .isEqualTo(2 * expected.size());
    }
    assertThat(org.assertj.core.api.Assertions.catchThrowable(() -> left.detect(PICTURE)))
        .hasMessage("the detector is closed");
  }

  @Test
  void theDocumentationShowsIt() throws Exception {
    Path home = Path.of(System.getProperty("ovkit.home"));
    String sample =
        Files.readString(
            home.resolve(
                "toolkit/spring/src/test/java/dev/ovkit/spring/sample/StreetApplication.java"));
    assertThat(Files.readString(home.resolve("docs/spring.md")))
        .contains(
            sample.substring(sample.indexOf("import ")).replaceFirst("(?m)^/\\*\\*.*\\n", ""));
  }

  private JsonNode get(String address) throws Exception {
    return json(HttpRequest.newBuilder(URI.create(address)));
  }

  private JsonNode json(HttpRequest.Builder request) throws Exception {
    HttpResponse<String> answer =
        client.send(request.build(), HttpResponse.BodyHandlers.ofString());
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
    return JsonMapper.shared().readTree(answer.body());
  }
}
