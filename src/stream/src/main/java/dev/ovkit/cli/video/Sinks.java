package dev.ovkit.cli.video;

import dev.ovkit.OptionException;
import dev.ovkit.cli.stream.StreamRequest;
import dev.ovkit.internal.tls.TrustedCertificates;
import dev.ovkit.video.delivery.KafkaOptions;
import dev.ovkit.video.delivery.MqttOptions;
import dev.ovkit.video.delivery.QueueOptions;
import dev.ovkit.video.delivery.Secret;
import dev.ovkit.video.delivery.WebhookOptions;
import dev.ovkit.video.engine.Camera;
import dev.ovkit.video.sink.EventPictureOptions;
import dev.ovkit.video.sink.OpenSinks;
import dev.ovkit.video.sink.SinkOptions;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Where the results and events of a call go. */
final class Sinks {

  private final SinkOptions options;
  private final List<Camera> cameras;
  private final WatchedPlaces places;
  private @Nullable OpenSinks opened;

  private Sinks(SinkOptions options, List<Camera> cameras, WatchedPlaces places) {
    this.options = options;
    this.cameras = cameras;
    this.places = places;
  }

  /**
   * Reads it.
   *
   * @throws OptionException when something is not understood, or cannot have an effect
   */
  static Sinks of(StreamRequest request, List<Camera> cameras, WatchedPlaces places) {
    return new Sinks(options(request), cameras, places);
  }

  /**
   * Checks what can be checked without opening anything.
   *
   * @throws OptionException when something cannot have an effect, or a secret or certificate is not
   *     there
   */
  static void check(StreamRequest request) {
    SinkOptions options = options(request);
    options.webhook().flatMap(WebhookOptions::token).ifPresent(Secret::value);
    options.mqtt().flatMap(MqttOptions::password).ifPresent(Secret::value);
    options.webhook().flatMap(WebhookOptions::ca).ifPresent(TrustedCertificates::managers);
    options.mqtt().flatMap(MqttOptions::ca).ifPresent(TrustedCertificates::managers);
  }

  /** Opens all sinks for these cameras, zones and lines. */
  synchronized OpenSinks open(Consumer<String> reports) {
    OpenSinks open = OpenSinks.of(options, reports);
    opened = open;
    watch(cameras, places);
    return open;
  }

  /** Gives the open sinks changed cameras, zones and lines. */
  synchronized void watch(List<Camera> now, WatchedPlaces where) {
    if (opened != null) {
      for (Camera camera : now) {
        opened.watch(camera.name(), where.zones(camera.name()), where.lines(camera.name()));
      }
    }
  }

  private static SinkOptions options(StreamRequest request) {
    StreamRequest.Outputs outputs = request.outputs();
    StreamRequest.Events events = request.events();
    SinkOptions options =
        new SinkOptions(
            outputs.json(),
            outputs.csv(),
            events.file(),
            outputs.rotate(),
            outputs.keep(),
            events.webhook().map(Sinks::webhook),
            events.mqtt().map(Sinks::mqtt),
            events.kafka().map(Sinks::kafka),
            events.queue().map(folder -> new QueueOptions(folder, events.queueSize())),
            pictures(events));
    if (options.wantsEvents()
        && request.following().zones().isEmpty()
        && request.following().lines().isEmpty()) {
      throw new OptionException(
          "there are no events without a zone or a line; give --zone or --line");
    }
    return options;
  }

  private static WebhookOptions webhook(StreamRequest.Webhook typed) {
    WebhookOptions plain = WebhookOptions.of(typed.address());
    WebhookOptions options = typed.ca().map(plain::withCa).orElse(plain);
    return typed
        .token()
        .map(place -> options.withToken(Secret.parse("--webhook-token", place)))
        .orElse(options);
  }

  private static MqttOptions mqtt(StreamRequest.Mqtt typed) {
    MqttOptions options = MqttOptions.of(typed.address());
    return new MqttOptions(
        options.address(),
        typed.ca(),
        typed.topic().orElse(options.topic()),
        typed.user(),
        typed.password().map(place -> Secret.parse("--mqtt-password", place)),
        typed.homeAssistant());
  }

  private static KafkaOptions kafka(StreamRequest.Kafka typed) {
    return new KafkaOptions(
        typed.servers(), typed.topic().orElse(KafkaOptions.DEFAULT_TOPIC), typed.properties());
  }

  private static EventPictureOptions pictures(StreamRequest.Events events) {
    return new EventPictureOptions(
        events.snapshots(),
        events.clips(),
        events.clipPart(),
        events.clipPart(),
        events.picturesSize());
  }
}
