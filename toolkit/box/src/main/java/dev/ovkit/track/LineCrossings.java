package dev.ovkit.track;

import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Which objects have crossed one line. Not for several threads. */
final class LineCrossings {

  /** Where an object was last seen on the side on which it is taken to be. */
  private static final class Whereabouts {
    int side;
    Point point;
    int beyond; // frames in a row on which it was on the other side

    Whereabouts(int side, Point point) {
      this.side = side;
      this.point = point;
    }
  }

  /** How many objects of a class have crossed. */
  private static final class Counts {
    long leftToRight;
    long rightToLeft;
  }

  private final String camera;
  private final Line line;
  private final int settleFrames;
  private final Map<Long, Whereabouts> objects = new HashMap<>();
  private final Map<String, Counts> counts = new HashMap<>();

  LineCrossings(String camera, Line line, int settleFrames) {
    this.camera = camera;
    this.line = line;
    this.settleFrames = settleFrames;
  }

  int remembered() {
    return objects.size();
  }

  Line line() {
    return line;
  }

  /** An object was seen at a point. */
  void see(Duration time, TrackedObject object, Point point, List<TrackEvent> events) {
    int side = line.side(point);
    if (side == 0) {
      return; // on the line itself nothing is decided
    }
    Whereabouts where = objects.computeIfAbsent(object.id(), id -> new Whereabouts(side, point));
    if (side == where.side) {
      where.point = point;
      where.beyond = 0;
      return;
    }
    where.beyond++;
    if (where.beyond >= settleFrames) {
      if (line.isBetween(where.point, point)) {
        cross(time, object, side, events);
      }
      where.side = side;
      where.point = point;
      where.beyond = 0;
    }
  }

  private void cross(Duration time, TrackedObject object, int side, List<TrackEvent> events) {
    Line.Direction direction =
        side > 0 ? Line.Direction.LEFT_TO_RIGHT : Line.Direction.RIGHT_TO_LEFT;
    events.add(new TrackEvent.Crossed(camera, time, line.name(), object, direction));
    Counts counted = counts.computeIfAbsent(object.label(), label -> new Counts());
    if (direction == Line.Direction.LEFT_TO_RIGHT) {
      counted.leftToRight++;
    } else {
      counted.rightToLeft++;
    }
    events.add(
        new TrackEvent.Counted(
            camera, time, line.name(), object.label(), counted.leftToRight, counted.rightToLeft));
  }

  /** Forgets the objects that are no longer followed. */
  void keep(Set<Long> followed) {
    objects.keySet().retainAll(followed);
  }
}
