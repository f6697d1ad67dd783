package dev.ovkit.load;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import dev.ovkit.OptionException;
import dev.ovkit.PictureException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Against a small server on this machine. */
class LoadGeneratorTest {

  private static final String PASSWORD = "changeit";

  @TempDir private Path temp;

  private final ExecutorService threads = Executors.newCachedThreadPool();
  private final AtomicInteger asked = new AtomicInteger();
  private final Set<String> heads = ConcurrentHashMap.newKeySet();
  private final List<byte[]> bodies = new CopyOnWriteArrayList<>();
  private HttpServer server;
  private Path picture;

  @BeforeEach
  void open() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.setExecutor(threads);
    server.start();
    picture = Files.write(temp.resolve("a.jpg"), new byte[] {-1, -40, -1, 1, 2, 3});
  }

  @AfterEach
  void close() {
    server.stop(0);
    threads.shutdownNow();
  }

  /** What a server does with request number n, from 0; the first is the one before measuring. */
  private interface Behaviour {
    int status(int number) throws InterruptedException;
  }

  private void serve(Behaviour behaviour) {
    server.createContext(
        "/detect",
        exchange -> {
          bodies.add(exchange.getRequestBody().readAllBytes());
          heads.add(
              exchange.getRequestMethod()
                  + " "
                  + exchange.getRequestHeaders().getFirst("Content-Type")
                  + " "
                  + exchange.getRequestHeaders().getFirst("Authorization"));
          try {
            answer(exchange, behaviour.status(asked.getAndIncrement()));
          } catch (InterruptedException e) {
            exchange.close();
          }
        });
  }

  private static void answer(HttpExchange exchange, int status) throws IOException {
    byte[] body = "{\"error\": \"status %d\"}".formatted(status).getBytes(UTF_8);
    exchange.sendResponseHeaders(status, body.length);
    exchange.getResponseBody().write(body);
    exchange.close();
  }

  private LoadOptions options(double rate) {
    return LoadOptions.of(
            URI.create("http://127.0.0.1:%d/detect".formatted(server.getAddress().getPort())),
            rate,
            List.of(picture))
        .withTime(Duration.ofSeconds(1))
        .withWarmUp(Duration.ZERO);
  }

  private static LoadReport run(LoadOptions options) {
    return LoadGenerator.run(options, share -> {}, () -> false);
  }

  @Test
  void everyRequestIsMadeOnce() {
    serve(number -> 200);
    LoadReport report = run(options(200));
    assertThat(report.requests()).isEqualTo(200);
    assertThat(report.succeeded()).isEqualTo(200);
    assertThat(report.succeededPerSecond()).isEqualTo(200.0);
    assertThat(report.complete()).isTrue();
    assertThat(asked).hasValue(201);
    assertThat(heads).containsExactly("POST image/jpeg null");
    assertThat(bodies).allSatisfy(body -> assertThat(body).containsExactly(-1, -40, -1, 1, 2, 3));
  }

  /**
   * Nothing is answered for 0.6 s, in which 120 of 400 requests become due. A hundred of them,
   * those that were due in its first 0.5 s, cannot take less than 0.1 s, however fast the machine
   * is. Of the eight connections only eight requests see the stall, so a client that counts from
   * the moment of sending would find it in two of a hundred.
   */
  @Test
  void aStallOfTheServerIsNotLeftOut() {
    Object turn = new Object();
    serve(
        number -> {
          synchronized (turn) {
            if (number == 100) {
              Thread.sleep(600);
            }
          }
          return 200;
        });
    LoadReport report = run(options(200).withTime(Duration.ofSeconds(2)).withConnections(8));
    assertThat(report.succeeded()).isEqualTo(400);
    assertThat(report.times().orElseThrow().endToEnd().statistics().p90())
        .isGreaterThanOrEqualTo(100);
  }

  @Test
  void refusalsErrorsAndTimeoutsAreCounted() {
    serve(
        number -> {
          if (number == 6) {
            Thread.sleep(60_000);
          }
          return number % 5 == 1 ? 429 : number % 5 == 2 ? 503 : 200;
        });
    LoadReport report = run(options(20).withTimeout(Duration.ofSeconds(5)));
    assertThat(report.requests()).isEqualTo(20);
    assertThat(report.timeouts()).isEqualTo(1);
    assertThat(report.unsent()).isZero();
    assertThat(report.refused()).as("one of the four did not come").isEqualTo(3);
    assertThat(report.others()).isEqualTo(4);
    assertThat(report.succeeded()).isEqualTo(12);
    assertThat(report.times().orElseThrow().endToEnd().statistics().count()).isEqualTo(12);
  }

  /** Requests that are given up close their connections, which other requests must not be given. */
  @Test
  void aRequestThatIsGivenUpDoesNotBreakOthers() {
    serve(
        number -> {
          Thread.sleep(number == 0 ? 0 : 150 + number % 20);
          return number % 2 == 0 ? 200 : 429;
        });
    LoadReport report = run(options(400).withConnections(100).withTimeout(Duration.ofMillis(170)));
    assertThat(report.failure().orElse("")).doesNotContain("closed locally");
    assertThat(report.timeouts() + report.succeeded() + report.refused() + report.failures())
        .isEqualTo(400);
    assertThat(report.timeouts()).isPositive();
  }

  @Test
  void aConnectionThatBreaksIsAFailure() {
    AtomicInteger number = new AtomicInteger();
    server.createContext(
        "/detect",
        exchange -> {
          exchange.getRequestBody().readAllBytes();
          if (number.getAndIncrement() == 0) {
            answer(exchange, 200);
          } else {
            exchange.close();
          }
        });
    LoadReport report = run(options(10));
    assertThat(report.failures()).isEqualTo(10);
    assertThat(report.failure()).isPresent();
    assertThat(report.times()).isEmpty();
    assertThat(report.succeeded()).isZero();
  }

  @ParameterizedTest
  @ValueSource(strings = {"camera=0123456789abcdef\n", "# mine\n\n 0123456789abcdef \nother"})
  void aTokenIsSent(String file) throws IOException {
    serve(number -> 200);
    run(options(5).withToken(Files.writeString(temp.resolve("token"), file)));
    assertThat(heads).containsExactly("POST image/jpeg Bearer 0123456789abcdef");
  }

  @Test
  void aServerThatRefusesTheFirstPictureIsNotMeasured() {
    serve(number -> 401);
    LoadOptions options = options(5);
    assertThatExceptionOfType(LoadException.class)
        .isThrownBy(() -> run(options))
        .withMessage(
            "%s answered the first picture with status 401: {\"error\": \"status 401\"}; expected 200; give the address that takes pictures, such as http://127.0.0.1:8080/v1/models/NAME/detect, and --token-file if it needs a token"
                .formatted(options.url()));
    assertThat(asked).hasValue(1);
  }

  @Test
  void aServerThatIsBusyIsMeasured() {
    serve(number -> 429);
    LoadReport report = run(options(5));
    assertThat(report.refused()).isEqualTo(5);
    assertThat(report.times()).isEmpty();
  }

  @Test
  void aServerThatIsNotThereIsNamed() throws IOException {
    int port;
    try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      port = free.getLocalPort();
    }
    LoadOptions options =
        LoadOptions.of(URI.create("http://127.0.0.1:" + port + "/x"), 1, List.of(picture));
    assertThatExceptionOfType(LoadException.class)
        .isThrownBy(() -> run(options))
        .withMessage(
            "http://127.0.0.1:%d/x: cannot connect; start the server, or check the address"
                .formatted(port));
  }

  @Test
  void aServerWithItsOwnCertificateIsTrustedIfItIsGiven() throws Exception {
    Path store = temp.resolve("store.p12");
    Path pem = temp.resolve("cert.pem");
    keytool("-genkeypair -keyalg EC -dname CN=test -ext SAN=ip:127.0.0.1 -validity 2", store);
    keytool("-exportcert -rfc -file " + pem, store);
    KeyStore keys = KeyStore.getInstance(store.toFile(), PASSWORD.toCharArray());
    KeyManagerFactory managers =
        KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
    managers.init(keys, PASSWORD.toCharArray());
    SSLContext tls = SSLContext.getInstance("TLS");
    tls.init(managers.getKeyManagers(), null, null);
    HttpsServer safe =
        HttpsServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    safe.setHttpsConfigurator(new HttpsConfigurator(tls));
    safe.setExecutor(threads);
    safe.createContext(
        "/",
        exchange -> {
          exchange.getRequestBody().readAllBytes();
          answer(exchange, 200);
        });
    safe.start();
    try {
      LoadOptions options =
          LoadOptions.of(
                  URI.create("https://127.0.0.1:%d/".formatted(safe.getAddress().getPort())),
                  10,
                  List.of(picture))
              .withTime(Duration.ofSeconds(1))
              .withWarmUp(Duration.ZERO);
      assertThatExceptionOfType(LoadException.class)
          .isThrownBy(() -> run(options))
          .withMessageStartingWith(options.url() + ": ")
          .withMessageEndingWith("; give the certificate of its issuer with --cacert");
      assertThat(run(options.withCertificates(pem)).succeeded()).isEqualTo(10);
    } finally {
      safe.stop(0);
    }
  }

  private static void keytool(String words, Path store) throws Exception {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "keytool").toString());
    command.addAll(List.of(words.split(" ")));
    command.addAll(List.of("-alias", "one", "-storepass", PASSWORD, "-keystore", store.toString()));
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String said = new String(process.getInputStream().readAllBytes(), UTF_8);
    assertThat(process.waitFor()).as(said).isZero();
  }

  @Test
  void wrongFilesAreNamed() throws IOException {
    serve(number -> 200);
    Path missing = temp.resolve("missing");
    assertThatExceptionOfType(PictureException.class)
        .isThrownBy(() -> run(LoadOptions.of(options(1).url(), 1, List.of(missing))))
        .withMessage("'%s' cannot be read: no such file".formatted(missing));
    assertThatExceptionOfType(OptionException.class)
        .isThrownBy(() -> run(options(1).withToken(missing)))
        .withMessage("the token in '%s' cannot be read: no such file".formatted(missing));
    Path empty = Files.writeString(temp.resolve("empty"), "# nothing\n");
    assertThatExceptionOfType(OptionException.class)
        .isThrownBy(() -> run(options(1).withToken(empty)))
        .withMessage(
            "'%s' has no token; expected a line with TOKEN or NAME=TOKEN".formatted(empty));
    assertThatExceptionOfType(OptionException.class)
        .isThrownBy(() -> run(options(1).withCertificates(missing)))
        .withMessage(
            "the certificates in '%s' cannot be read (no such file); expected a PEM file"
                .formatted(missing));
    assertThatExceptionOfType(OptionException.class)
        .isThrownBy(() -> run(options(1).withCertificates(empty)))
        .withMessageContaining("'" + empty + "'");
    assertThat(asked).hasValue(0);
  }

  @Test
  void optionsThatCannotBeAreRefused() {
    List<String> messages = new ArrayList<>();
    for (Runnable wrong :
        List.<Runnable>of(
            () -> LoadOptions.of(URI.create("ftp://here/"), 1, List.of(picture)),
            () -> LoadOptions.of(URI.create("/detect"), 1, List.of(picture)),
            () -> LoadOptions.of(URI.create("http://a:b@here/"), 1, List.of(picture)),
            () -> options(0),
            () -> options(Double.NaN),
            () -> options(1e9),
            () -> options(1).withConnections(0),
            () -> options(1).withTime(Duration.ZERO),
            () -> LoadOptions.of(options(1).url(), 1, List.of()))) {
      try {
        wrong.run();
      } catch (OptionException e) {
        messages.add(e.getMessage());
      }
    }
    assertThat(messages).hasSize(9).doesNotHaveDuplicates().noneMatch(one -> one.contains("a:b"));
  }
}
