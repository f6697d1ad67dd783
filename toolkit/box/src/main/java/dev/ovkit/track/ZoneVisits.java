package dev.ovkit.track;

import java.time.Duration;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Which objects are inside one zone. Not for several threads. */
final class ZoneVisits {

  /** An object that has been seen, inside or not. */
  private static final class Visit {
    boolean inside;
    int elsewhere; // frames in a row on which it was not where it is taken to be
    Duration entered = Duration.ZERO;
    Duration lastInside = Duration.ZERO;
    boolean dwelt;
    TrackedObject last;
    String label = "";

    Visit(TrackedObject object) {
      last = object;
    }
  }

  private final String camera;
  private final Zone zone;
  private final int settleFrames;
  private final Map<Long, Visit> visits = new LinkedHashMap<>();
  private final Map<String, Integer> inside = new HashMap<>();

  ZoneVisits(String camera, Zone zone, int settleFrames) {
    this.camera = camera;
    this.zone = zone;
    this.settleFrames = settleFrames;
  }

  int remembered() {
    return visits.size();
  }

  Zone zone() {
    return zone;
  }

  /** An object was seen at a point. */
  void see(Duration time, TrackedObject object, Point point, List<TrackEvent> events) {
    Visit visit = visits.computeIfAbsent(object.id(), id -> new Visit(object));
    visit.last = object;
    boolean now = zone.contains(point);
    visit.elsewhere = now == visit.inside ? 0 : visit.elsewhere + 1;
    if (visit.elsewhere >= settleFrames) {
      visit.elsewhere = 0;
      if (now) {
        enter(time, visit, events);
      } else {
        leave(time, visit, events);
      }
    }
    if (visit.inside && now) {
      visit.lastInside = time;
      dwell(time, visit, events);
    }
  }

  private void enter(Duration time, Visit visit, List<TrackEvent> events) {
    visit.inside = true;
    visit.entered = time;
    visit.dwelt = false;
    visit.label = visit.last.label();
    events.add(new TrackEvent.Entered(camera, time, zone.name(), visit.last));
    count(time, visit.label, 1, events);
  }

  private void leave(Duration time, Visit visit, List<TrackEvent> events) {
    visit.inside = false;
    Duration stayed = visit.lastInside.minus(visit.entered);
    events.add(new TrackEvent.Left(camera, time, zone.name(), visit.last, stayed));
    count(time, visit.label, -1, events);
  }

  /** By the class with which an object came in, so that a change of class leaves nothing behind. */
  private void count(Duration time, String label, int more, List<TrackEvent> events) {
    int now = inside.merge(label, more, Integer::sum);
    events.add(new TrackEvent.Occupied(camera, time, zone.name(), label, now));
  }

  private void dwell(Duration time, Visit visit, List<TrackEvent> events) {
    Duration stayed = time.minus(visit.entered);
    if (!visit.dwelt && zone.dwell().filter(least -> stayed.compareTo(least) >= 0).isPresent()) {
      visit.dwelt = true;
      events.add(new TrackEvent.Dwelt(camera, time, zone.name(), visit.last, stayed));
    }
  }

  /** Forgets the objects that are no longer followed. */
  void keep(Duration time, Set<Long> followed, List<TrackEvent> events) {
    visits
        .entrySet()
        .removeIf(
            entry -> {
              boolean over = !followed.contains(entry.getKey());
              if (over && entry.getValue().inside) {
                leave(time, entry.getValue(), events);
              }
              return over;
            });
  }
}
