package dev.ovkit.serve;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.jr.ob.JSON;
import dev.ovkit.serve.model.ServedModel;
import dev.ovkit.serve.model.WatchedModels;
import dev.ovkit.vision.Detector;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;

/** A server with the demo's model, and a client of it. */
final class ServedDemo implements AutoCloseable, ServerListener {

  static final Path HOME = Path.of(System.getProperty("ovkit.home", "../.."));
  static final Path IR = HOME.resolve("ir-models/conveyor-parts.xml");
  static final String MODEL = "conveyor-parts";
  static final String DETECT = "/v1/models/" + MODEL + "/detect";
  static final String INFER = "/v2/models/" + MODEL + "/infer";

  final DetectionServer server;
  final List<AnsweredRequest> answered = new CopyOnWriteArrayList<>();
  final List<Throwable> failures = new CopyOnWriteArrayList<>();
  final List<String> notices = new CopyOnWriteArrayList<>();
  private final HttpClient client =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

  ServedDemo() {
    this(ServerOptions.defaults());
  }

  ServedDemo(ServerOptions options) {
    this(options, ServedModel.of(IR));
  }

  ServedDemo(ServerOptions options, ServedModel... models) {
    server = DetectionServer.start(options.withPort(0), List.of(models), this);
  }

  /** Follows the models, but looks at their files only when it is told to. */
  ServedDemo(WatchedModels models) {
    server =
        DetectionServer.start(
            ServerOptions.defaults().withPort(0), models.withPeriod(Duration.ofDays(1)), this);
  }

  @Override
  public void answered(AnsweredRequest request) {
    answered.add(request);
  }

  @Override
  public void failed(String id, Throwable failure) {
    failures.add(failure);
  }

  @Override
  public void noticed(String message) {
    notices.add(message);
  }

  static byte[] picture(int number) {
    try {
      return Files.readAllBytes(HOME.resolve("ir-models/pictures/00000%d.jpg".formatted(number)));
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  static Detector detector() {
    return Detector.open(IR);
  }

  HttpRequest.Builder request(String path) {
    return HttpRequest.newBuilder(URI.create(server.url() + path));
  }

  HttpResponse<byte[]> send(HttpRequest.Builder request) throws IOException, InterruptedException {
    return client.send(request.build(), HttpResponse.BodyHandlers.ofByteArray());
  }

  HttpResponse<byte[]> get(String path) throws IOException, InterruptedException {
    return send(request(path));
  }

  HttpResponse<byte[]> post(String path, String type, byte[] body)
      throws IOException, InterruptedException {
    return send(
        request(path)
            .header("Content-Type", type)
            .POST(HttpRequest.BodyPublishers.ofByteArray(body)));
  }

  HttpResponse<byte[]> post(String path, String json) throws IOException, InterruptedException {
    return post(path, "application/json", json.getBytes(StandardCharsets.UTF_8));
  }

  static Map<String, Object> json(HttpResponse<byte[]> response) throws IOException {
    return JSON.std.mapFrom(response.body());
  }

  static Map<String, Object> ok(HttpResponse<byte[]> response) throws IOException {
    assertThat(response.statusCode()).as(text(response)).isEqualTo(200);
    return json(response);
  }

  /** Checks the form of an error, and returns its message. */
  static String error(HttpResponse<byte[]> response, int status) throws IOException {
    assertThat(response.statusCode()).as(text(response)).isEqualTo(status);
    assertThat(response.headers().firstValue("Content-Type")).contains("application/json");
    Map<String, Object> object = json(response);
    assertThat(object).containsOnlyKeys("error");
    return (String) object.get("error");
  }

  static String text(HttpResponse<byte[]> response) {
    return new String(response.body(), StandardCharsets.UTF_8);
  }

  @Override
  public void close() {
    server.close();
  }
}
