package dev.ovkit.video.sink;

import dev.ovkit.internal.json.DetectionsJson;
import dev.ovkit.track.TrackEvent;
import dev.ovkit.track.TrackedObject;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** What an object did, as JSON; keys may be added, but none is renamed or removed. */
final class TrackEventJson {

  private static final double MILLIS = 1000;

  /** Returns what happened, in one word. */
  static String word(TrackEvent event) {
    return String.valueOf(of(event).get("event"));
  }

  /** Returns the object that did it; counts have none. */
  static Optional<TrackedObject> object(TrackEvent event) {
    if (event instanceof TrackEvent.Entered entered) {
      return Optional.of(entered.object());
    }
    if (event instanceof TrackEvent.Left left) {
      return Optional.of(left.object());
    }
    if (event instanceof TrackEvent.Dwelt dwelt) {
      return Optional.of(dwelt.object());
    }
    return event instanceof TrackEvent.Crossed crossed
        ? Optional.of(crossed.object())
        : Optional.empty();
  }

  static Map<String, Object> of(TrackEvent event) {
    Map<String, Object> json = new LinkedHashMap<>();
    if (event instanceof TrackEvent.Entered entered) {
      json.put("event", "entered");
      json.put("zone", entered.place());
      add(json, entered.object());
    } else if (event instanceof TrackEvent.Left left) {
      json.put("event", "left");
      json.put("zone", left.place());
      add(json, left.object());
      json.put("seconds", seconds(left.stayed()));
    } else if (event instanceof TrackEvent.Dwelt dwelt) {
      json.put("event", "dwell");
      json.put("zone", dwelt.place());
      add(json, dwelt.object());
      json.put("seconds", seconds(dwelt.stayed()));
    } else if (event instanceof TrackEvent.Crossed crossed) {
      json.put("event", "crossed");
      json.put("line", crossed.place());
      add(json, crossed.object());
      json.put("direction", crossed.direction().name().toLowerCase(Locale.ROOT));
    } else if (event instanceof TrackEvent.Occupied occupied) {
      json.put("event", "count");
      json.put("zone", occupied.place());
      json.put("label", occupied.label());
      json.put("inside", occupied.inside());
    } else if (event instanceof TrackEvent.Counted counted) {
      json.put("event", "count");
      json.put("line", counted.place());
      json.put("label", counted.label());
      json.put("left_to_right", counted.leftToRight());
      json.put("right_to_left", counted.rightToLeft());
    }
    return json;
  }

  private static void add(Map<String, Object> json, TrackedObject object) {
    json.put("track", object.id());
    json.put("label", object.label());
    json.put("class_id", object.classId());
  }

  private static double seconds(Duration time) {
    return DetectionsJson.milliseconds(time) / MILLIS;
  }

  private TrackEventJson() {}
}
