package dev.ovkit.video.delivery;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.ovkit.OptionException;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class WebhookDelivererTest {

  @TempDir Path temp;

  private static final List<Event> ONE = List.of(TestEvents.event(1));

  @Test
  void theTokenIsReadFromItsFileAtEachRequest() throws Exception {
    Path file = Files.writeString(temp.resolve("token"), "s3cret\n");
    try (TestEndpoint endpoint = new TestEndpoint(0, request -> 200)) {
      WebhookOptions options =
          WebhookOptions.of(endpoint.url()).withToken(Secret.parse("token", "file:" + file));
      WebhookDeliverer webhook = WebhookDeliverer.of(options);
      webhook.deliver(ONE);
      Files.writeString(file, "another");
      webhook.deliver(ONE);
      assertThat(endpoint.authorizations()).containsExactly("Bearer s3cret", "Bearer another");
      assertThat(options.toString()).isEqualTo("http://127.0.0.1:" + endpoint.port());
      assertThat(endpoint.events())
          .allSatisfy(event -> assertThat(event).containsEntry("camera", "yard \"é\""));
      Files.writeString(file, "s3cr\u20act");
      assertThatThrownBy(() -> webhook.deliver(ONE))
          .isInstanceOf(DeliveryException.class)
          .hasMessageEndingWith("has characters that no HTTP header can have")
          .hasMessageNotContaining("s3cr");
    }
  }

  @Test
  void aSecretThatIsNotThereIsNamedAndWhatMayBeOneIsNot() throws Exception {
    WebhookOptions options = WebhookOptions.of("https://host/a");
    Path none = temp.resolve("none");
    assertThatThrownBy(
            () -> WebhookDeliverer.of(options.withToken(Secret.parse("token", "file:" + none))))
        .isInstanceOf(OptionException.class)
        .hasMessage(
            "file:%s cannot be read; give a readable file with the secret in it".formatted(none));
    assertThatThrownBy(() -> Secret.parse("token", "env:NO_SUCH_VARIABLE_OF_OVKIT").value())
        .hasMessage("env:NO_SUCH_VARIABLE_OF_OVKIT: no such environment variable; set it");
    assertThatThrownBy(() -> Secret.parse("the webhook's token", "s3cret"))
        .isInstanceOf(OptionException.class)
        .hasMessageStartingWith("the webhook's token: expected file:PATH or env:NAME")
        .hasMessageNotContaining("s3cret");
    Path empty = Files.writeString(none, "\n");
    assertThatThrownBy(() -> Secret.parse("token", "file:" + empty).value())
        .hasMessage("file:%s: it is empty; expected one line".formatted(empty));
  }

  @Test
  void addressesThatCannotWorkAreNamedWithoutTheirSecrets() {
    for (String wrong :
        List.of(
            "http://user:s3cret@host/a",
            "http://s3cret@host",
            "ftp://host/s3cret",
            "host/s3cret",
            "http:///s3cret",
            "http://ho st/s3cret",
            "http://host:99999/s3cret")) {
      assertThatThrownBy(() -> WebhookOptions.of(wrong))
          .as(wrong)
          .isInstanceOf(OptionException.class)
          .hasMessageStartingWith("webhook")
          .hasMessageNotContaining("s3cret");
    }
  }

  @Test
  void redirectsAreNotFollowed() throws Exception {
    try (TestEndpoint endpoint = new TestEndpoint(0, request -> 307)) {
      WebhookDeliverer webhook = WebhookDeliverer.of(WebhookOptions.of(endpoint.url()));
      DeliveryException refused =
          catchThrowableOfType(DeliveryException.class, () -> webhook.deliver(ONE));
      assertThat(refused.isRefused()).isTrue();
      assertThat(refused)
          .hasMessageEndingWith(
              "HTTP 307; redirects are not followed, give the address they lead to");
    }
  }

  /** A server of bytes: what it says to each connection, after which it keeps it open. */
  private static ServerSocket server(String answer) throws IOException {
    ServerSocket server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    Thread thread =
        new Thread(
            () -> {
              try {
                while (true) {
                  Socket socket = server.accept();
                  OutputStream out = socket.getOutputStream();
                  out.write(answer.getBytes(UTF_8));
                  out.flush();
                }
              } catch (IOException e) {
                // it is closed
              }
            });
    thread.setDaemon(true);
    thread.start();
    return server;
  }

  @Test
  void anEndpointThatDoesNotAnswerToItsEndIsTriedLater() throws Exception {
    for (String answer :
        List.of(
            "", "HTTP/1.1 200 OK\r\nContent-Le", "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\na")) {
      try (ServerSocket server = server(answer)) {
        WebhookDeliverer webhook =
            WebhookDeliverer.of(
                WebhookOptions.of("http://127.0.0.1:" + server.getLocalPort())
                    .withTimeout(Duration.ofMillis(300)));
        DeliveryException later =
            catchThrowableOfType(DeliveryException.class, () -> webhook.deliver(ONE));
        assertThat(later.isRefused()).isFalse();
        assertThat(later).hasMessageEndingWith(": no answer within 0.3 s");
      }
    }
  }

  @Test
  void anEndpointThatSpeaksNoHttpOrNoTlsIsTriedLater() throws Exception {
    try (ServerSocket server = server("220 mail.example ESMTP\r\n")) {
      for (String scheme : List.of("http", "https")) {
        WebhookDeliverer webhook =
            WebhookDeliverer.of(
                WebhookOptions.of(scheme + "://127.0.0.1:" + server.getLocalPort()));
        DeliveryException later =
            catchThrowableOfType(DeliveryException.class, () -> webhook.deliver(ONE));
        assertThat(later.isRefused()).as(scheme).isFalse();
      }
    }
  }
}
