package dev.ovkit.video.delivery;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.hivemq.client.mqtt.MqttClient;
import com.hivemq.client.mqtt.MqttGlobalPublishFilter;
import com.hivemq.client.mqtt.mqtt5.Mqtt5BlockingClient;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import dev.ovkit.OptionException;
import dev.ovkit.internal.tls.TrustedCertificates;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Receivers whose certificate only their own people know. */
@Tag("integration")
class TrustedCertificatesTest {

  private static final List<Event> ONE = List.of(TestEvents.event(1));

  @TempDir Path temp;

  private final List<String> reports = Collections.synchronizedList(new ArrayList<>());

  @Test
  void aBrokerOfOwnCertificateIsTrustedOnlyIfItIsNamed() throws Exception {
    OwnCertificate own = OwnCertificate.make(temp.resolve("own"));
    OwnCertificate other = OwnCertificate.make(temp.resolve("other"));
    int port = Mosquitto.freePort();
    MqttOptions options = MqttOptions.of("mqtts://127.0.0.1:" + port);
    try (Mosquitto broker =
        Mosquitto.start(
            temp,
            port,
            "certfile " + own.certificate(),
            "keyfile " + own.key(),
            "allow_anonymous true")) {
      for (MqttOptions wrong : List.of(options, options.withCa(other.certificate()))) {
        try (MqttConnection connection =
            MqttConnection.open(wrong, DeliveryTest.SHORT, reports::add)) {
          while (reports.isEmpty()) {
            Thread.sleep(1);
          }
          assertThat(connection.isConnected()).isFalse();
          // Either what is wrong with the certificate, or that the broker hung up on hearing it.
          assertThat(List.copyOf(reports))
              .allMatch(
                  one ->
                      one.matches(
                          "mqtts://127.0.0.1:%d: no (TLS )?connection.*; trying again"
                              .formatted(port)));
        }
        reports.clear();
      }
      try (MqttConnection connection =
          MqttConnection.open(
              options.withCa(own.certificate()), DeliveryTest.SHORT, reports::add)) {
        connection.newest("ovkit/door/state", "kept", true);
        Mqtt5BlockingClient reader =
            MqttClient.builder()
                .useMqttVersion5()
                .serverHost("127.0.0.1")
                .serverPort(port)
                .sslConfig()
                .trustManagerFactory(TrustedCertificates.managers(own.certificate()))
                .applySslConfig()
                .buildBlocking();
        reader.connect();
        try (Mqtt5BlockingClient.Mqtt5Publishes received =
            reader.publishes(MqttGlobalPublishFilter.ALL)) {
          reader.subscribeWith().topicFilter("ovkit/door/state").send();
          assertThat(new String(received.receive().getPayloadAsBytes(), UTF_8)).isEqualTo("kept");
        }
        reader.disconnect();
        assertThat(reports).isEmpty();
      }
    }
  }

  @Test
  void soIsAnEndpoint() throws Exception {
    OwnCertificate own = OwnCertificate.make(temp.resolve("own"));
    List<String> bodies = Collections.synchronizedList(new ArrayList<>());
    HttpsServer server =
        HttpsServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.setHttpsConfigurator(new HttpsConfigurator(own.server()));
    server.createContext(
        "/",
        exchange -> {
          try (exchange) {
            bodies.add(new String(exchange.getRequestBody().readAllBytes(), UTF_8));
            exchange.sendResponseHeaders(204, -1);
          }
        });
    server.start();
    try {
      WebhookOptions options =
          WebhookOptions.of("https://127.0.0.1:" + server.getAddress().getPort());
      assertThatThrownBy(() -> WebhookDeliverer.of(options).deliver(ONE))
          .isInstanceOf(DeliveryException.class)
          .hasMessageContaining("no TLS connection");
      assertThat(bodies).isEmpty();
      WebhookDeliverer.of(options.withCa(own.certificate())).deliver(ONE);
      assertThat(bodies).hasSize(1).first().asString().contains("\"id-1\"");
    } finally {
      server.stop(0);
    }
  }

  @Test
  void whatIsNoCertificateIsNamed() throws Exception {
    Path none = temp.resolve("none.pem");
    assertThatThrownBy(() -> TrustedCertificates.managers(none))
        .isInstanceOf(OptionException.class)
        .hasMessage(
            "the certificates in '%s' cannot be read (no such file); expected a PEM file"
                .formatted(none));
    for (String text : List.of("", "certainly", "-----BEGIN CERTIFICATE-----\nMII\n")) {
      Path file = Files.writeString(temp.resolve("file.pem"), text);
      assertThatThrownBy(() -> TrustedCertificates.managers(file))
          .isInstanceOf(OptionException.class)
          .hasMessage(
              "'%s' has no certificate that can be read; expected PEM, -----BEGIN CERTIFICATE-----"
                  .formatted(file));
    }
    assertThatThrownBy(() -> MqttOptions.of("mqtt://host").withCa(none))
        .isInstanceOf(OptionException.class)
        .hasMessage("MQTT mqtt://host: certificates have no effect without mqtts");
    assertThatThrownBy(() -> WebhookOptions.of("http://host").withCa(none))
        .isInstanceOf(OptionException.class)
        .hasMessage("webhook http://host: certificates have no effect without https");
  }
}
