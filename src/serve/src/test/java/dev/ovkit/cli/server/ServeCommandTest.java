package dev.ovkit.cli.server;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** {@code ovkit serve} as a user runs it, with the demo's model. */
@Tag("integration")
@Timeout(180)
class ServeCommandTest {

  private static final Path HOME = Path.of(System.getProperty("ovkit.home"));
  private static final Path IR = HOME.resolve("ir-models/conveyor-parts.xml");
  private static final Path PICTURE = HOME.resolve("ir-models/pictures/000000.jpg");
  private static final Pattern SERVING =
      Pattern.compile("ovkit: serving at (http://\\S+); stop with Ctrl-C or SIGTERM");
  private static final ObjectMapper JSON = new ObjectMapper();

  @TempDir private Path temp;

  private Path out;
  private Path err;

  @BeforeEach
  void files() {
    out = temp.resolve("stdout");
    err = temp.resolve("stderr");
  }

  private Process start(Object... arguments) throws IOException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.add("--enable-native-access=ALL-UNNAMED");
    for (String folder : List.of("ovkit.native.dir", "ovkit.cache.dir")) {
      String given = System.getProperty(folder);
      if (given != null) {
        command.add("-D" + folder + "=" + given);
      }
    }
    command.add("-cp");
    command.add(
        System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")));
    command.add("dev.ovkit.cli.Main");
    for (Object argument : arguments) {
      command.add(argument.toString());
    }
    return new ProcessBuilder(command)
        .redirectOutput(out.toFile())
        .redirectError(err.toFile())
        .start();
  }

  private String err() throws IOException {
    return Files.readString(err, StandardCharsets.UTF_8);
  }

  private void refuses(int exitCode, String message, Object... arguments) throws Exception {
    assertThat(start(arguments).waitFor()).as(err()).isEqualTo(exitCode);
    assertThat(err()).contains(message).doesNotContain("\tat ", "SLF4J");
    assertThat(out).isEmptyFile();
  }

  @Test
  void theFirstAnswerIsThatOfInferAndSigtermEndsIt() throws Exception {
    assertThat(start("infer", IR, PICTURE, "--json").waitFor()).as(err()).isZero();
    JsonNode expected = JSON.readTree(out.toFile()).get("pictures").get(0);
    Process server = start("serve", "parts=" + IR, "--port", "0", "--grpc-port", "0");
    try {
      Matcher serving = SERVING.matcher(err());
      while (!serving.find()) {
        assertThat(server.isAlive()).as(err()).isTrue();
        Thread.sleep(20);
        serving = SERVING.matcher(err());
      }
      HttpResponse<byte[]> response =
          HttpClient.newHttpClient()
              .send(
                  HttpRequest.newBuilder(URI.create(serving.group(1) + "/v1/models/parts/detect"))
                      .header("X-Request-Id", "first")
                      .POST(HttpRequest.BodyPublishers.ofFile(PICTURE))
                      .build(),
                  HttpResponse.BodyHandlers.ofByteArray());
      assertThat(response.statusCode()).isEqualTo(200);
      JsonNode found = JSON.readTree(response.body()).get("pictures").get(0);
      assertThat(found.get("detections")).isEqualTo(expected.get("detections"));
      assertThat(found.get("detections")).isNotEmpty();
      server.destroy(); // SIGTERM
      assertThat(server.waitFor()).as(err()).isZero();
    } finally {
      server.destroyForcibly();
    }
    assertThat(err())
        .contains("ovkit: parts, version 1: ready", "ovkit: try: curl --data-binary @PICTURE")
        .containsPattern("ovkit: gRPC alone at 127\\.0\\.0\\.1:\\d+\n")
        .doesNotContain("SLF4J", "jetty");
    List<String> lines = Files.readAllLines(out);
    assertThat(lines).hasSize(1);
    assertThat(JSON.readTree(lines.get(0)).get("id").asText()).isEqualTo("first");
  }

  @Test
  void whatCannotBeServedIsRefusedWithTheWayOut() throws Exception {
    refuses(2, "no model was given; expected MODEL.xml, a folder of models", "serve");
    refuses(
        2,
        "0.0.0.0: other machines could use this server without being known; give --token-file FILE,"
            + " or --cert and --key, or --insecure",
        "serve",
        IR,
        "--host",
        "0.0.0.0",
        "--port",
        "0");
    refuses(2, "--cert and --key belong together", "serve", IR, "--cert", "a.pem");
    refuses(2, "--client-ca needs TLS", "serve", IR, "--client-ca", "a.pem");
    refuses(2, "--port 70000: expected 0 to 65535", "serve", IR, "--port", "70000");
    refuses(
        2, "--grpc-port -1: expected 0 to 65535", "serve", IR, "--port", "0", "--grpc-port", "-1");
    refuses(2, "--grace 100.0: expected seconds, 0.001 to 45", "serve", IR, "--grace", "100");
    refuses(
        2,
        "give a file of lines NAME=TOKEN",
        "serve",
        IR,
        "--port",
        "0",
        "--token-file",
        temp.resolve("missing"));
    refuses(1, "missing.xml", "serve", temp.resolve("missing.xml"), "--port", "0");
    refuses(2, "has no model", "serve", Files.createDirectory(temp.resolve("a")), "--port", "0");
    refuses(2, "workers: 100000, expected 1 to", "serve", IR, "--port", "0", "--workers", "100000");
  }
}
