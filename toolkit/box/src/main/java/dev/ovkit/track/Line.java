package dev.ovkit.track;

import dev.ovkit.OptionException;

/**
 * A line that objects cross, from one point to another. It ends at its points: what passes beside
 * them does not cross it.
 *
 * @param name what events call it
 */
public record Line(String name, Point from, Point to) {

  /** Which way an object crosses a line, as seen from its first point towards its second. */
  public enum Direction {
    LEFT_TO_RIGHT,
    RIGHT_TO_LEFT
  }

  public Line {
    Zone.requireName("line", name);
    if (from.equals(to)) {
      throw new OptionException(
          "line '%s': both its points are %s,%s, expected two different ones"
              .formatted(name, from.x(), from.y()));
    }
  }

  /** Returns 1 on the right, -1 on the left, 0 on the line or its extension. */
  int side(Point point) {
    return (int) Math.signum(point.side(from, to));
  }

  /** Whether the way between two points on different sides leads through the line itself. */
  boolean isBetween(Point before, Point now) {
    double ofFrom = from.side(before, now);
    double ofTo = to.side(before, now);
    return (ofFrom <= 0 && ofTo >= 0) || (ofFrom >= 0 && ofTo <= 0);
  }
}
