package dev.ovkit.model;

import java.util.Arrays;

/**
 * A rectangle in any direction on a picture, in pixels; y grows downwards, as in {@link Box}.
 *
 * @param x its centre
 * @param y its centre
 * @param width its side in the direction of the angle
 * @param height its other side
 * @param angle from the x axis to the side of the width, in radians, clockwise as it is seen
 */
public record RotatedBox(float x, float y, float width, float height, float angle)
    implements Detection.Detail {

  public RotatedBox {
    if (!(width >= 0 && height >= 0)) {
      throw new IllegalArgumentException("a box has a size, not " + width + "x" + height);
    }
  }

  /**
   * Returns the corners, x and y of each in turn, clockwise as it is seen; the first is the one
   * that is top left before the box is turned.
   */
  public double[] corners() {
    double wide = Math.cos(angle) * width / 2;
    double wideY = Math.sin(angle) * width / 2;
    double high = -Math.sin(angle) * height / 2;
    double highY = Math.cos(angle) * height / 2;
    return new double[] {
      x - wide - high,
      y - wideY - highY,
      x + wide - high,
      y + wideY - highY,
      x + wide + high,
      y + wideY + highY,
      x - wide + high,
      y - wideY + highY
    };
  }

  /** Returns the smallest upright box around it. */
  public Box bounds() {
    double cos = Math.abs(Math.cos(angle));
    double sin = Math.abs(Math.sin(angle));
    double wide = width * cos + height * sin;
    double high = width * sin + height * cos;
    return new Box((float) (x - wide / 2), (float) (y - high / 2), (float) wide, (float) high);
  }

  /** Returns the share that both boxes have of what they cover together, 0..1. */
  public double iou(RotatedBox other) {
    double most = Math.min((double) width * height, (double) other.width * other.height);
    if (most == 0) {
      return 0;
    }
    double[] shape = corners();
    double[] by = other.corners();
    for (int i = 0; i < by.length && shape.length > 0; i += 2) {
      int next = (i + 2) % by.length;
      shape = rightOf(shape, by[i], by[i + 1], by[next], by[next + 1]);
    }
    double both = Math.min(most, area(shape));
    return both / ((double) width * height + (double) other.width * other.height - both);
  }

  /** Cuts off what is to the left of the way from a to b: the right is within a box. */
  private static double[] rightOf(double[] shape, double ax, double ay, double bx, double by) {
    double[] kept = new double[shape.length * 2];
    int count = 0;
    for (int i = 0; i < shape.length; i += 2) {
      int next = (i + 2) % shape.length;
      double here = (bx - ax) * (shape[i + 1] - ay) - (by - ay) * (shape[i] - ax);
      double there = (bx - ax) * (shape[next + 1] - ay) - (by - ay) * (shape[next] - ax);
      if (here >= 0) {
        kept[count++] = shape[i];
        kept[count++] = shape[i + 1];
      }
      if (here >= 0 != there >= 0) {
        double at = here / (here - there);
        kept[count++] = shape[i] + at * (shape[next] - shape[i]);
        kept[count++] = shape[i + 1] + at * (shape[next + 1] - shape[i + 1]);
      }
    }
    return Arrays.copyOf(kept, count);
  }

  private static double area(double[] shape) {
    double twice = 0;
    for (int i = 0; i < shape.length; i += 2) {
      int next = (i + 2) % shape.length;
      twice += shape[i] * shape[next + 1] - shape[next] * shape[i + 1];
    }
    return Math.abs(twice) / 2;
  }
}
