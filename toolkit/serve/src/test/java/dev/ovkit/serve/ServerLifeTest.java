package dev.ovkit.serve;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.fasterxml.jackson.jr.ob.JSON;
import dev.ovkit.ModelException;
import dev.ovkit.serve.model.ServedModel;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** How a server begins, what it is like under load, and how it ends. */
@Timeout(180)
class ServerLifeTest {

  @TempDir private Path temp;

  @Test
  void aModelThatCannotBeServedEndsTheStart() throws Exception {
    Path broken = temp.resolve("broken.xml");
    Files.writeString(broken, "<net/>");
    Files.write(temp.resolve("broken.bin"), new byte[0]);
    assertThatExceptionOfType(ModelException.class)
        .isThrownBy(
            () ->
                DetectionServer.start(
                    ServerOptions.defaults().withPort(0),
                    ServedModel.of(ServedDemo.IR),
                    ServedModel.of(broken)));
  }

  /** While a model is being loaded, another thread looks at the server. */
  @Test
  void itIsAliveButNotReadyWhileModelsAreLoaded() throws Exception {
    List<Integer> seen = new ArrayList<>();
    List<String> answers = new ArrayList<>();
    AtomicInteger port = new AtomicInteger();
    try (java.net.ServerSocket free = new java.net.ServerSocket(0)) {
      port.set(free.getLocalPort());
    }
    ServerListener listener =
        new ServerListener() {
          @Override
          public void noticed(String message) {
            if (!message.startsWith("first")) {
              return;
            }
            for (String path :
                List.of(
                    "/v2/health/live",
                    "/v2/health/ready",
                    "/v2/models/first/ready",
                    "/v2/models/second/ready",
                    "/v2/models/second")) {
              String answer = get(port.get(), path);
              seen.add(Integer.parseInt(answer.substring(9, 12)));
              answers.add(answer);
            }
          }
        };
    try (DetectionServer server =
        DetectionServer.start(
            ServerOptions.defaults().withPort(port.get()),
            List.of(
                ServedModel.of("first", ServedDemo.IR), ServedModel.of("second", ServedDemo.IR)),
            listener)) {
      assertThat(seen).containsExactly(200, 503, 200, 503, 503);
      assertThat(answers.get(4)).contains("Retry-After: 1", "the model is being loaded");
      assertThat(server.isReady()).isTrue();
    }
  }

