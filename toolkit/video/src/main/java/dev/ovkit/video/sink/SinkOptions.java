package dev.ovkit.video.sink;

import dev.ovkit.OptionException;
import dev.ovkit.video.delivery.KafkaOptions;
import dev.ovkit.video.delivery.MqttOptions;
import dev.ovkit.video.delivery.QueueOptions;
import dev.ovkit.video.delivery.WebhookOptions;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;

/**
 * Where results and events go, besides standard output, films, the preview and metrics.
 *
 * @param json a file for results as JSON lines
 * @param csv a file for results as comma-separated values
 * @param events a file for events, {@code .jsonl} or {@code .csv}
 * @param rotate when one of these files is full, in bytes
 * @param keep how many full ones of each are kept
 * @param webhook an HTTP endpoint for events
 * @param mqtt a broker for events and results
 * @param kafka a topic for events
 * @param queue where events wait for these three; needed by them
 * @param pictures of events
 */
public record SinkOptions(
    Optional<Path> json,
    Optional<Path> csv,
    Optional<Path> events,
    long rotate,
    int keep,
    Optional<WebhookOptions> webhook,
    Optional<MqttOptions> mqtt,
    Optional<KafkaOptions> kafka,
    Optional<QueueOptions> queue,
    EventPictureOptions pictures) {

  public SinkOptions {
    events.ifPresent(SinkOptions::isCsv);
    if (queue.isEmpty() && (webhook.isPresent() || mqtt.isPresent() || kafka.isPresent())) {
      throw new OptionException(
          "a webhook, MQTT or Kafka needs a queue: a folder in which events wait while the receiver is away");
    }
  }

  /** Whether a file of events is CSV; its name says so. */
  static boolean isCsv(Path file) {
    String name = file.toString().toLowerCase(Locale.ROOT);
    if (name.endsWith(".csv")) {
      return true;
    }
    if (name.endsWith(".jsonl")) {
      return false;
    }
    throw new OptionException("events '%s': expected a name in .jsonl or .csv".formatted(file));
  }

  /** Whether anything here gets events, which there are only if objects are followed. */
  public boolean wantsEvents() {
    return events.isPresent()
        || webhook.isPresent()
        || mqtt.isPresent()
        || kafka.isPresent()
        || pictures.snapshots().isPresent()
        || pictures.clips().isPresent();
  }
}
