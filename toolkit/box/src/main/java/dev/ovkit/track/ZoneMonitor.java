package dev.ovkit.track;

import dev.ovkit.OptionException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Reports what the objects of one camera do in zones and at lines.
 *
 * <pre>{@code
 * Line belt = new Line("belt", new Point(640, 0), new Point(640, 720));
 * ZoneMonitor monitor =
 *     ZoneMonitor.of("press", List.of(), List.of(belt), ZoneOptions.defaults());
 * tracker.track(found);
 * List<TrackEvent> events = monitor.next(time, tracker.objects());
 * }</pre>
 *
 * <p>An object must be seen on the other side of a border on some frames in a row (see {@link
 * ZoneOptions}) before it has crossed it. While it is lost it stays where it was; when its track
 * ends inside a zone, it has left. Not for several threads.
 */
public final class ZoneMonitor {

  private final BoxAnchor anchor;
  private final List<ZoneVisits> zones;
  private final List<LineCrossings> lines;

  private ZoneMonitor(BoxAnchor anchor, List<ZoneVisits> zones, List<LineCrossings> lines) {
    this.anchor = anchor;
    this.zones = zones;
    this.lines = lines;
  }

  /** Returns how many objects it remembers, those of each zone and line counted for itself. */
  int remembered() {
    return zones.stream().mapToInt(ZoneVisits::remembered).sum()
        + lines.stream().mapToInt(LineCrossings::remembered).sum();
  }

  /** Returns the zones that it watches. */
  public List<Zone> zones() {
    return zones.stream().map(ZoneVisits::zone).toList();
  }

  /** Returns the lines that it watches. */
  public List<Line> lines() {
    return lines.stream().map(LineCrossings::line).toList();
  }

  /**
   * Makes a monitor that has seen nothing yet.
   *
   * @param camera what events call the camera
   * @throws OptionException when two zones or lines have the same name
   */
  public static ZoneMonitor of(
      String camera, List<Zone> zones, List<Line> lines, ZoneOptions options) {
    Set<String> names = new HashSet<>();
    zones.forEach(zone -> requireNew(names, zone.name()));
    lines.forEach(line -> requireNew(names, line.name()));
    int settle = options.settleFrames();
    return new ZoneMonitor(
        options.anchor(),
        zones.stream().map(zone -> new ZoneVisits(camera, zone, settle)).toList(),
        lines.stream().map(line -> new LineCrossings(camera, line, settle)).toList());
  }

  private static void requireNew(Set<String> names, String name) {
    if (!names.add(name)) {
      throw new OptionException(
          "two zones or lines are called '%s'; give each its own name".formatted(name));
    }
  }

  /**
   * Takes the objects of the next frame. Returns what has happened.
   *
   * @param time of the frame; it does not go back
   * @param objects all that are followed, as {@link Tracker#objects} returns them
   */
  public List<TrackEvent> next(Duration time, List<TrackedObject> objects) {
    List<TrackEvent> events = new ArrayList<>();
    for (TrackedObject object : objects) {
      if (object.isSeen()) {
        Point point = anchor.of(object.box());
        zones.forEach(zone -> zone.see(time, object, point, events));
        lines.forEach(line -> line.see(time, object, point, events));
      }
    }
    Set<Long> followed = objects.stream().map(TrackedObject::id).collect(Collectors.toSet());
    zones.forEach(zone -> zone.keep(time, followed, events));
    lines.forEach(line -> line.keep(followed));
    return events;
  }
}
