package dev.ovkit.video.sink;

import com.fasterxml.jackson.jr.ob.JSON;
import dev.ovkit.video.delivery.MqttConnection;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Makes Home Assistant find a camera by itself: a device with sensors for its objects, for the
 * crossings of each line, and for each zone how many are inside and whether anybody is.
 */
final class HomeAssistant {

  private final MqttConnection mqtt;
  private final String prefix;
  private final String program;

  /**
   * Announces sensors.
   *
   * @param prefix the first part of the topics where Home Assistant looks
   * @param program what tells this ovkit from others at the same broker
   */
  HomeAssistant(MqttConnection mqtt, String prefix, String program) {
    this.mqtt = mqtt;
    this.prefix = prefix;
    this.program = program;
  }

  void announce(String camera, List<String> zones, List<String> lines) {
    Map<String, Object> playing = new LinkedHashMap<>();
    playing.put("device_class", "connectivity");
    playing.put("value_template", "{{ 'ON' if value_json.playing else 'OFF' }}");
    sensor(camera, "binary_sensor", "playing", "Playing", playing);
    sensor(camera, "sensor", "objects", "Objects", number("value_json.objects", "measurement"));
    for (String zone : zones) {
      String inside = "value_json.zones[%s] | default(0)".formatted(quoted(zone));
      sensor(camera, "sensor", "zone_" + id(zone), zone, number(inside, "measurement"));
      Map<String, Object> occupied = new LinkedHashMap<>();
      occupied.put("device_class", "occupancy");
      occupied.put("value_template", "{{ 'ON' if (%s) > 0 else 'OFF' }}".formatted(inside));
      sensor(camera, "binary_sensor", "zone_" + id(zone), zone + " occupied", occupied);
    }
    for (String line : lines) {
      for (String way : List.of("left_to_right", "right_to_left")) {
        String count = "value_json.lines[%s].%s | default(0)".formatted(quoted(line), way);
        sensor(
            camera,
            "sensor",
            "line_%s_%s".formatted(id(line), way),
            line + " " + way.replace('_', ' '),
            number(count, "total_increasing"));
      }
    }
  }

  private static Map<String, Object> number(String value, String stateClass) {
    Map<String, Object> sensor = new LinkedHashMap<>();
    sensor.put("state_class", stateClass);
    sensor.put("value_template", "{{ %s }}".formatted(value));
    return sensor;
  }

  private void sensor(
      String camera, String kind, String object, String name, Map<String, Object> more) {
    String device = "ovkit_%s_%s".formatted(id(program), id(camera));
    Map<String, Object> config = new LinkedHashMap<>();
    config.put("name", name);
    config.put("unique_id", device + "_" + object + (kind.startsWith("binary") ? "_on" : ""));
    config.put("state_topic", mqtt.topic(camera, "state"));
    config.putAll(more);
    config.put("availability_topic", mqtt.statusTopic());
    config.put(
        "device", Map.of("identifiers", List.of(device), "name", camera, "manufacturer", "ovkit"));
    config.put("origin", Map.of("name", "ovkit"));
    try {
      String topic = "%s/%s/%s/%s/config".formatted(prefix, kind, device, object);
      mqtt.newest(topic, JSON.std.asString(config), true);
    } catch (IOException e) {
      throw new IllegalStateException("texts and maps are always JSON", e);
    }
  }

  /** A name as Home Assistant's topics may have it; names that differ stay different. */
  private static String id(String name) {
    String id = name.replaceAll("[^A-Za-z0-9-]", "_");
    return id.equals(name) ? id : "%s_%08x".formatted(id, name.hashCode());
  }

  /** A text in a template. */
  private static String quoted(String text) {
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'";
  }
}
