package dev.ovkit.video.delivery;

import com.fasterxml.jackson.jr.ob.JSON;
import java.io.IOException;
import java.util.Map;
import java.util.Objects;

/**
 * Something that happened, ready to be delivered.
 *
 * @param id by which a receiver drops what it has had already; see {@link EventIds}
 * @param camera the camera's name
 * @param json the whole as one line of JSON, with the keys {@code id} and {@code camera}
 */
public record Event(String id, String camera, String json) {

  /**
   * Makes one of a JSON object.
   *
   * @param object with the keys {@code id} and {@code camera}
   */
  public static Event of(Map<String, Object> object) {
    try {
      return new Event(
          String.valueOf(object.get("id")),
          String.valueOf(object.get("camera")),
          JSON.std.asString(object));
    } catch (IOException e) {
      throw new IllegalArgumentException("an event that is no JSON: " + object, e);
    }
  }

  /** Reads what {@link #json} is. */
  static Event read(String json) throws IOException {
    Map<String, Object> object = Objects.requireNonNull(JSON.std.mapFrom(json));
    return new Event(String.valueOf(object.get("id")), String.valueOf(object.get("camera")), json);
  }
}
