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
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
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
    return Files.readString(err, UTF_8);
  }

  /** Waits until the server says where it is. */
  private String url(Process server) throws Exception {
    Matcher serving = SERVING.matcher(err());
    while (!serving.find()) {
      assertThat(server.isAlive()).as(err()).isTrue();
      Thread.sleep(20);
      serving = SERVING.matcher(err());
    }
    return serving.group(1);
  }

  private static HttpRequest detect(String url, String model) throws IOException {
    return HttpRequest.newBuilder(URI.create("%s/v1/models/%s/detect".formatted(url, model)))
        .header("X-Request-Id", "first")
        .POST(HttpRequest.BodyPublishers.ofFile(PICTURE))
        .build();
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
      HttpResponse<byte[]> response =
          HttpClient.newHttpClient()
              .send(detect(url(server), "parts"), HttpResponse.BodyHandlers.ofByteArray());
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

  /** What the log says was answered has arrived; nothing else but a refusal has. */
  @Test
  void sigtermUnderLoadAnswersWhatWasAccepted() throws Exception {
    Process server =
        start("serve", "parts=" + IR, "--port", "0", "--timeout", "600", "--grace", "45");
    AtomicInteger good = new AtomicInteger();
    List<String> wrong = new CopyOnWriteArrayList<>();
    try {
      HttpRequest request = detect(url(server), "parts");
      List<Thread> clients = new ArrayList<>();
      for (int i = 0; i < 6; i++) {
        Thread client = new Thread(() -> ask(request, good, wrong));
        client.start();
        clients.add(client);
      }
      while (good.get() < 30) { // the test's own time limit ends this
        Thread.sleep(5);
      }
      server.destroy(); // SIGTERM
      for (Thread client : clients) {
        client.join();
      }
      assertThat(server.waitFor()).as(err()).isZero();
    } finally {
      server.destroyForcibly();
    }
    assertThat(wrong).isEmpty();
    List<Integer> logged = new ArrayList<>();
    for (String line : Files.readAllLines(out)) {
      logged.add(JSON.readTree(line).get("status").asInt());
    }
    assertThat(logged).isSubsetOf(200, 503);
    assertThat(logged.stream().filter(status -> status == 200)).hasSize(good.get());
    assertThat(err()).doesNotContain("grace");
  }

  private static void ask(HttpRequest request, AtomicInteger good, List<String> wrong) {
    HttpClient client = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    while (true) {
      try {
        HttpResponse<byte[]> response =
            client.send(request, HttpResponse.BodyHandlers.ofByteArray());
        if (response.statusCode() == 200
            && JSON.readTree(response.body()).get("pictures").get(0).has("detections")) {
          good.incrementAndGet();
        } else if (response.statusCode() != 503) {
          wrong.add(response.statusCode() + ": " + new String(response.body(), UTF_8));
        }
      } catch (IOException e) {
        return; // the server has ended
      } catch (InterruptedException e) {
        throw new IllegalStateException(e);
      }
    }
  }

  @Test
  void modelsAreFollowedWhileItRuns() throws Exception {
    Path parts = temp.resolve("models/parts");
    PartsVersion.AS_IT_IS.write(parts.resolve("1"));
    Process server = start("serve", parts, "--port", "0", "--weight", "parts=2");
    try {
      HttpRequest request = detect(url(server), "parts");
      PartsVersion.CRASHING.write(parts.resolve("2"));
      PartsVersion.CAPITALS.write(parts.resolve("3"));
      JsonNode answer;
      do { // the test's own time limit ends this
        answer =
            JSON.readTree(
                HttpClient.newHttpClient()
                    .send(request, HttpResponse.BodyHandlers.ofByteArray())
                    .body());
        Thread.sleep(50);
      } while (answer.get("model_version").asText().equals("1"));
      assertThat(answer.get("model_version").asText()).isEqualTo("3");
      assertThat(answer.toString()).contains("BEARING").doesNotContain("bearing");
      server.destroy();
      assertThat(server.waitFor()).as(err()).isZero();
    } finally {
      server.destroyForcibly();
    }
    assertThat(err())
        .contains(
            "ovkit: parts, version 2: refused; what is loaded goes on: ",
            "crashes on it; make the IR again",
            "ovkit: parts, version 3: ready");
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
    refuses(
        2,
        "--weight part: there is no such model; expected one of conveyor-parts",
        "serve",
        IR,
        "--port",
        "0",
        "--weight",
        "part=2");
    refuses(
        2, "--weight a=0: expected NAME=N, with N from 1 to 100", "serve", IR, "--weight", "a=0");
    refuses(2, "workers: 100000, expected 1 to", "serve", IR, "--port", "0", "--workers", "100000");
  }
}
