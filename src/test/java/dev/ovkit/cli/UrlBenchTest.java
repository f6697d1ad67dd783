package dev.ovkit.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpServer;
import dev.ovkit.cli.print.ExitCode;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code bench --url} against a small server: what it prints, not how fast it is. */
class UrlBenchTest {

  private static final Path PICTURES =
      Path.of(System.getProperty("ovkit.home"), "ir-models", "pictures");

  @TempDir private Path temp;

  private final ExecutorService threads = Executors.newCachedThreadPool();
  private final AtomicInteger asked = new AtomicInteger();
  private HttpServer server;
  private String url;

  @BeforeEach
  void open() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.setExecutor(threads);
    server.start();
    url = "http://127.0.0.1:%d/detect".formatted(server.getAddress().getPort());
  }

  @AfterEach
  void close() {
    server.stop(0);
    threads.shutdownNow();
  }

  /** Every fourth request is refused, after the one that comes before measuring. */
  private void serve() {
    server.createContext(
        "/detect",
        exchange -> {
          exchange.getRequestBody().readAllBytes();
          exchange.sendResponseHeaders(asked.getAndIncrement() % 4 == 1 ? 429 : 200, -1);
          exchange.close();
        });
  }

  private Cli bench(Object... more) {
    Object[] arguments = new Object[9 + more.length];
    System.arraycopy(
        new Object[] {"bench", "--url", url, "--rate", 40, "--seconds", 1, "--warm-up=0", PICTURES},
        0,
        arguments,
        0,
        9);
    System.arraycopy(more, 0, arguments, 9, more.length);
    return Cli.run(arguments);
  }

  @Test
  void theTableCountsAndTimes() {
    serve();
    assertThat(bench("--connections", 7).done())
        .startsWith(
            "load of 40 requests/s for 1 s, after 0 s of warm-up, on at most 7 connections, of 5"
                + " pictures\nsent from ")
        .contains(
            "\n" + url + "\n",
            "  40 requests: 30 succeeded, 10 refused as too many (429), 0 other answers, 0"
                + " timeouts, 0 failed\n",
            "  30.00 requests/s succeeded, of 40\n")
        .containsPattern("(?m)^  ms +count +min +mean +s\\.e\\. +p50 +p90 +p99 +max$")
        .containsPattern("(?m)^  end to end +30 ")
        .containsPattern("(?m)^  from sending +30 ")
        .containsPattern("(?m)^  sent late +30 ")
        .containsPattern("(?m)^  99\\.9 % of them took [\\d.]+ ms or less, from the moment ");
    assertThat(asked).hasValue(41);
  }

  @Test
  void jsonAndHtmlAreInTheFormOfBench() throws IOException {
    serve();
    Path html = temp.resolve("report.html");
    JsonNode root = new ObjectMapper().readTree(bench("--json", "--html", html).done());
    assertThat(root.get("mode").asText()).isEqualTo("load");
    assertThat(root.get("pictures").asInt()).isEqualTo(5);
    assertThat(root.get("environment").get("openvino").isNull()).isTrue();
    JsonNode model = root.get("models").get(0);
    assertThat(model.get("model").asText()).isEqualTo(url);
    assertThat(model.get("settings").get("rate").asDouble()).isEqualTo(40);
    assertThat(model.get("requests").toString())
        .isEqualTo(
            "{\"due\":40,\"succeeded\":30,\"refused\":10,\"other\":0,\"timeouts\":0,\"unsent\":0,"
                + "\"failed\":0,\"failure\":null,\"by_status\":{\"200\":30,\"429\":10}}");
    assertThat(model.get("requests_per_second").asDouble()).isEqualTo(30);
    assertThat(model.get("end_to_end_ms").fieldNames())
        .toIterable()
        .containsExactly(
            "count", "min", "mean", "standard_error", "p50", "p90", "p99", "max", "p99_9");
    assertThat(model.get("from_sending_ms").get("count").asInt()).isEqualTo(30);
    assertThat(model.get("sent_late_ms").get("count").asInt()).isEqualTo(30);
    assertThat(model.get("distributions").get("end_to_end_ms").get("counts")).isNotEmpty();
    assertThat(Files.readString(html, UTF_8))
        .contains("<td>succeeded</td><td>30</td>", "200 30, 429 10", "from sending", url)
        .doesNotContain("warm-up: ", "id=\"stages\"", "id=\"pictures\"");
  }

  @Test
  void csvHasTheThreeTimes() {
    serve();
    assertThat(bench("--csv").done().lines().map(line -> line.split(",")[2]))
        .containsExactly("measure", "end_to_end_ms", "from_sending_ms", "sent_late_ms");
  }

  @Test
  void ifNoRequestSucceedsThatIsAFailure() {
    server.createContext(
        "/detect",
        exchange -> {
          exchange.getRequestBody().readAllBytes();
          exchange.sendResponseHeaders(429, -1);
          exchange.close();
        });
    Cli cli = bench();
    assertThat(cli.exitCode()).isEqualTo(ExitCode.FAILED);
    assertThat(cli.out()).contains("0 succeeded, 40 refused").doesNotContain("end to end");
    assertThat(cli.err().strip()).isEqualTo("ovkit: no request succeeded; see the counts");
  }

  @Test
  void aServerThatIsNotThereIsAFailure() {
    server.stop(0);
    bench()
        .failsWith(
            ExitCode.FAILED, url + ": cannot connect; start the server, or check the address");
  }

  @Test
  void theHelpHasAGroupForIt() {
    assertThat(Cli.run("bench", "--help").done())
        .contains("A server (--url):", "ovkit bench --url URL --rate R [OPTIONS] PICTURE...");
  }
}
