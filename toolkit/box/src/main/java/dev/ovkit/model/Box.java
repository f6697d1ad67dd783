package dev.ovkit.model;

/**
 * A rectangle on a picture, in pixels; (0, 0) is the outer corner of the top left pixel.
 *
 * @param x its left edge
 * @param y its top edge
 */
public record Box(float x, float y, float width, float height) {

  public Box {
    if (!(width >= 0 && height >= 0)) {
      throw new IllegalArgumentException("a box has a size, not " + width + "x" + height);
    }
  }

  /** Returns the share that both boxes have of what they cover together, 0..1. */
  public double iou(Box other) {
    double w = Math.min((double) x + width, (double) other.x + other.width) - Math.max(x, other.x);
    double h =
        Math.min((double) y + height, (double) other.y + other.height) - Math.max(y, other.y);
    if (w <= 0 || h <= 0) {
      return 0;
    }
    double both = w * h;
    return both / ((double) width * height + (double) other.width * other.height - both);
  }
}
