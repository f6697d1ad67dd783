package dev.ovkit.video.delivery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.jr.ob.JSON;
import com.hivemq.client.mqtt.datatypes.MqttQos;
import dev.ovkit.OptionException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Events and states at a real broker, which goes away and comes back. */
@Tag("integration")
class MqttDeliveryTest {

  @TempDir Path temp;

  private final List<String> reports = Collections.synchronizedList(new ArrayList<>());

  private MqttConnection connect(MqttOptions options) {
    return MqttConnection.open(options, DeliveryTest.SHORT, reports::add);
  }

  private Delivery start(MqttConnection connection) {
    return Delivery.start(
        "mqtt",
        connection.deliverer(),
        new QueueOptions(temp.resolve("queue"), 1 << 20),
        DeliveryTest.SHORT,
        reports::add);
  }

  private static void add(Delivery delivery, int from, int to) {
    for (int i = from; i < to; i++) {
      delivery.add(TestEvents.event(2 * i)); // all of one camera
    }
  }

  private static List<String> ids(List<String> events) throws Exception {
    List<String> ids = new ArrayList<>();
    for (String event : events) {
      ids.add(String.valueOf(JSON.std.mapFrom(event).get("id")));
    }
    return ids;
  }

  private static List<String> expected(int from, int to) {
    List<String> ids = new ArrayList<>();
    for (int i = from; i < to; i++) {
      ids.add("id-" + 2 * i);
    }
    return ids;
  }

  @Test
  void eventsArriveInTheirOrderAndTheStatusSaysWhetherItRuns() throws Exception {
    int port = Mosquitto.freePort();
    try (Mosquitto broker = Mosquitto.start(temp, port);
        Mosquitto.Subscriber subscriber = new Mosquitto.Subscriber(port, "plant/#")) {
      MqttOptions options = MqttOptions.of("mqtt://127.0.0.1:" + port).withTopic("plant/ovkit");
      MqttConnection connection = connect(options);
      try (Delivery delivery = start(connection)) {
        add(delivery, 0, 250);
        assertThat(ids(subscriber.await("plant/ovkit/door/events", 250)))
            .isEqualTo(expected(0, 250));
        assertThat(subscriber.of("plant/ovkit/status")).containsExactly("online");
      }
      connection.close();
      subscriber.awaitLast("plant/ovkit/status", "offline");
      assertThat(subscriber.messages())
          .filteredOn(one -> one.getTopic().toString().endsWith("/events"))
          .allMatch(one -> one.getQos() == MqttQos.AT_LEAST_ONCE && !one.isRetain());
      assertThat(reports).isEmpty();
    }
  }

  @Test
  void aBrokerThatGoesAwayGetsAllWhenItIsBackAndWhatItShouldKeepAgain() throws Exception {
    int port = Mosquitto.freePort();
    MqttOptions options = MqttOptions.of("mqtt://127.0.0.1:" + port);
    // Between two attempts there is time enough for the subscriber to come first.
    Duration pause = Duration.ofSeconds(4);
    try (MqttConnection connection =
            MqttConnection.open(
                options, new Delivery.Pauses(pause, pause, Duration.ofMillis(500)), reports::add);
        Delivery delivery = start(connection)) {
      connection.newest("ovkit/door/state", "first", true);
      add(delivery, 0, 100);
      while (reports.isEmpty()) {
        Thread.sleep(1); // it is away from the beginning
      }
      try (Mosquitto broker = Mosquitto.start(temp, port);
          Mosquitto.Subscriber subscriber = new Mosquitto.Subscriber(port, "ovkit/#")) {
        assertThat(ids(subscriber.await("ovkit/door/events", 100))).isEqualTo(expected(0, 100));
        subscriber.awaitLast("ovkit/door/state", "first");
        connection.newest("ovkit/door/state", "second", true);
        subscriber.awaitLast("ovkit/door/state", "second");
      }
      add(delivery, 100, 200);
      while (connection.isConnected()) {
        Thread.sleep(1);
      }
      try (Mosquitto broker = Mosquitto.start(temp, port);
          Mosquitto.Subscriber subscriber = new Mosquitto.Subscriber(port, "ovkit/#")) {
        while (delivery.counts().queued() > 0) {
          Thread.sleep(1);
        }
        subscriber.awaitLast("ovkit/door/state", "second");
        subscriber.awaitLast("ovkit/status", "online");
      }
      assertThat(delivery.counts().delivered()).isEqualTo(200);
      assertThat(delivery.counts().dropped()).isZero();
    }
    assertThat(reports)
        .contains(
            "mqtt://127.0.0.1:%d: no connection; trying again".formatted(port),
            "mqtt://127.0.0.1:%d: connected again".formatted(port));
  }

