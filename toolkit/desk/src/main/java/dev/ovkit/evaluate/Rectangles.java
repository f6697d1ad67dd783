package dev.ovkit.evaluate;

import dev.ovkit.model.RotatedBox;
import java.util.Arrays;
import java.util.Comparator;

/** The smallest rotated box around some points. */
final class Rectangles {

  /**
   * Returns it; of several equal ones, one of them. Along one of its sides are two of the outermost
   * points, so their directions are tried.
   *
   * @param corners x, y, x, y, …
   */
  static RotatedBox around(double[] corners) {
    double[][] hull = hull(corners);
    RotatedBox best = along(hull, 0);
    for (int i = 0; i < hull.length; i++) {
      double[] a = hull[i];
      double[] b = hull[(i + 1) % hull.length];
      RotatedBox box = along(hull, Math.atan2(b[1] - a[1], b[0] - a[0]));
      if (area(box) < area(best)) {
        best = box;
      }
    }
    return best;
  }

  private static double area(RotatedBox box) {
    return (double) box.width() * box.height();
  }

  /** Returns the smallest box of a direction. */
  private static RotatedBox along(double[][] points, double angle) {
    double cos = Math.cos(angle);
    double sin = Math.sin(angle);
    double left = Double.POSITIVE_INFINITY;
    double top = Double.POSITIVE_INFINITY;
    double right = Double.NEGATIVE_INFINITY;
    double bottom = Double.NEGATIVE_INFINITY;
    for (double[] point : points) {
      double u = point[0] * cos + point[1] * sin;
      double v = point[1] * cos - point[0] * sin;
      left = Math.min(left, u);
      right = Math.max(right, u);
      top = Math.min(top, v);
      bottom = Math.max(bottom, v);
    }
    double u = (left + right) / 2;
    double v = (top + bottom) / 2;
    return new RotatedBox(
        (float) (u * cos - v * sin),
        (float) (u * sin + v * cos),
        (float) (right - left),
        (float) (bottom - top),
        (float) angle);
  }

  /** Returns the outermost points in the order of the outline. */
  private static double[][] hull(double[] corners) {
    double[][] points = new double[corners.length / 2][];
    for (int i = 0; i < points.length; i++) {
      points[i] = new double[] {corners[2 * i], corners[2 * i + 1]};
    }
    Arrays.sort(
        points, Comparator.<double[]>comparingDouble(p -> p[0]).thenComparingDouble(p -> p[1]));
    double[][] hull = new double[2 * points.length][];
    int count = 0;
    for (int pass = 0, start = 0; pass < 2; pass++, start = count - 1) {
      for (int i = 0; i < points.length; i++) {
        double[] point = points[pass == 0 ? i : points.length - 1 - i];
        while (count - start >= 2 && !turnsLeft(hull[count - 2], hull[count - 1], point)) {
          count--;
        }
        hull[count++] = point;
      }
    }
    return Arrays.copyOf(hull, Math.max(1, count - 1));
  }

  private static boolean turnsLeft(double[] a, double[] b, double[] c) {
    return (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0]) > 0;
  }

  private Rectangles() {}
}
