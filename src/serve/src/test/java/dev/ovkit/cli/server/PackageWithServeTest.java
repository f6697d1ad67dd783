package dev.ovkit.cli.server;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** {@code ovkit package --with serve}: a bundle that serves its model. */
@Tag("integration")
@Timeout(600)
class PackageWithServeTest {

  private static final Path HOME = Path.of(System.getProperty("ovkit.home"));
  private static final Path PICTURE = HOME.resolve("ir-models/pictures/000000.jpg");
  private static final Pattern SERVING =
      Pattern.compile("ovkit: serving at (http://\\S+); stop with Ctrl-C or SIGTERM");
  private static final ObjectMapper JSON = new ObjectMapper();

  @TempDir private Path temp;

  private Process start(Object... words) throws IOException {
    return new ProcessBuilder(Stream.of(words).map(Object::toString).toList())
        .directory(temp.toFile())
        .redirectOutput(temp.resolve("stdout").toFile())
        .redirectError(temp.resolve("stderr").toFile())
        .start();
  }

  private String text(String file) throws IOException {
    return Files.readString(temp.resolve(file), UTF_8);
  }

  private String run(Object... words) throws Exception {
    int code = start(words).waitFor();
    assertThat(code).as(text("stdout") + text("stderr")).isZero();
    return text("stdout");
  }

  private Path packed() throws Exception {
    Path bundle = temp.resolve("app-1.2.0");
    List<Object> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java"));
    command.add("--enable-native-access=ALL-UNNAMED");
    command.add("-Dovkit.native.dir=" + System.getProperty("ovkit.native.dir"));
    command.add("-cp");
    command.add(
        System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")));
    command.add("dev.ovkit.cli.Main");
    command.addAll(
        List.of(
            "package",
            HOME.resolve("ir-models/conveyor-parts.xml"),
            "--golden",
            PICTURE,
            "--unsigned",
            "--with",
            "serve",
            "-o",
            bundle));
    run(command.toArray());
    return bundle;
  }

  @Test
  void itServesItsModelWithoutAFlag() throws Exception {
    Path bundle = packed();
    try (Stream<Path> jars = Files.list(bundle.resolve("lib"))) {
      assertThat(jars.map(jar -> jar.getFileName().toString()))
          .anyMatch(jar -> jar.startsWith("jetty-http2-server-"))
          .anyMatch(jar -> jar.startsWith("protobuf-java-"))
          .noneMatch(jar -> jar.startsWith("ovkit-desk") || jar.startsWith("ovkit-video"));
    }
    assertThat(bundle.resolve("licences/jetty-server/LICENSE")).isNotEmptyFile();
    assertThat(bundle.resolve("licences/slf4j-api/LICENSE.txt")).isNotEmptyFile();
    assertThat(text("app-1.2.0/sbom.cdx.json"))
        .contains("pkg:maven/org.eclipse.jetty/jetty-server@");

    Path launcher = bundle.resolve("bin/ovkit");
    assertThat(run(launcher, "self-test")).contains("it answers with the objects of 000000.jpg");

    JsonNode expected =
        JSON.readTree(run(launcher, "infer", "--json", "--image", PICTURE)).get("pictures").get(0);
    Process server = start(launcher, "serve", "--port", "0");
    try {
      Matcher serving = SERVING.matcher(text("stderr"));
      while (!serving.find()) {
        assertThat(server.isAlive()).as(text("stderr")).isTrue();
        Thread.sleep(20);
        serving = SERVING.matcher(text("stderr"));
      }
      JsonNode answer =
          JSON.readTree(
              HttpClient.newHttpClient()
                  .send(
                      HttpRequest.newBuilder(URI.create(serving.group(1) + "/v1/models/app/detect"))
                          .POST(HttpRequest.BodyPublishers.ofFile(PICTURE))
                          .build(),
                      HttpResponse.BodyHandlers.ofByteArray())
                  .body());
      assertThat(answer.get("model_version").asText()).isEqualTo("1.2.0");
      assertThat(answer.get("pictures").get(0).get("detections"))
          .isEqualTo(expected.get("detections"));
      assertThat(
              HttpClient.newHttpClient()
                  .send(
                      HttpRequest.newBuilder(URI.create(serving.group(1) + "/metrics")).build(),
                      HttpResponse.BodyHandlers.ofString())
                  .body())
          .contains(
              "ovkit_pictures_total{model=\"app\",version=\"1.2.0\"} 1.0", "process_open_fds");
      server.destroy(); // SIGTERM
      assertThat(server.waitFor()).as(text("stderr")).isZero();
    } finally {
      server.destroyForcibly();
    }
    assertThat(text("stderr")).doesNotContain("SLF4J", "WARNING");
  }
}