  @Test
  void nothingIsLostWhenABrokerIsKilledWhileEventsArrive() throws Exception {
    int port = Mosquitto.freePort();
    List<String> received = new ArrayList<>();
    try (MqttConnection connection = connect(MqttOptions.of("mqtt://127.0.0.1:" + port));
        Delivery delivery = start(connection)) {
      for (int round = 0; round < 3; round++) {
        try (Mosquitto broker = Mosquitto.start(temp, port);
            Mosquitto.Subscriber subscriber = new Mosquitto.Subscriber(port, "ovkit/#")) {
          add(delivery, 300 * round, 300 * round + 300);
          subscriber.await("ovkit/door/events", 40);
          if (round < 2) {
            broker.close(); // kill -9, in the middle of a batch
          } else {
            while (delivery.counts().queued() > 0) {
              Thread.sleep(1);
            }
            subscriber.awaitLast("ovkit/door/events", TestEvents.event(2 * 899).json());
          }
          received.addAll(ids(subscriber.of("ovkit/door/events")));
        }
      }
      // A broker that is killed loses what it has acknowledged and not passed on; ovkit does not.
      assertThat(delivery.counts().delivered()).isEqualTo(900);
      assertThat(delivery.counts().dropped() + delivery.counts().refused()).isZero();
    }
    List<String> unique = new ArrayList<>(new LinkedHashSet<>(received));
    assertThat(unique).isSubsetOf(expected(0, 900));
    assertThat(received).as("ids tell repeats").hasSizeGreaterThanOrEqualTo(unique.size());
    assertThat(unique.get(unique.size() - 1)).isEqualTo("id-1798");
  }

  @Test
  void whatTheBrokerSaysWhenOvkitIsKilled() throws Exception {
    int port = Mosquitto.freePort();
    try (Mosquitto broker = Mosquitto.start(temp, port);
        Mosquitto.Subscriber subscriber = new Mosquitto.Subscriber(port, "ovkit/#")) {
      Process process =
          new ProcessBuilder(
                  Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                  "-cp",
                  System.getProperty(
                      "surefire.test.class.path", System.getProperty("java.class.path")),
                  Connected.class.getName(),
                  "mqtt://127.0.0.1:" + port)
              .redirectErrorStream(true)
              .start();
      try {
        subscriber.awaitLast("ovkit/status", "online");
      } finally {
        process.toHandle().destroyForcibly();
      }
      subscriber.awaitLast("ovkit/status", "offline");
      assertThat(process.inputReader().lines()).as("no warning of the JVM").isEmpty();
    }
  }

  /** A program that is connected until it is killed. */
  static final class Connected {
    public static void main(String[] arguments) throws InterruptedException {
      MqttConnection.open(MqttOptions.of(arguments[0]), System.err::println);
      Thread.sleep(Long.MAX_VALUE);
    }

    private Connected() {}
  }

  @Test
  void aWrongPasswordIsSaidWithoutItAndANewOneIsTaken() throws Exception {
    int port = Mosquitto.freePort();
    Path password = Files.writeString(temp.resolve("secret"), "wr0ng");
    Path users = Files.writeString(temp.resolve("users"), hashed());
    try (Mosquitto broker =
        Mosquitto.start(temp, port, "allow_anonymous false", "password_file " + users)) {
      MqttOptions options =
          MqttOptions.of("mqtt://127.0.0.1:" + port)
              .withUser("camera", Optional.of(Secret.parse("password", "file:" + password)));
      assertThat(options.toString()).isEqualTo("mqtt://127.0.0.1:" + port);
      try (MqttConnection connection = connect(options)) {
        while (reports.isEmpty()) {
          Thread.sleep(1);
        }
        Files.writeString(password, "s3cret\n");
        while (!connection.isConnected()) {
          Thread.sleep(1);
        }
      }
    }
    assertThat(reports)
        .first()
        .asString()
        .matches("mqtt://127.0.0.1:%d: the broker refuses .*; trying again".formatted(port));
    assertThat(String.join("\n", reports)).doesNotContain("s3cret", "wr0ng");
  }

  /** A line of mosquitto's password file: PBKDF2 with SHA-512. */
  private static String hashed() throws Exception {
    byte[] salt = "twelve bytes".getBytes(java.nio.charset.StandardCharsets.UTF_8);
    byte[] hash =
        javax.crypto.SecretKeyFactory.getInstance("PBKDF2WithHmacSHA512")
            .generateSecret(
                new javax.crypto.spec.PBEKeySpec("s3cret".toCharArray(), salt, 101, 512))
            .getEncoded();
    java.util.Base64.Encoder encoder = java.util.Base64.getEncoder();
    return "camera:$7$101$%s$%s%n"
        .formatted(encoder.encodeToString(salt), encoder.encodeToString(hash));
  }

  @Test
  void optionsThatCannotWorkAreNamed() {
    assertThatThrownBy(() -> MqttOptions.of("mqtt://user:s3cret@host"))
        .isInstanceOf(OptionException.class)
        .hasMessageNotContaining("s3cret")
        .hasMessageContaining("give them with user and password");
    assertThatThrownBy(() -> MqttOptions.of("mqtt://host/topic"))
        .hasMessage("MQTT mqtt://host: nothing may follow host and port; give the topic apart");
    assertThatThrownBy(() -> MqttOptions.of("tcp://host"))
        .hasMessage("MQTT tcp://host: expected mqtt://HOST or mqtts://HOST");
    for (String topic : List.of("", "/a", "a/", "a/#", "+", "$SYS")) {
      assertThatThrownBy(() -> MqttOptions.of("mqtt://host").withTopic(topic))
          .as(topic)
          .hasMessageStartingWith("MQTT topic '%s': expected".formatted(topic));
    }
    assertThatThrownBy(() -> KafkaOptions.of("host"))
        .hasMessage("Kafka 'host': expected HOST:PORT, several with commas between them");
    assertThatThrownBy(() -> KafkaOptions.of("a:1,b:2").withTopic("no topic"))
        .hasMessageStartingWith("Kafka topic 'no topic'");
  }
}
