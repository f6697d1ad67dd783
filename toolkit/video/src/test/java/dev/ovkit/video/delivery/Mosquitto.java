package dev.ovkit.video.delivery;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.hivemq.client.mqtt.MqttClient;
import com.hivemq.client.mqtt.MqttGlobalPublishFilter;
import com.hivemq.client.mqtt.datatypes.MqttQos;
import com.hivemq.client.mqtt.mqtt5.Mqtt5BlockingClient;
import com.hivemq.client.mqtt.mqtt5.message.publish.Mqtt5Publish;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Debian's MQTT broker on this machine. It keeps nothing on disk. */
public final class Mosquitto implements AutoCloseable {

  private final Process process;

  private Mosquitto(Process process) {
    this.process = process;
  }

  /** Returns the words of its command; a machine that cannot have it skips the test. */
  private static List<String> command() throws IOException, InterruptedException {
    Path script = Path.of(System.getProperty("ovkit.home"), ".ci", "mosquitto.sh");
    Process found = new ProcessBuilder("bash", script.toString()).redirectErrorStream(true).start();
    String out = new String(found.getInputStream().readAllBytes(), UTF_8);
    assumeTrue(found.waitFor() == 0, out);
    return out.lines().toList();
  }

  /** Returns a port that nobody listens at. */
  public static int freePort() throws IOException {
    try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return free.getLocalPort();
    }
  }

  /**
   * Starts a broker.
   *
   * @param folder for its configuration
   * @param settings more lines of it
   */
  public static Mosquitto start(Path folder, int port, String... settings)
      throws IOException, InterruptedException {
    List<String> lines =
        new ArrayList<>(
            List.of("listener %d 127.0.0.1".formatted(port), "persistence false", "user root"));
    if (settings.length == 0) {
      lines.add("allow_anonymous true");
    }
    lines.addAll(List.of(settings));
    Path file = Files.write(folder.resolve("mosquitto-" + port + ".conf"), lines);
    List<String> words = new ArrayList<>(command());
    words.addAll(List.of("-c", file.toString()));
    Process process =
        new ProcessBuilder(words)
            .redirectErrorStream(true)
            .redirectOutput(folder.resolve("mosquitto.log").toFile())
            .start();
    while (true) {
      try (Socket open = new Socket(InetAddress.getLoopbackAddress(), port)) {
        return new Mosquitto(process);
      } catch (IOException e) {
        if (!process.isAlive()) {
          throw new IOException(Files.readString(folder.resolve("mosquitto.log")), e);
        }
        Thread.sleep(10);
      }
    }
  }

  /** Somebody who subscribes to topics. */
  public static final class Subscriber implements AutoCloseable {
    private final Mqtt5BlockingClient client;
    private final List<Mqtt5Publish> messages = new ArrayList<>();

    public Subscriber(int port, String topics) {
      client =
          MqttClient.builder()
              .useMqttVersion5()
              .serverHost("127.0.0.1")
              .serverPort(port)
              .buildBlocking();
      client
          .toAsync()
          .publishes(
              MqttGlobalPublishFilter.ALL,
              message -> {
                synchronized (this) {
                  messages.add(message);
                  notifyAll();
                }
              });
      client.connect();
      client.subscribeWith().topicFilter(topics).qos(MqttQos.AT_LEAST_ONCE).send();
    }

    /** Returns the contents of a topic so far. */
    public synchronized List<String> of(String topic) {
      return messages.stream()
          .filter(one -> one.getTopic().toString().equals(topic))
          .map(one -> new String(one.getPayloadAsBytes(), UTF_8))
          .toList();
    }

    /** Waits until a topic has had so many messages. */
    public synchronized List<String> await(String topic, int count) throws InterruptedException {
      while (of(topic).size() < count) {
        wait();
      }
      return of(topic);
    }

    /** Waits until the last message of a topic is this. */
    public synchronized void awaitLast(String topic, String content) throws InterruptedException {
      while (of(topic).isEmpty() || !of(topic).get(of(topic).size() - 1).equals(content)) {
        wait();
      }
    }

    public synchronized List<Mqtt5Publish> messages() {
      return List.copyOf(messages);
    }

    @Override
    public void close() {
      try {
        client.disconnect();
      } catch (RuntimeException e) {
        // the broker went first
      }
    }
  }

  @Override
  public void close() {
    process.destroyForcibly();
    try {
      process.waitFor();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
