package dev.ovkit.video.http;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ovkit.OptionException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class LocalPagesTest {

  private final LocalPages pages =
      new LocalPages("--preview", new InetSocketAddress("127.0.0.1", 0));

  @AfterEach
  void close() {
    pages.close();
  }

  /** Asks as no client library would. */
  private String answer(String request) throws IOException {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), pages.port())) {
      socket.getOutputStream().write((request + "\r\nConnection: close\r\n\r\n").getBytes(UTF_8));
      return new String(socket.getInputStream().readAllBytes(), UTF_8);
    }
  }

  private void addLetter() {
    pages.add(
        "/letter", exchange -> LocalPages.respond(exchange, "text/plain", "Dear".getBytes(UTF_8)));
  }

  @Test
  void aPageIsServedAtTheAddressThatIsTold() throws IOException {
    addLetter();
    assertThat(pages.url()).isEqualTo("http://127.0.0.1:" + pages.port());
    String got = answer("GET /letter HTTP/1.1\r\nHost: localhost:" + pages.port());
    assertThat(got).startsWith("HTTP/1.1 200 OK").contains("Cache-control: no-store");
    assertThat(got).endsWith("\r\n\r\nDear");
    assertThat(answer("HEAD /letter HTTP/1.1\r\nHost: 127.0.0.1"))
        .startsWith("HTTP/1.1 200 OK")
        .endsWith("\r\n\r\n");
  }

  @Test
  void aPageOfAnotherNameThatPointsHereReadsNothing() throws IOException {
    addLetter();
    assertThat(answer("GET /letter HTTP/1.1\r\nHost: evil.example"))
        .startsWith("HTTP/1.1 403")
        .doesNotContain("Dear");
  }

  @Test
  void nothingCanBeChanged() throws IOException {
    addLetter();
    assertThat(answer("POST /letter HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0"))
        .startsWith("HTTP/1.1 405")
        .contains("Allow: GET, HEAD");
    assertThat(answer("GET /other HTTP/1.1\r\nHost: localhost")).startsWith("HTTP/1.1 404");
  }

  @Test
  void aPortThatIsTakenIsNamedWithItsOption() {
    assertThatThrownBy(
            () -> new LocalPages("--metrics", new InetSocketAddress("127.0.0.1", pages.port())))
        .isInstanceOf(OptionException.class)
        .hasMessage(
            "--metrics 127.0.0.1:%d: the port cannot be used (Address already in use); give another one"
                .formatted(pages.port()));
    assertThatThrownBy(
            () ->
                new LocalPages(
                    "--metrics", InetSocketAddress.createUnresolved("no-such-host.invalid", 80)))
        .hasMessage("--metrics no-such-host.invalid:80: there is no such host");
  }
}
