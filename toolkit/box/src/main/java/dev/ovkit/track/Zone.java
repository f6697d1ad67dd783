package dev.ovkit.track;

import dev.ovkit.OptionException;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;

/**
 * A part of the picture, inside a polygon. Where its edges cross each other, what is inside an even
 * number of times is outside. Of two zones that share an edge, a point on it is in one alone.
 *
 * @param name what events call it
 * @param corners in their order around it, at least three
 * @param dwell how long an object stays until there is an event; empty for no such event
 */
public record Zone(String name, List<Point> corners, Optional<Duration> dwell) {

  private static final int LEAST_CORNERS = 3;

  public Zone {
    corners = List.copyOf(corners);
    requireName("zone", name);
    if (new HashSet<>(corners).size() < LEAST_CORNERS) {
      throw new OptionException(
          "zone '%s': %d different corners, expected at least 3"
              .formatted(name, new HashSet<>(corners).size()));
    }
    Point first = corners.get(0);
    Point other =
        corners.stream().filter(corner -> !corner.equals(first)).findFirst().orElseThrow();
    if (corners.stream().allMatch(corner -> corner.side(first, other) == 0)) {
      throw new OptionException(
          "zone '%s': its corners are on one line, expected an area".formatted(name));
    }
    if (dwell.filter(time -> time.isNegative() || time.isZero()).isPresent()) {
      throw new OptionException(
          "zone '%s': a stay of %s, expected more than no time".formatted(name, dwell.get()));
    }
  }

  /** Makes a zone without an event for long stays. */
  public static Zone of(String name, List<Point> corners) {
    return new Zone(name, corners, Optional.empty());
  }

  public Zone withDwell(Duration time) {
    return new Zone(name, corners, Optional.of(time));
  }

  static void requireName(String what, String name) {
    if (name.isBlank()) {
      throw new OptionException("a %s needs a name".formatted(what));
    }
  }

  /** Whether a point is inside. */
  public boolean contains(Point point) {
    boolean inside = false;
    Point before = corners.get(corners.size() - 1);
    for (Point corner : corners) {
      if ((corner.y() > point.y()) != (before.y() > point.y())) {
        double share = (point.y() - before.y()) / (corner.y() - before.y());
        if (point.x() < before.x() + share * (corner.x() - before.x())) {
          inside = !inside;
        }
      }
      before = corner;
    }
    return inside;
  }
}
