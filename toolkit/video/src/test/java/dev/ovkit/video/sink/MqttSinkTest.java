package dev.ovkit.video.sink;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.jr.ob.JSON;
import com.hivemq.client.mqtt.datatypes.MqttQos;
import com.hivemq.client.mqtt.mqtt5.message.publish.Mqtt5Publish;
import dev.ovkit.model.Box;
import dev.ovkit.model.Detection;
import dev.ovkit.model.Detections;
import dev.ovkit.track.TrackEvent;
import dev.ovkit.video.decode.TestFilms;
import dev.ovkit.video.delivery.Mosquitto;
import dev.ovkit.video.delivery.MqttOptions;
import dev.ovkit.video.delivery.QueueOptions;
import dev.ovkit.video.engine.CameraEvent;
import dev.ovkit.video.engine.StreamResult;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a broker, and Home Assistant behind it, get of a camera. */
@Tag("integration")
class MqttSinkTest {

  private static final String SOURCE = "front door/1";
  private static final String TOPIC = "ovkit/front_door_1/";

  @TempDir Path temp;

  private final List<String> reports = Collections.synchronizedList(new ArrayList<>());

  private static StreamResult result(int frame, List<TrackEvent> events) {
    Detection cat = new Detection("cat", 3, 0.5f, new Box(1, 2, 30, 40));
    StreamResult result =
        new StreamResult(
            SOURCE,
            frame,
            Duration.ofMillis(200L * frame),
            Instant.parse("2026-11-30T07:00:00Z"),
            Duration.ofMillis(50),
            new Detections(64, 48, List.of(cat, cat), 1, 0, Detections.Timings.NONE));
    return result.withTracks(result.detections(), events, List.of());
  }

  private static void send(OpenSinks sinks, int frame, TrackEvent... events) {
    sinks
        .listeners()
        .values()
        .forEach(
            sink ->
                sink.result(
                    result(frame, List.of(events)), () -> TestFilms.picture(64, 48, frame)));
  }

  @Test
  void homeAssistantFindsTheCameraAndReadsItsState() throws Exception {
    int port = Mosquitto.freePort();
    SinkOptions options =
        new SinkOptions(
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            1,
            1,
            Optional.empty(),
            Optional.of(
                MqttOptions.of("mqtt://127.0.0.1:" + port)
                    .withDiscovery(MqttOptions.HOME_ASSISTANT)),
            Optional.empty(),
            Optional.of(new QueueOptions(temp.resolve("queue"), 1 << 20)),
            EventPictureOptions.none());
    Duration time = Duration.ofSeconds(1);
    try (Mosquitto broker = Mosquitto.start(temp, port);
        Mosquitto.Subscriber subscriber = new Mosquitto.Subscriber(port, "#");
        OpenSinks sinks = OpenSinks.of(options, reports::add)) {
      sinks.watch(SOURCE, List.of("mat", "it's"), List.of("gate"));
      subscriber.await("ovkit/status", 1);
      subscriber.await(TOPIC + "state", 1);
      sinks
          .listeners()
          .values()
          .forEach(sink -> sink.event(new CameraEvent(SOURCE, CameraEvent.State.PLAYING, "")));
      send(sinks, 0, new TrackEvent.Occupied(SOURCE, time, "mat", "cat", 2));
      send(sinks, 1, new TrackEvent.Counted(SOURCE, time, "gate", "cat", 7, 0));
      send(sinks, 2, new TrackEvent.Counted(SOURCE, time, "gate", "dog", 1, 3));
      subscriber.awaitLast(
          TOPIC + "state",
          "{\"camera\":\"front door/1\",\"playing\":true,\"objects\":2,\"zones\":{\"mat\":2,\"it's\":0},\"lines\":{\"gate\":{\"left_to_right\":8,\"right_to_left\":3}}}");
      List<String> events = subscriber.await(TOPIC + "events", 3);
      assertThat(JSON.std.mapFrom(events.get(2)))
          .containsEntry("event", "count")
          .containsEntry("label", "dog");
      List<String> results = subscriber.await(TOPIC + "results", 1);
      assertThat(JSON.std.mapFrom(results.get(0))).containsEntry("camera", SOURCE);

      // Somebody who comes later gets what the broker keeps.
      try (Mosquitto.Subscriber later = new Mosquitto.Subscriber(port, "#")) {
        later.await("ovkit/status", 1);
        later.await(TOPIC + "state", 1);
        List<Mqtt5Publish> configs =
            subscriber.messages().stream()
                .filter(one -> one.getTopic().toString().endsWith("/config"))
                .toList();
        assertThat(configs).hasSize(8);
        for (Mqtt5Publish config : configs) {
          String topic = config.getTopic().toString();
          assertThat(topic)
              .matches("homeassistant/(binary_)?sensor/[A-Za-z0-9_-]+/[A-Za-z0-9_-]+/config");
          Map<String, Object> content = JSON.std.mapFrom(later.await(topic, 1).get(0));
          assertThat(content)
              .containsEntry("state_topic", TOPIC + "state")
              .containsEntry("availability_topic", "ovkit/status")
              .containsKeys("name", "unique_id", "value_template", "device");
        }
        assertThat(configs)
            .extracting(one -> JSON.std.mapFrom(one.getPayloadAsBytes()).get("unique_id"))
            .doesNotHaveDuplicates();
        assertThat(configs)
            .extracting(one -> JSON.std.mapFrom(one.getPayloadAsBytes()).get("value_template"))
            .contains(
                "{{ value_json.objects }}",
                "{{ value_json.zones['mat'] | default(0) }}",
                "{{ 'ON' if (value_json.zones['it\\'s'] | default(0)) > 0 else 'OFF' }}",
                "{{ value_json.lines['gate'].left_to_right | default(0) }}");
        assertThat(later.of(TOPIC + "results")).as("results are not kept").isEmpty();
        assertThat(later.of(TOPIC + "events")).as("events are not kept").isEmpty();
      }
      assertThat(subscriber.messages())
          .filteredOn(one -> one.getTopic().toString().endsWith("/results"))
          .allMatch(one -> one.getQos() == MqttQos.AT_MOST_ONCE);
    }
    assertThat(reports).isEmpty();
  }
}
