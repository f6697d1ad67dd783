package dev.ovkit.cli.video.config;

import dev.ovkit.OptionException;
import dev.ovkit.cli.stream.StreamRequest.Events;
import dev.ovkit.cli.stream.StreamRequest.Kafka;
import dev.ovkit.cli.stream.StreamRequest.Mqtt;
import dev.ovkit.cli.stream.StreamRequest.Webhook;
import dev.ovkit.cli.stream.StreamValues;
import dev.ovkit.video.delivery.KafkaOptions;
import dev.ovkit.video.delivery.MqttOptions;
import dev.ovkit.video.delivery.Secret;
import dev.ovkit.video.delivery.WebhookOptions;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Function;

/** Reads where events go: those outputs of a file that are not about results. */
final class ConfigEvents {

  /** The keys of these outputs. */
  static final String[] KEYS = {
    "events", "snapshots", "clips", "pictures_size", "queue", "webhook", "mqtt", "kafka"
  };

  private static final double LONGEST_CLIP = 30;
  private static final String FILE = "file:";

  /**
   * Reads them.
   *
   * @throws OptionException with file and line, when something is wrong
   */
  static Events of(YamlMapping outputs) {
    Events usual = Events.none();
    Optional<YamlMapping> clips =
        outputs.find("clips").map(one -> one.mapping("folder", "seconds"));
    Optional<YamlMapping> queue = outputs.find("queue").map(one -> one.mapping("folder", "size"));
    Events events =
        new Events(
            outputs.find("events").map(ConfigEvents::path),
            outputs.find("snapshots").map(ConfigEvents::path),
            clips.map(one -> path(one.get("folder"))),
            clips
                .flatMap(one -> one.find("seconds"))
                .map(one -> Duration.ofMillis(Math.round(1000 * one.number(0, LONGEST_CLIP))))
                .orElse(usual.clipPart()),
            outputs
                .find("pictures_size")
                .map(one -> one.read(StreamValues::bytes))
                .orElse(usual.picturesSize()),
            outputs.find("webhook").map(ConfigEvents::webhook),
            outputs.find("mqtt").map(ConfigEvents::mqtt),
            outputs.find("kafka").map(ConfigEvents::kafka),
            queue.map(one -> path(one.get("folder"))),
            queue
                .flatMap(one -> one.find("size"))
                .map(one -> one.read(StreamValues::bytes))
                .orElse(usual.queueSize()));
    for (String receiver : new String[] {"webhook", "mqtt", "kafka"}) {
      if (queue.isEmpty() && outputs.find(receiver).isPresent()) {
        throw new OptionException(
            "%s: %s needs a queue beside it, {folder: DIR}, in which events wait while the receiver is away"
                .formatted(outputs.get(receiver).origin(), receiver));
      }
    }
    return events;
  }

  private static Webhook webhook(YamlValue value) {
    YamlMapping webhook = value.mapping("url", "ca", "token");
    YamlValue url = webhook.get("url");
    WebhookOptions options = checked(url, WebhookOptions::of);
    return new Webhook(
        url.text(),
        webhook.find("token").map(ConfigEvents::secret),
        certificates(webhook, options::withCa));
  }

  private static Mqtt mqtt(YamlValue value) {
    YamlMapping mqtt = value.mapping("url", "ca", "topic", "user", "password", "home_assistant");
    YamlValue url = mqtt.get("url");
    MqttOptions options = checked(url, MqttOptions::of);
    for (String key : new String[] {"topic", "home_assistant"}) {
      mqtt.find(key).ifPresent(one -> checked(one, options::withTopic));
    }
    Optional<String> password = mqtt.find("password").map(ConfigEvents::secret);
    if (password.isPresent()) {
      mqtt.get("user");
    }
    return new Mqtt(
        url.text(),
        certificates(mqtt, options::withCa),
        mqtt.text("topic"),
        mqtt.text("user"),
        password,
        mqtt.text("home_assistant"));
  }

  private static Kafka kafka(YamlValue value) {
    YamlMapping kafka = value.mapping("servers", "topic", "properties");
    YamlValue servers = kafka.get("servers");
    KafkaOptions options = checked(servers, KafkaOptions::of);
    kafka.find("topic").ifPresent(one -> checked(one, options::withTopic));
    return new Kafka(
        servers.text(), kafka.text("topic"), kafka.find("properties").map(ConfigEvents::path));
  }

  /** Where a secret is; the path of its file counts from the folder of this one. */
  private static String secret(YamlValue value) {
    Secret secret = checked(value, typed -> Secret.parse("a secret", typed));
    return secret.kind() == Secret.Kind.FILE
        ? FILE + value.source().resolve(secret.place())
        : value.text();
  }

  private static Optional<Path> certificates(YamlMapping receiver, Function<Path, ?> reader) {
    Optional<YamlValue> ca = receiver.find("ca");
    ca.ifPresent(one -> checked(one, typed -> reader.apply(Path.of(typed))));
    return ca.map(ConfigEvents::path);
  }

  private static Path path(YamlValue value) {
    return value.source().resolve(value.text());
  }

  private static <T> T checked(YamlValue value, Function<String, T> reader) {
    try {
      return reader.apply(value.text());
    } catch (OptionException e) {
      throw e.getMessage().startsWith(value.origin())
          ? e
          : new OptionException("%s: %s".formatted(value.origin(), e.getMessage()), e);
    }
  }

  private ConfigEvents() {}
}
