package dev.ovkit.evaluate;

import dev.ovkit.model.Mask;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;

/**
 * Polygons of corners x, y, x, y, … in pixels, and the pixels that they have by COCO's rule: the
 * outline is drawn on a grid of {@value #FINE} points a pixel, and in each column of pixels the
 * outline turns from outside to inside, or back, at the row where it crosses the column's middle.
 */
final class Polygons {

  private static final int FINE = 5;

  /** Returns the smallest upright box around the corners, as an object. */
  static TruthObject bounds(long category, double[] corners) {
    double left = Double.POSITIVE_INFINITY;
    double top = Double.POSITIVE_INFINITY;
    double right = Double.NEGATIVE_INFINITY;
    double bottom = Double.NEGATIVE_INFINITY;
    for (int i = 0; i < corners.length; i += 2) {
      left = Math.min(left, corners[i]);
      right = Math.max(right, corners[i]);
      top = Math.min(top, corners[i + 1]);
      bottom = Math.max(bottom, corners[i + 1]);
    }
    double width = right - left;
    double height = bottom - top;
    return new TruthObject(category, left, top, width, height, width * height, false);
  }

  /** Returns the pixels of a picture that are inside one of the polygons. */
  static Mask fill(List<double[]> polygons, int width, int height) {
    List<int[]> spans = new ArrayList<>(); // from the first pixel to the one after the last
    for (double[] corners : polygons) {
      int[] turns = new Outline(width, height).turns(corners);
      for (int i = 0; i < turns.length; i += 2) {
        int end = i + 1 < turns.length ? turns[i + 1] : width * height;
        if (end > turns[i]) {
          spans.add(new int[] {turns[i], end});
        }
      }
    }
    return mask(spans, width, height);
  }

  private static Mask mask(List<int[]> spans, int width, int height) {
    spans.sort(Comparator.comparingInt(span -> span[0]));
    int[] counts = new int[2 * spans.size() + 1];
    int length = 0;
    int at = 0;
    for (int[] span : spans) {
      if (span[0] > at || length == 0) {
        counts[length++] = span[0] - at;
        counts[length++] = span[1] - span[0];
        at = span[1];
      } else if (span[1] > at) {
        counts[length - 1] += span[1] - at;
        at = span[1];
      }
    }
    if (at < width * height) {
      counts[length++] = width * height - at;
    }
    return Mask.of(width, height, Arrays.copyOf(counts, length));
  }

  /** The outline of one polygon, walked point by point. */
  private static final class Outline {
    private final int width;
    private final int height;
    private int[] turns = new int[64];
    private int count;
    private int lastX;
    private int lastY;
    private boolean begun;

    Outline(int width, int height) {
      this.width = width;
      this.height = height;
    }

    /** Returns, in order, the pixels down the columns before which inside and outside change. */
    int[] turns(double[] corners) {
      for (int i = 0; i < corners.length; i += 2) {
        int next = (i + 2) % corners.length;
        side(fine(corners[i]), fine(corners[i + 1]), fine(corners[next]), fine(corners[next + 1]));
      }
      int[] sorted = Arrays.copyOf(turns, count);
      Arrays.sort(sorted);
      return sorted;
    }

    private static int fine(double pixels) {
      return (int) (FINE * pixels + 0.5);
    }

    /** Walks from a to b in steps of the longer way, always computed from its smaller end. */
    private void side(int ax, int ay, int bx, int by) {
      int dx = Math.abs(bx - ax);
      int dy = Math.abs(by - ay);
      boolean flat = dx >= dy;
      int steps = flat ? dx : dy;
      boolean backwards = flat ? ax > bx : ay > by;
      int fromX = backwards ? bx : ax;
      int fromY = backwards ? by : ay;
      double slope = (double) (flat ? by - ay : bx - ax) / (flat ? bx - ax : by - ay);
      for (int i = 0; i <= steps; i++) {
        int t = backwards ? steps - i : i;
        if (flat) {
          point(fromX + t, steps == 0 ? fromY : (int) (fromY + slope * t + 0.5));
        } else {
          point((int) (fromX + slope * t + 0.5), fromY + t);
        }
      }
    }

    private void point(int x, int y) {
      if (begun && x != lastX) {
        double column = (Math.min(x, lastX) + 0.5) / FINE - 0.5;
        if (column == Math.rint(column) && column >= 0 && column <= width - 1) {
          double row = (Math.min(y, lastY) + 0.5) / FINE - 0.5;
          turn((int) column * height + (int) Math.ceil(Math.max(0, Math.min(height, row))));
        }
      }
      begun = true;
      lastX = x;
      lastY = y;
    }

    private void turn(int pixel) {
      turns = count == turns.length ? Arrays.copyOf(turns, 2 * count) : turns;
      turns[count++] = pixel;
    }
  }

  private Polygons() {}
}
