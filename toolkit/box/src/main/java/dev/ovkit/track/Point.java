package dev.ovkit.track;

/** A point of a picture, in pixels from its top left corner. */
public record Point(double x, double y) {

  public Point {
    if (!Double.isFinite(x) || !Double.isFinite(y)) {
      throw new IllegalArgumentException("a point has two numbers, not %s,%s".formatted(x, y));
    }
  }

  /** Returns where it is from a line's point of view: above 0 on its right, below 0 on its left. */
  double side(Point from, Point to) {
    return (to.x - from.x) * (y - from.y) - (to.y - from.y) * (x - from.x);
  }
}
