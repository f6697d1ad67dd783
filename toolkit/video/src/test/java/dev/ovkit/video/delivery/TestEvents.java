package dev.ovkit.video.delivery;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Events of tests. */
final class TestEvents {

  static Event event(int number) {
    Map<String, Object> object = new LinkedHashMap<>();
    object.put("id", "id-" + number);
    object.put("camera", number % 2 == 0 ? "door" : "yard \"é\"");
    object.put("event", "crossed");
    return Event.of(object);
  }

  static List<String> ids(int from, int to) {
    List<String> ids = new ArrayList<>();
    for (int i = from; i < to; i++) {
      ids.add("id-" + i);
    }
    return ids;
  }

  private TestEvents() {}
}
