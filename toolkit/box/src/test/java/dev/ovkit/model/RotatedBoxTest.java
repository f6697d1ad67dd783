package dev.ovkit.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Random;
import org.junit.jupiter.api.Test;

/** The geometry of rotated boxes, against points that are counted. */
class RotatedBoxTest {

  private static RotatedBox random(Random random) {
    return new RotatedBox(
        40 + 20 * random.nextFloat(),
        40 + 20 * random.nextFloat(),
        5 + 50 * random.nextFloat(),
        5 + 50 * random.nextFloat(),
        (float) (4 * Math.PI * (random.nextFloat() - 0.5)));
  }

  @Test
  void cornersGoClockwiseFromTheTopLeft() {
    assertThat(new RotatedBox(10, 20, 8, 4, 0).corners())
        .containsExactly(6, 18, 14, 18, 14, 22, 6, 22);
    assertThat(new RotatedBox(10, 20, 8, 4, (float) Math.PI / 2).corners())
        .containsExactly(new double[] {12, 16, 12, 24, 8, 24, 8, 16}, within(1e-5));
  }

  @Test
  void boundsReachTheOutermostCorners() {
    Random random = new Random(3);
    for (int i = 0; i < 200; i++) {
      RotatedBox box = random(random);
      double[] corners = box.corners();
      double left = Double.MAX_VALUE;
      double bottom = -Double.MAX_VALUE;
      for (int corner = 0; corner < corners.length; corner += 2) {
        left = Math.min(left, corners[corner]);
        bottom = Math.max(bottom, corners[corner + 1]);
      }
      assertThat((double) box.bounds().x()).isCloseTo(left, within(1e-3));
      assertThat((double) box.bounds().y() + box.bounds().height()).isCloseTo(bottom, within(1e-3));
    }
  }

  @Test
  void iouIsTheShareOfPoints() {
    Random random = new Random(5);
    for (int i = 0; i < 40; i++) {
      RotatedBox one = random(random);
      RotatedBox other = random(random);
      int both = 0;
      int either = 0;
      for (double x = 0; x < 100; x += 0.25) {
        for (double y = 0; y < 100; y += 0.25) {
          boolean first = has(one, x, y);
          boolean second = has(other, x, y);
          both += first && second ? 1 : 0;
          either += first || second ? 1 : 0;
        }
      }
      assertThat(one.iou(other)).isCloseTo((double) both / either, within(0.01));
      assertThat(other.iou(one)).isCloseTo(one.iou(other), within(1e-6));
    }
  }

  private static boolean has(RotatedBox box, double x, double y) {
    double dx = x - box.x();
    double dy = y - box.y();
    double along = dx * Math.cos(box.angle()) + dy * Math.sin(box.angle());
    double across = dy * Math.cos(box.angle()) - dx * Math.sin(box.angle());
    return Math.abs(along) <= box.width() / 2 && Math.abs(across) <= box.height() / 2;
  }

  @Test
  void anEqualRectangleIsTheSameBox() {
    RotatedBox box = new RotatedBox(50, 40, 30, 10, 0.3f);
    RotatedBox turned = new RotatedBox(50, 40, 10, 30, (float) (0.3 + Math.PI / 2));
    RotatedBox upsideDown = new RotatedBox(50, 40, 30, 10, (float) (0.3 - Math.PI));
    assertThat(box.iou(turned)).isCloseTo(1, within(1e-5));
    assertThat(box.iou(upsideDown)).isCloseTo(1, within(1e-5));
    assertThat(box.iou(new RotatedBox(150, 40, 30, 10, 0.3f))).isZero();
    assertThat(box.iou(new RotatedBox(50, 40, 0, 0, 0))).isZero();
  }
}
