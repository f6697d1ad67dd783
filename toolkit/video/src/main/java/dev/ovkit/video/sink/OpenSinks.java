package dev.ovkit.video.sink;

import dev.ovkit.OutputException;
import dev.ovkit.OvkitException;
import dev.ovkit.video.delivery.Delivery;
import dev.ovkit.video.delivery.DeliveryCounts;
import dev.ovkit.video.delivery.Event;
import dev.ovkit.video.delivery.MqttConnection;
import dev.ovkit.video.delivery.QueueOptions;
import dev.ovkit.video.engine.StreamListener;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** All sinks of {@link SinkOptions}, opened. Closing them delivers what can be delivered. */
public final class OpenSinks implements AutoCloseable {

  private final Map<String, StreamListener> listeners = new LinkedHashMap<>();
  private final List<Delivery> deliveries = new ArrayList<>();
  private final List<Supplier<DeliveryCounts>> counts = new ArrayList<>();
  private final Deque<AutoCloseable> opened = new ArrayDeque<>();
  private final Consumer<String> reports;
  private @Nullable MqttSink mqtt;

  private OpenSinks(Consumer<String> reports) {
    this.reports = reports;
  }

  /**
   * Opens all.
   *
   * @param reports takes a line about a sink that is away, or loses something
   * @throws dev.ovkit.OptionException when a secret is missing, or a queue is in use
   * @throws OutputException when a file or folder cannot be written
   */
  public static OpenSinks of(SinkOptions options, Consumer<String> reports) {
    OpenSinks sinks = new OpenSinks(reports);
    try {
      sinks.open(options);
      return sinks;
    } catch (RuntimeException e) {
      sinks.close();
      throw e;
    }
  }

  private void open(SinkOptions options) {
    options
        .json()
        .map(file -> opened(new RotatingFile(file, options.rotate(), options.keep())))
        .ifPresent(file -> listeners.put("jsonl", new JsonLines(file)));
    options
        .csv()
        .map(
            file ->
                opened(new RotatingFile(file, options.rotate(), options.keep(), CsvLines.HEADER)))
        .ifPresent(file -> listeners.put("csv", new CsvLines(file)));
    if (!options.wantsEvents()) {
      return;
    }
    List<Consumer<Event>> receivers = new ArrayList<>();
    options.queue().ifPresent(queue -> open(options, queue)); // the webhook, MQTT and Kafka
    deliveries.forEach(delivery -> receivers.add(delivery::add));
    EventPictureOptions pictures = options.pictures();
    @Nullable Snapshots snapshots =
        pictures
            .snapshots()
            .map(folder -> opened(new Snapshots(folder, pictures.mostBytes(), named("snapshots"))))
            .orElse(null);
    @Nullable Clips clips =
        pictures
            .clips()
            .map(
                folder ->
                    opened(
                        new Clips(
                            folder,
                            pictures.before(),
                            pictures.after(),
                            pictures.mostBytes(),
                            named("clips"))))
            .orElse(null);
    @Nullable EventLines file =
        options
            .events()
            .map(path -> opened(new EventLines(path, options.rotate(), options.keep())))
            .orElse(null);
    if (snapshots != null) {
      counts.add(snapshots::counts);
    }
    if (clips != null) {
      counts.add(clips::counts);
    }
    listeners.put("events", new EventSinks(snapshots, clips, receivers, file));
  }

  private void open(SinkOptions options, QueueOptions queue) {
    options.webhook().ifPresent(hook -> add(Delivery.toWebhook(hook, queue, named("webhook"))));
    options
        .mqtt()
        .ifPresent(
            broker -> {
              MqttConnection connection = opened(MqttConnection.open(broker, named("mqtt")));
              mqtt = new MqttSink(connection, broker);
              listeners.put("mqtt", mqtt);
              add(Delivery.toMqtt(connection, queue, named("mqtt")));
            });
    options.kafka().ifPresent(topic -> add(Delivery.toKafka(topic, queue, named("kafka"))));
  }

  private void add(Delivery delivery) {
    deliveries.add(opened(delivery));
    counts.add(delivery::counts);
  }

  private <T extends AutoCloseable> T opened(T sink) {
    opened.push(sink);
    return sink;
  }

  private Consumer<String> named(String sink) {
    return line -> reports.accept(sink + ": " + line);
  }

  /** Returns what the engine's results go to, by the names of the options without their dashes. */
  public Map<String, StreamListener> listeners() {
    return new LinkedHashMap<>(listeners);
  }

  /** A camera is watched from now on, at the zones and lines of these names. */
  public void watch(String camera, List<String> zones, List<String> lines) {
    if (mqtt != null) {
      mqtt.watch(camera, zones, lines);
    }
  }

  /** Returns what became of the events of each receiver, and of snapshots and clips. */
  public List<DeliveryCounts> counts() {
    return counts.stream().map(Supplier::get).toList();
  }

  @Override
  public void close() {
    OvkitException failure = null;
    while (!opened.isEmpty()) {
      try {
        opened.pop().close();
      } catch (OvkitException e) {
        failure = e;
      } catch (IOException e) {
        failure = new OutputException("a file cannot be ended: " + e.getMessage(), e);
      } catch (Exception e) {
        failure = new OutputException("a sink cannot be closed: " + e.getMessage(), e);
      }
    }
    if (failure != null) {
      throw failure;
    }
  }
}