  private static String get(int port, String path) {
    try (Socket socket = new Socket("127.0.0.1", port)) {
      socket
          .getOutputStream()
          .write(
              "GET %s HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
                  .formatted(path)
                  .getBytes(StandardCharsets.US_ASCII));
      return new String(socket.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Clients that ask without end are cut off by the end alone: each answer is whole. */
  @Test
  void whatWasAcceptedIsAnsweredBeforeTheEnd() throws Exception {
    ServedDemo demo = new ServedDemo(ServerOptions.defaults().withGrace(Duration.ofSeconds(60)));
    int clients = 8;
    CountDownLatch warm = new CountDownLatch(clients * 3);
    ExecutorService threads = Executors.newFixedThreadPool(clients);
    List<Future<Map<Integer, Integer>>> all = new ArrayList<>();
    for (int i = 0; i < clients; i++) {
      byte[] picture = ServedDemo.picture(i % 5);
      all.add(
          threads.submit(
              () -> {
                Map<Integer, Integer> statuses = new TreeMap<>();
                try {
                  while (true) {
                    HttpResponse<byte[]> response =
                        demo.post(ServedDemo.DETECT, "image/jpeg", picture);
                    statuses.merge(response.statusCode(), 1, Integer::sum);
                    if (response.statusCode() == 200) {
                      assertThat(ServedDemo.json(response)).containsKey("pictures");
                    }
                    warm.countDown();
                  }
                } catch (IOException e) {
                  return statuses; // the server has ended
                }
              }));
    }
    warm.await();
    demo.close();
    int good = 0;
    for (Future<Map<Integer, Integer>> one : all) {
      Map<Integer, Integer> statuses = one.get();
      assertThat(statuses.keySet()).isSubsetOf(200, 503);
      good += statuses.getOrDefault(200, 0);
    }
    threads.shutdown();
    assertThat(good).isGreaterThanOrEqualTo(clients * 3);
    assertThat(demo.answered.stream().filter(one -> one.status() == 200)).hasSize(good);
    assertThat(demo.answered.stream().map(AnsweredRequest::status)).isSubsetOf(200, 503);
    assertThat(demo.failures).isEmpty();
    assertThat(demo.notices).noneMatch(one -> one.contains("grace"));
  }

  @Test
  void aRequestWhoseBodyIsOnItsWayIsStillAnswered() throws Exception {
    ServedDemo demo = new ServedDemo(ServerOptions.defaults().withGrace(Duration.ofSeconds(60)));
    byte[] picture = ServedDemo.picture(0);
    try (Socket socket = new Socket("127.0.0.1", demo.server.port())) {
      OutputStream out = socket.getOutputStream();
      out.write(
          "POST %s HTTP/1.1\r\nHost: localhost\r\nExpect: 100-continue\r\nContent-Length: %d\r\n\r\n"
              .formatted(ServedDemo.DETECT, picture.length)
              .getBytes(StandardCharsets.US_ASCII));
      InputStream in = socket.getInputStream();
      assertThat(new String(in.readNBytes(25), StandardCharsets.US_ASCII))
          .isEqualTo("HTTP/1.1 100 Continue\r\n\r\n");
      Thread end = new Thread(demo::close);
      end.start();
      while (demo.server.isReady()) {
        Thread.sleep(5);
      }
      out.write(picture);
      String answer = new String(in.readAllBytes(), StandardCharsets.UTF_8);
      assertThat(answer).startsWith("HTTP/1.1 200 OK").contains("\"detections\":");
      end.join();
    }
    assertThat(demo.answered).hasSize(1);
  }

  @Test
  void aClosedServerIsClosedOnce() {
    ServedDemo demo = new ServedDemo();
    demo.close();
    demo.close();
    assertThat(demo.server.isReady()).isFalse();
  }

  @Test
  void moreThanCanBeReceivedIsRefusedForNow() throws Exception {
    ServerLimits limits = ServerLimits.defaults().withBodies(4_000);
    try (ServedDemo demo = new ServedDemo(ServerOptions.defaults().withLimits(limits))) {
      HttpResponse<byte[]> response =
          demo.post(ServedDemo.DETECT, "image/jpeg", ServedDemo.picture(0));
      assertThat(ServedDemo.error(response, 429)).contains("as much as it has memory for");
      assertThat(response.headers().firstValue("Retry-After")).contains("1");
    }
  }

  @Test
  void whatCannotBeAnsweredInTimeIsRefused() throws Exception {
    try (ServedDemo demo = new ServedDemo()) {
      String infer =
          "{\"inputs\":[{\"name\":\"pixels\",\"datatype\":\"UINT8\",\"shape\":[1,1,3],\"data\":[1,2,3]}],\"parameters\":{\"timeout\":1}}";
      HttpResponse<byte[]> response = demo.post(ServedDemo.INFER, infer);
      assertThat(ServedDemo.error(response, 429)).contains("the server is busy");
      assertThat(response.headers().firstValue("Retry-After")).contains("1");
      ServedDemo.ok(demo.post(ServedDemo.INFER, infer.replace(":1}}", ":60000000}}")));
    }
  }

  /** A byte now and then keeps a connection from being silent, but not from being ended. */
  @Test
  void headersThatTrickleInAreGivenUp() throws Exception {
    ServerLimits limits = ServerLimits.defaults().withReceive(Duration.ofSeconds(1));
    try (ServedDemo demo = new ServedDemo(ServerOptions.defaults().withLimits(limits));
        Socket socket = new Socket("127.0.0.1", demo.server.port())) {
      socket
          .getOutputStream()
          .write("GET /v2 HTTP/1.1\r\nX-A: ".getBytes(StandardCharsets.US_ASCII));
      try {
        while (true) { // the test's own time limit ends this
          socket.getOutputStream().write('a');
          Thread.sleep(50);
        }
      } catch (IOException e) {
        assertThat(demo.server.isReady()).isTrue();
      }
      ServedDemo.ok(demo.get("/v2"));
    }
  }

  /** So does a body that trickles in. */
  @Test
  void aBodyThatTricklesInIsGivenUp() throws Exception {
    ServerLimits limits = ServerLimits.defaults().withReceive(Duration.ofSeconds(1));
    try (ServedDemo demo = new ServedDemo(ServerOptions.defaults().withLimits(limits));
        Socket socket = new Socket("127.0.0.1", demo.server.port())) {
      socket
          .getOutputStream()
          .write(
              "POST %s HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000000\r\n\r\n"
                  .formatted(ServedDemo.DETECT)
                  .getBytes(StandardCharsets.US_ASCII));
      while (demo.answered.isEmpty()) {
        socket.getOutputStream().write('a');
        Thread.sleep(50);
      }
      assertThat(demo.answered.get(0).status()).isEqualTo(408);
    }
  }

  // ---- what the server says of itself

  @SuppressWarnings("unchecked")
  @Test
  void theDocumentDescribesEveryRouteAndNoOther() throws Exception {
    try (ServedDemo demo = new ServedDemo()) {
      Map<String, Object> document = ServedDemo.ok(demo.get("/openapi.json"));
      TreeSet<String> described = new TreeSet<>();
      ((Map<String, Map<String, Object>>) document.get("paths"))
          .forEach(
              (path, methods) ->
                  methods.forEach(
                      (method, what) -> {
                        String name = method.toUpperCase(java.util.Locale.ROOT) + " " + path;
                        boolean open = ((Map<String, Object>) what).containsKey("security");
                        described.add(name + (open ? " open" : ""));
                      }));
      TreeSet<String> routes = new TreeSet<>();
      for (ServedRoute route : Routes.ALL) {
        routes.add(route.method() + " " + route.template() + (route.open() ? " open" : ""));
      }
      assertThat(described).isEqualTo(routes);
      assertThat(references(document)).isNotEmpty().allMatch(name -> exists(document, name));
    }
  }

  private static TreeSet<String> references(Object value) {
    TreeSet<String> all = new TreeSet<>();
    if (value instanceof Map<?, ?> map) {
      map.forEach(
          (key, one) -> {
            if (key.equals("$ref")) {
              all.add((String) one);
            } else {
              all.addAll(references(one));
            }
          });
    } else if (value instanceof List<?> list) {
      list.forEach(one -> all.addAll(references(one)));
    }
    return all;
  }

  private static boolean exists(Map<String, Object> document, String reference) {
    Object at = document;
    for (String key : reference.substring(2).split("/")) {
      at = at instanceof Map<?, ?> map ? map.get(key) : null;
    }
    return at != null;
  }

  @Test
  void metricsCountWhatWasDone() throws Exception {
    try (ServedDemo demo = new ServedDemo()) {
      for (int i = 0; i < 3; i++) {
        ServedDemo.ok(demo.post(ServedDemo.DETECT, "image/jpeg", ServedDemo.picture(i)));
      }
      ServedDemo.error(demo.post(ServedDemo.DETECT, "image/jpeg", new byte[1]), 400);
      ServedDemo.error(demo.get("/somewhere/else"), 404);
      while (demo.answered.size() < 5) {
        Thread.sleep(5);
      }
      HttpResponse<byte[]> page = demo.get("/metrics");
      assertThat(page.headers().firstValue("Content-Type").orElseThrow()).startsWith("text/plain");
      String model = "model=\"conveyor-parts\",";
      assertThat(ServedDemo.text(page).lines())
          .contains(
              "ovkit_requests_total{code=\"200\",%sroute=\"detect\",version=\"1\"} 3.0"
                  .formatted(model),
              "ovkit_requests_total{code=\"400\",%sroute=\"detect\",version=\"1\"} 1.0"
                  .formatted(model),
              "ovkit_requests_total{code=\"404\",model=\"\",route=\"none\",version=\"\"} 1.0",
              "ovkit_pictures_total{%sversion=\"1\"} 3.0".formatted(model),
              "ovkit_stage_seconds_count{%sstage=\"infer\",version=\"1\"} 3".formatted(model),
              "ovkit_request_seconds_count{route=\"detect\"} 4",
              "ovkit_queue_wait_seconds_count 4",
              "ovkit_queue_length 0.0",
              "ovkit_workers_busy 0.0",
              "ovkit_models 1.0",
              "ovkit_models_ready 1.0",
              "ovkit_bodies_bytes 0.0")
          .anyMatch(line -> line.startsWith("process_resident_memory_bytes "))
          .anyMatch(line -> line.startsWith("process_open_fds "));
      assertThat(ServedDemo.text(page)).contains("ovkit_received_bytes_total");
      HttpResponse<byte[]> open =
          demo.send(demo.request("/metrics").header("Accept", "application/openmetrics-text"));
      assertThat(ServedDemo.text(open)).endsWith("# EOF\n");
    }
  }

  @Test
  void theFiveLinesOfTheLibraryServe() throws Exception {
    ServedModel parts = ServedModel.of("parts", ServedDemo.IR);
    try (DetectionServer server =
        DetectionServer.start(ServerOptions.defaults().withPort(0), parts)) {
      assertThat(get(server.port(), "/v1/models")).contains("\"name\":\"parts\"");
      assertThat(JSON.std.asString(Map.of("url", server.url()))).contains("http://127.0.0.1:");
    }
  }
}
