package dev.ovkit.cli.server;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.ovkit.cli.print.Json;
import dev.ovkit.internal.json.DetectionsJson;
import dev.ovkit.vision.Detector;
import java.io.ByteArrayOutputStream;
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
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Clients that ask a server without end for the objects on three pictures at once, and compare each
 * answer with what the version that it names finds.
 */
final class ReplacementLoad implements AutoCloseable {

  private static final String BOUNDARY = "----pictures";
  private static final ObjectMapper JSON = new ObjectMapper();

  /** What each version is like, as soon as it is on disk. */
  final Map<String, PartsVersion> versions = new ConcurrentHashMap<>();

  final List<String> wrong = new CopyOnWriteArrayList<>();
  final AtomicInteger answers = new AtomicInteger();

  private final Map<PartsVersion, List<JsonNode>> expected = new ConcurrentHashMap<>();
  private final List<Path> pictures = new ArrayList<>();
  private final List<Thread> clients = new ArrayList<>();
  private final AtomicBoolean over = new AtomicBoolean();

  ReplacementLoad(Path scratch) throws IOException {
    for (int i = 0; i < 3; i++) {
      pictures.add(PartsVersion.IR.resolveSibling("pictures/00000%d.jpg".formatted(i)));
    }
    for (PartsVersion version : List.of(PartsVersion.AS_IT_IS, PartsVersion.CAPITALS)) {
      Path folder = scratch.resolve("expected-" + version);
      version.write(folder);
      List<JsonNode> found = new ArrayList<>();
      try (Detector detector = Detector.open(folder.resolve("model.xml"))) {
        for (Path picture : pictures) {
          found.add(
              JSON.readTree(Json.line(DetectionsJson.picture(picture, detector.detect(picture))))
                  .get("detections"));
        }
      }
      expected.put(version, found);
    }
    if (expected.get(PartsVersion.AS_IT_IS).equals(expected.get(PartsVersion.CAPITALS))) {
      throw new IllegalStateException("the two versions find the same");
    }
  }

  void start(String url, int count) throws IOException {
    byte[] body = body();
    for (int i = 0; i < count; i++) {
      Thread client = new Thread(() -> ask(URI.create(url), body), "client-" + i);
      client.start();
      clients.add(client);
    }
  }

  private byte[] body() throws IOException {
    ByteArrayOutputStream body = new ByteArrayOutputStream();
    for (Path picture : pictures) {
      String name = picture.getFileName().toString();
      body.writeBytes(
          "--%s\r\nContent-Disposition: form-data; name=\"%s\"; filename=\"%s\"\r\n\r\n"
              .formatted(BOUNDARY, name, name)
              .getBytes(StandardCharsets.US_ASCII));
      body.writeBytes(Files.readAllBytes(picture));
      body.writeBytes("\r\n".getBytes(StandardCharsets.US_ASCII));
    }
    body.writeBytes("--%s--\r\n".formatted(BOUNDARY).getBytes(StandardCharsets.US_ASCII));
    return body.toByteArray();
  }

  private void ask(URI address, byte[] body) {
    HttpClient client = HttpClient.newHttpClient();
    HttpRequest request =
        HttpRequest.newBuilder(address)
            .header("Content-Type", "multipart/form-data; boundary=" + BOUNDARY)
            .POST(HttpRequest.BodyPublishers.ofByteArray(body))
            .build();
    while (!over.get()) {
      try {
        check(client.send(request, HttpResponse.BodyHandlers.ofByteArray()));
      } catch (IOException | InterruptedException e) {
        wrong.add("no answer: " + e);
      }
    }
  }

  private void check(HttpResponse<byte[]> response) throws IOException {
    answers.incrementAndGet();
    if (response.statusCode() != 200) {
      wrong.add(response.statusCode() + " " + new String(response.body(), StandardCharsets.UTF_8));
      return;
    }
    ObjectNode answer = (ObjectNode) JSON.readTree(response.body());
    PartsVersion version = versions.get(answer.get("model_version").asText());
    List<JsonNode> found = new ArrayList<>();
    answer.get("pictures").forEach(picture -> found.add(picture.get("detections")));
    if (version == null || !found.equals(expected.get(version))) {
      wrong.add(
          "not by version %s (%s): %s".formatted(answer.get("model_version"), version, answer));
    }
  }

  @Override
  public void close() {
    over.set(true);
    try {
      for (Thread client : clients) {
        client.join();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
