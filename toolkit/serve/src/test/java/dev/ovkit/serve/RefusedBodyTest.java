package dev.ovkit.serve;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A client that is refused while it sends gets its answer, and can go on with its connection. */
@Timeout(60)
class RefusedBodyTest {

  private static final int LIMIT = 1 << 20;

  private static ServedDemo demo;

  @BeforeAll
  static void start() {
    demo =
        new ServedDemo(
            ServerOptions.defaults().withLimits(ServerLimits.defaults().withBody(LIMIT)));
  }

  @AfterAll
  static void end() {
    demo.close();
  }

  private static void ask(OutputStream out, String path, String type, int length)
      throws IOException {
    out.write(
        "POST %s HTTP/1.1\r\nHost: localhost\r\nContent-Type: %s\r\nContent-Length: %d\r\n\r\n"
            .formatted(path, type, length)
            .getBytes(StandardCharsets.US_ASCII));
  }

  /** Reads up to the end of an answer with one object of JSON that holds no other. */
  private static String answer(InputStream in) throws IOException {
    StringBuilder all = new StringBuilder();
    for (int next = in.read(); next >= 0; next = in.read()) {
      all.append((char) next);
      if (next == '}') {
        break;
      }
    }
    return all.toString();
  }

  @ParameterizedTest
  @CsvSource({
    "/v1/models/conveyor-parts/detect?conf=2, image/jpeg, 600000, 400",
    "/v1/models/conveyor-parts/detect, text/html, 600000, 415",
    "/v1/models/conveyor-parts/detect, image/jpeg, 3000000, 413",
    "/v1/models/other/detect, image/jpeg, 600000, 404",
    "/nothing, image/jpeg, 600000, 404",
    "/v1/models, image/jpeg, 600000, 405"
  })
  void getsItsAnswer(String path, String type, int length, int status) throws Exception {
    try (Socket socket = new Socket("127.0.0.1", demo.server.port())) {
      OutputStream out = socket.getOutputStream();
      InputStream in = socket.getInputStream();
      ask(out, path, type, length);
      byte[] piece = new byte[length / 10];
      for (int i = 0; i < 10; i++) {
        Thread.sleep(20); // long after the server has answered
        out.write(piece);
      }
      assertThat(answer(in)).startsWith("HTTP/1.1 " + status + " ").endsWith("\"}");
      ask(out, "/nothing", "text/plain", 0);
      assertThat(answer(in)).startsWith("HTTP/1.1 404 ");
    }
  }

  /** One that never ends is not waited for. */
  @Test
  void isCutOffIfItGoesOn() throws Exception {
    try (Socket socket = new Socket("127.0.0.1", demo.server.port())) {
      ask(socket.getOutputStream(), "/nothing", "image/jpeg", 600_000);
      long start = System.nanoTime();
      String answer = new String(socket.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
      assertThat(answer).startsWith("HTTP/1.1 404 ");
      assertThat((System.nanoTime() - start) / 1_000_000_000).isBetween(1L, 10L);
    }
  }
}
