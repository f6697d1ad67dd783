package dev.ovkit.track;

import dev.ovkit.model.Box;

/** The point of a box that decides where its object is. */
public enum BoxAnchor {
  /** The middle of the lower edge, where what stands on the ground touches it. */
  BOTTOM,
  /** The middle of the box, as for parts that a camera sees from above. */
  CENTRE,
  /** The middle of the upper edge. */
  TOP;

  /** Returns the point of a box. */
  public Point of(Box box) {
    double x = box.x() + box.width() / 2.0;
    return switch (this) {
      case BOTTOM -> new Point(x, (double) box.y() + box.height());
      case CENTRE -> new Point(x, box.y() + box.height() / 2.0);
      case TOP -> new Point(x, box.y());
    };
  }
}
