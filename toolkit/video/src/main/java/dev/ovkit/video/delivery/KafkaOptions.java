package dev.ovkit.video.delivery;

import dev.ovkit.OptionException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * A Kafka topic that gets events. It needs {@code kafka-clients}, which does not come with ovkit.
 *
 * @param servers {@code HOST:PORT}, several with commas between them
 * @param topic must exist, unless the brokers make it
 * @param properties a file with more settings of Kafka's producer, such as TLS and passwords
 */
public record KafkaOptions(String servers, String topic, Optional<Path> properties) {

  /** The topic if nothing else is given. */
  public static final String DEFAULT_TOPIC = "ovkit-events";

  private static final String SERVER = "(?:\\[[0-9A-Fa-f:.%]+]|[\\w.-]+):\\d{1,5}";
  private static final Pattern SERVERS = Pattern.compile(SERVER + "(?:," + SERVER + ")*");
  private static final Pattern TOPIC = Pattern.compile("[a-zA-Z0-9._-]{1,249}");

  public KafkaOptions {
    if (!SERVERS.matcher(servers).matches()) {
      throw new OptionException(
          "Kafka '%s': expected HOST:PORT, several with commas between them".formatted(servers));
    }
    if (!TOPIC.matcher(topic).matches() || topic.matches("\\.{1,2}")) {
      throw new OptionException(
          "Kafka topic '%s': expected 1 to 249 of a-z, A-Z, 0-9, '.', '_' and '-'"
              .formatted(topic));
    }
  }

  /** Servers without TLS and passwords, and the topic {@code ovkit-events}. */
  public static KafkaOptions of(String servers) {
    return new KafkaOptions(servers, DEFAULT_TOPIC, Optional.empty());
  }

  public KafkaOptions withTopic(String name) {
    return new KafkaOptions(servers, name, properties);
  }

  public KafkaOptions withProperties(Path file) {
    return new KafkaOptions(servers, topic, Optional.of(file));
  }
}
