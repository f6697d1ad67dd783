package dev.ovkit.picture;

import dev.ovkit.model.Detection;
import dev.ovkit.model.Mask;
import dev.ovkit.model.RotatedBox;
import java.util.List;

/**
 * Draws what an object has besides its box: a mask, through which the picture shows, key points
 * with the limbs between them, or a rotated box.
 *
 * @param line the width of lines, in pixels
 */
record DetailPainter(Canvas canvas, int line) {

  private static final double OPACITY = 0.45;

  /** A point that is less sure is not drawn. */
  private static final float SEEN = 0.5f;

  /** The limbs between the 17 points of a person, as COCO numbers them from 0. */
  private static final int[][] PERSON = {
    {15, 13}, {13, 11}, {16, 14}, {14, 12}, {11, 12}, {5, 11}, {6, 12}, {5, 6}, {5, 7}, {6, 8},
    {7, 9}, {8, 10}, {1, 2}, {0, 1}, {0, 2}, {1, 3}, {2, 4}, {3, 5}, {4, 6}
  };

  private static final int PERSON_POINTS = 17;

  void paint(Detection detection) {
    Bgr colour = Bgr.of(detection.classId());
    detection.mask().ifPresent(mask -> blend(mask, colour));
    detection.rotated().ifPresent(box -> outline(box, colour));
    skeleton(detection.keyPoints(), colour);
  }

  private void blend(Mask mask, Bgr colour) {
    int height = mask.height();
    int at = 0;
    boolean inside = false;
    for (int count : mask.counts()) {
      for (int end = at + count; at < end; at++) {
        if (inside) {
          canvas.blend(at / height, at % height, colour, OPACITY);
        }
      }
      inside = !inside;
    }
  }

  private void outline(RotatedBox box, Bgr colour) {
    double[] corners = box.corners();
    for (int i = 0; i < corners.length; i += 2) {
      int next = (i + 2) % corners.length;
      limb(corners[i], corners[i + 1], corners[next], corners[next + 1], colour);
    }
  }

  private void skeleton(List<Detection.KeyPoint> points, Bgr colour) {
    if (points.size() == PERSON_POINTS) {
      for (int[] limb : PERSON) {
        Detection.KeyPoint from = points.get(limb[0]);
        Detection.KeyPoint to = points.get(limb[1]);
        if (from.score() >= SEEN && to.score() >= SEEN) {
          limb(from.x(), from.y(), to.x(), to.y(), colour);
        }
      }
    }
    for (Detection.KeyPoint point : points) {
      if (point.score() >= SEEN) {
        disc(point.x(), point.y(), 1.5 * line + 1, colour);
      }
    }
  }

  /** Discs close together; what is far beyond the picture is passed over. */
  private void limb(double x1, double y1, double x2, double y2, Bgr colour) {
    int steps = (int) Math.ceil(2 * Math.max(Math.abs(x2 - x1), Math.abs(y2 - y1))) + 1;
    for (int i = 0; i <= steps; i++) {
      double share = (double) i / steps;
      double x = x1 + share * (x2 - x1);
      double y = y1 + share * (y2 - y1);
      if (x > -line && y > -line && x < canvas.width() + line && y < canvas.height() + line) {
        disc(x, y, Math.max(0.75, line / 2.0), colour);
      }
    }
  }

  private void disc(double x, double y, double radius, Bgr colour) {
    for (int row = (int) Math.floor(y - radius); row <= y + radius; row++) {
      for (int column = (int) Math.floor(x - radius); column <= x + radius; column++) {
        if (Math.hypot(column + 0.5 - x, row + 0.5 - y) <= radius) {
          canvas.blend(column, row, colour, 1);
        }
      }
    }
  }
}
