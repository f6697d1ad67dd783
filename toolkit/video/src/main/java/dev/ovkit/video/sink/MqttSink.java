package dev.ovkit.video.sink;

import com.fasterxml.jackson.jr.ob.JSON;
import dev.ovkit.track.TrackEvent;
import dev.ovkit.video.delivery.MqttConnection;
import dev.ovkit.video.delivery.MqttOptions;
import dev.ovkit.video.engine.CameraEvent;
import dev.ovkit.video.engine.StreamListener;
import dev.ovkit.video.engine.StreamResult;
import java.io.IOException;
import java.time.Duration;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Sends the newest result of each camera to an MQTT broker, and a state that the broker keeps:
 * whether the camera plays, its objects, those inside each zone, and the crossings of each line.
 */
final class MqttSink implements StreamListener {

  /** The number of objects changes with each frame; a state is for people. */
  private static final long GAP_NANOS = Duration.ofSeconds(1).toNanos();

  /** What the state of a camera says. */
  private static final class State {
    boolean playing;
    int objects;
    final Map<String, Map<String, Integer>> zones = new LinkedHashMap<>();
    final Map<String, Map<String, long[]>> lines = new LinkedHashMap<>();
    long sentNanos;
    boolean sent;

    Map<String, Object> json(String camera) {
      Map<String, Object> inside = new LinkedHashMap<>();
      zones.forEach(
          (zone, labels) ->
              inside.put(zone, labels.values().stream().mapToInt(Integer::intValue).sum()));
      Map<String, Object> crossed = new LinkedHashMap<>();
      lines.forEach(
          (line, labels) -> {
            Map<String, Object> ways = new LinkedHashMap<>();
            ways.put("left_to_right", labels.values().stream().mapToLong(one -> one[0]).sum());
            ways.put("right_to_left", labels.values().stream().mapToLong(one -> one[1]).sum());
            crossed.put(line, ways);
          });
      Map<String, Object> json = new LinkedHashMap<>();
      json.put("camera", camera);
      json.put("playing", playing);
      json.put("objects", objects);
      json.put("zones", inside);
      json.put("lines", crossed);
      return json;
    }
  }

  private final MqttConnection mqtt;
  private final Optional<HomeAssistant> discovery;
  private final Map<String, State> states = new HashMap<>();

  MqttSink(MqttConnection mqtt, MqttOptions options) {
    this.mqtt = mqtt;
    this.discovery =
        options.discovery().map(prefix -> new HomeAssistant(mqtt, prefix, options.topic()));
  }

  /** A camera is watched from now on, at these zones and lines. */
  synchronized void watch(String camera, List<String> zones, List<String> lines) {
    State state = state(camera);
    zones.forEach(zone -> state.zones.computeIfAbsent(zone, name -> new LinkedHashMap<>()));
    lines.forEach(line -> state.lines.computeIfAbsent(line, name -> new LinkedHashMap<>()));
    discovery.ifPresent(one -> one.announce(camera, zones, lines));
    send(camera, state);
  }

  private State state(String camera) {
    return states.computeIfAbsent(camera, name -> new State());
  }

  @Override
  public synchronized void result(StreamResult result, Drawable frame) {
    String camera = result.camera();
    if (mqtt.isConnected()) {
      mqtt.newest(mqtt.topic(camera, "results"), text(JsonLines.json(result)), false);
    }
    State state = state(camera);
    int objects = result.detections().objects().size();
    boolean changed = objects != state.objects && System.nanoTime() - state.sentNanos > GAP_NANOS;
    for (TrackEvent event : result.events()) {
      if (event instanceof TrackEvent.Occupied zone) {
        state
            .zones
            .computeIfAbsent(zone.place(), name -> new LinkedHashMap<>())
            .put(zone.label(), zone.inside());
        changed = true;
      } else if (event instanceof TrackEvent.Counted line) {
        state
            .lines
            .computeIfAbsent(line.place(), name -> new LinkedHashMap<>())
            .put(line.label(), new long[] {line.leftToRight(), line.rightToLeft()});
        changed = true;
      }
    }
    if (changed || !state.sent) {
      state.objects = objects;
      send(camera, state);
    }
  }

  @Override
  public synchronized void event(CameraEvent event) {
    State state = state(event.camera());
    state.playing = event.state() == CameraEvent.State.PLAYING;
    send(event.camera(), state);
  }

  private void send(String camera, State state) {
    state.sent = true;
    state.sentNanos = System.nanoTime();
    mqtt.newest(mqtt.topic(camera, "state"), text(state.json(camera)), true);
  }

  private static String text(Map<String, Object> json) {
    try {
      return JSON.std.asString(json);
    } catch (IOException e) {
      throw new IllegalStateException("texts and maps are always JSON", e);
    }
  }
}
