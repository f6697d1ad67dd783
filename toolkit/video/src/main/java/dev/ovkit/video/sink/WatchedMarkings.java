package dev.ovkit.video.sink;

import dev.ovkit.picture.Picture.Marking;
import dev.ovkit.track.Line;
import dev.ovkit.track.Point;
import dev.ovkit.track.TrackEvent;
import dev.ovkit.track.Zone;
import dev.ovkit.track.ZoneMonitor;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** The zones and lines of one camera as they are drawn: each with its newest counts. */
final class WatchedMarkings {

  private final List<Zone> zones;
  private final List<Line> lines;

  /** What is written at a place, by its name, then by class. */
  private final Map<String, Map<String, String>> counts = new TreeMap<>();

  WatchedMarkings(ZoneMonitor monitor) {
    this.zones = monitor.zones();
    this.lines = monitor.lines();
  }

  /** Takes what has happened. Returns what is to be drawn now. */
  List<Marking> after(List<TrackEvent> events) {
    for (TrackEvent event : events) {
      if (event instanceof TrackEvent.Counted counted) {
        put(counted.place(), counted.label(), crossed(counted));
      } else if (event instanceof TrackEvent.Occupied occupied) {
        put(occupied.place(), occupied.label(), inside(occupied));
      }
    }
    List<Marking> markings = new ArrayList<>();
    for (Zone zone : zones) {
      markings.add(marking(zone.name(), zone.corners(), true));
    }
    for (Line line : lines) {
      markings.add(marking(line.name(), List.of(line.from(), line.to()), false));
    }
    return markings;
  }

  private void put(String place, String label, String text) {
    Map<String, String> texts = counts.computeIfAbsent(place, name -> new TreeMap<>());
    if (text.isEmpty()) {
      texts.remove(label);
    } else {
      texts.put(label, text);
    }
  }

  private static String inside(TrackEvent.Occupied occupied) {
    return occupied.inside() == 0 ? "" : String.valueOf(occupied.inside());
  }

  /** One number if all crossed the same way. */
  private static String crossed(TrackEvent.Counted counted) {
    long right = counted.leftToRight();
    long left = counted.rightToLeft();
    return right == 0 || left == 0
        ? String.valueOf(right + left)
        : "%d to the right, %d to the left".formatted(right, left);
  }

  private Marking marking(String name, List<Point> points, boolean closed) {
    StringBuilder text = new StringBuilder(name);
    counts
        .getOrDefault(name, Map.of())
        .forEach((label, count) -> text.append('\n').append(label).append(' ').append(count));
    return new Marking(
        text.toString(),
        points.stream().map(point -> new Marking.Corner(point.x(), point.y())).toList(),
        closed);
  }
}
