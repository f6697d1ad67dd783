package dev.ovkit.cli.option;

import dev.ovkit.OptionException;
import dev.ovkit.cli.stream.StreamRequest;
import dev.ovkit.cli.stream.StreamValues;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Where events go: files, pictures, and other systems. */
@HelpGroup.In(HelpGroup.EVENTS)
public final class EventOptions {

  private static final double LONGEST_CLIP = 30;

  @Spec(Spec.Target.MIXEE)
  private CommandSpec spec;

  @Written
  @Option(
      names = "--events",
      paramLabel = "FILE",
      description =
          "Write events to a .jsonl or .csv file, apart from the results; rotated as --jsonl is.")
  private @Nullable Path events;

  @Option(
      names = "--snapshots",
      paramLabel = "DIR",
      description = "Write the frame of each event, with the box of its object, as JPEG.")
  private @Nullable Path snapshots;

  @Option(
      names = "--clips",
      paramLabel = "DIR",
      description = "Write a short film around each event, at most 640 pixels wide.")
  private @Nullable Path clips;

  @Option(
      names = "--clip-seconds",
      paramLabel = "N",
      defaultValue = "5",
      description =
          "How much of a clip comes before its event, and how much after. Default: ${DEFAULT-VALUE}.")
  private double clipSeconds;

  @Option(
      names = "--pictures-size",
      paramLabel = "SIZE",
      defaultValue = "1G",
      description =
          "Delete the oldest snapshots, and the oldest clips, when they take more than this. Default: ${DEFAULT-VALUE}.")
  private String picturesSize;

  @Option(
      names = "--webhook",
      paramLabel = "URL",
      description = "Post events as JSON to an HTTP endpoint. Needs --queue.")
  private @Nullable String webhook;

  @Option(
      names = "--webhook-token",
      paramLabel = "file:PATH|env:NAME",
      description = "Where the bearer token for the webhook is.")
  private @Nullable String webhookToken;

  @Option(
      names = "--webhook-ca",
      paramLabel = "FILE",
      description = "PEM certificates to trust for https, instead of those that Java trusts.")
  private @Nullable Path webhookCa;

  @Option(
      names = "--mqtt",
      paramLabel = "mqtt[s]://HOST[:PORT]",
      description =
          "Send events, results and states to an MQTT 5 broker; mqtts is TLS. Needs --queue.")
  private @Nullable String mqtt;

  @Option(
      names = "--mqtt-ca",
      paramLabel = "FILE",
      description = "PEM certificates to trust for mqtts, instead of those that Java trusts.")
  private @Nullable Path mqttCa;

  @Option(
      names = "--mqtt-topic",
      paramLabel = "TOPIC",
      description =
          "What all topics begin with. Two ovkits at one broker need different ones. Default: ovkit.")
  private @Nullable String mqttTopic;

  @Option(names = "--mqtt-user", paramLabel = "NAME", description = "Log in to the broker.")
  private @Nullable String mqttUser;

  @Option(
      names = "--mqtt-password",
      paramLabel = "file:PATH|env:NAME",
      description = "Where the password for the broker is.")
  private @Nullable String mqttPassword;

  @Option(
      names = "--home-assistant",
      paramLabel = "TOPIC",
      arity = "0..1",
      fallbackValue = "homeassistant",
      description =
          "Make Home Assistant find each source as a device with sensors. Default for TOPIC: homeassistant.")
  private @Nullable String homeAssistant;

  @Option(
      names = "--kafka",
      paramLabel = "HOST:PORT[,...]",
      description =
          "Write events to a Kafka topic, with the source as key. Needs --queue. The first call fetches Kafka's library (20 MB).")
  private @Nullable String kafka;

  @Option(
      names = "--kafka-topic",
      paramLabel = "TOPIC",
      description = "The topic. Default: ovkit-events.")
  private @Nullable String kafkaTopic;

  @Option(
      names = "--kafka-properties",
      paramLabel = "FILE",
      description = "More settings of Kafka's producer, such as TLS and passwords.")
  private @Nullable Path kafkaProperties;

  @Option(
      names = "--queue",
      paramLabel = "DIR",
      description = "Keep events here until their receiver has them, across restarts and kill -9.")
  private @Nullable Path queue;

  @Option(
      names = "--queue-size",
      paramLabel = "SIZE",
      defaultValue = "100M",
      description =
          "Drop the oldest events of a receiver when they take more than this. Default: ${DEFAULT-VALUE}.")
  private String queueSize;

  /** Returns what is asked for. */
  public StreamRequest.Events events() {
    requireWith("--webhook-token", webhookToken, "--webhook", webhook);
    requireWith("--webhook-ca", webhookCa, "--webhook", webhook);
    for (String option :
        List.of(
            "--mqtt-ca", "--mqtt-topic", "--mqtt-user", "--mqtt-password", "--home-assistant")) {
      requireWith(option, given(option), "--mqtt", mqtt);
    }
    requireWith("--mqtt-password", mqttPassword, "--mqtt-user", mqttUser);
    requireWith("--kafka-topic", kafkaTopic, "--kafka", kafka);
    requireWith("--kafka-properties", kafkaProperties, "--kafka", kafka);
    for (String option : List.of("--webhook", "--mqtt", "--kafka")) {
      if (given(option) != null && queue == null) {
        throw usage(
            "%s needs --queue DIR, a folder in which events wait while the receiver is away"
                .formatted(option));
      }
    }
    if (!(clipSeconds >= 0 && clipSeconds <= LONGEST_CLIP)) {
      throw usage("--clip-seconds %s: expected 0 to 30".formatted(clipSeconds));
    }
    return new StreamRequest.Events(
        Optional.ofNullable(events),
        Optional.ofNullable(snapshots),
        Optional.ofNullable(clips),
        Duration.ofMillis(Math.round(clipSeconds * 1000)),
        size("--pictures-size", picturesSize),
        Optional.ofNullable(webhook)
            .map(
                url ->
                    new StreamRequest.Webhook(
                        url, Optional.ofNullable(webhookToken), Optional.ofNullable(webhookCa))),
        Optional.ofNullable(mqtt)
            .map(
                url ->
                    new StreamRequest.Mqtt(
                        url,
                        Optional.ofNullable(mqttCa),
                        Optional.ofNullable(mqttTopic),
                        Optional.ofNullable(mqttUser),
                        Optional.ofNullable(mqttPassword),
                        Optional.ofNullable(homeAssistant))),
        Optional.ofNullable(kafka)
            .map(
                servers ->
                    new StreamRequest.Kafka(
                        servers,
                        Optional.ofNullable(kafkaTopic),
                        Optional.ofNullable(kafkaProperties))),
        Optional.ofNullable(queue),
        size("--queue-size", queueSize));
  }

  private @Nullable Object given(String option) {
    return spec.findOption(option).getValue();
  }

  private void requireWith(
      String option, @Nullable Object value, String needed, @Nullable Object present) {
    if (value != null && present == null) {
      throw usage("%s without %s has no effect".formatted(option, needed));
    }
  }

  private long size(String option, String typed) {
    try {
      return StreamValues.bytes("%s %s".formatted(option, typed), typed);
    } catch (OptionException e) {
      throw usage(e.getMessage());
    }
  }

  private ParameterException usage(String message) {
    return new ParameterException(spec.commandLine(), message);
  }
}
