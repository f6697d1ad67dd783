package dev.ovkit.network;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.ovkit.head.Candidates;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** ProbIoU against Gaussians that are written out in matrices. */
class RotatedOverlapTest {

  private static final double[] THRESHOLDS = {0.1, 0.3, 0.45, 0.7, 0.9};

  private static void add(
      Candidates boxes, float x, float y, float width, float height, double angle) {
    boxes.add(x, y, width, height, 0.5f, 0);
    boxes.angle[boxes.count - 1] = (float) angle;
  }

  private static Candidates random(int count) {
    Random random = new Random(9);
    Candidates boxes = new Candidates();
    for (int i = 0; i < count; i++) {
      add(
          boxes,
          40 + 20 * random.nextFloat(),
          40 + 20 * random.nextFloat(),
          5 + 50 * random.nextFloat(),
          5 + 50 * random.nextFloat(),
          4 * Math.PI * (random.nextFloat() - 0.5));
    }
    return boxes;
  }

  private static RotatedOverlap loaded(Candidates boxes, double threshold) {
    RotatedOverlap overlap = new RotatedOverlap();
    overlap.load(boxes, threshold);
    return overlap;
  }

  @Test
  void anEqualRectangleIsTheSameBox() {
    Candidates boxes = new Candidates();
    add(boxes, 50, 40, 30, 10, 0.3);
    add(boxes, 50, 40, 10, 30, 0.3 + Math.PI / 2);
    assertThat(loaded(boxes, 0.5).probIou(0, 1)).isCloseTo(1, within(2e-3));
  }

  /** By the distance of Bhattacharyya between two Gaussians. */
  @Test
  void probIouIsOneMinusTheHellingerDistance() {
    Candidates boxes = random(400);
    RotatedOverlap overlap = loaded(boxes, 0.5);
    for (int i = 0; i < boxes.count; i += 2) {
      double[] p = covariance(boxes, i);
      double[] q = covariance(boxes, i + 1);
      double[] mean = {(p[0] + q[0]) / 2, (p[1] + q[1]) / 2, (p[2] + q[2]) / 2};
      double dx = centre(boxes.x1, boxes.x2, i) - centre(boxes.x1, boxes.x2, i + 1);
      double dy = centre(boxes.y1, boxes.y2, i) - centre(boxes.y1, boxes.y2, i + 1);
      double square =
          (mean[2] * dx * dx - 2 * mean[1] * dx * dy + mean[0] * dy * dy) / determinant(mean);
      double distance =
          square / 8 + Math.log(determinant(mean) / Math.sqrt(determinant(p) * determinant(q))) / 2;
      assertThat(overlap.probIou(i, i + 1))
          .isCloseTo(1 - Math.sqrt(1 - Math.exp(-distance)), within(1e-3));
    }
  }

  @Test
  void centresThatAreFarApartDecideNothingElse() {
    Candidates boxes = random(200);
    for (double threshold : THRESHOLDS) {
      RotatedOverlap overlap = loaded(boxes, threshold);
      for (int i = 0; i < boxes.count; i++) {
        for (int j = 0; j < boxes.count; j++) {
          assertThat(overlap.overlap(i, j)).isEqualTo(overlap.probIou(i, j) >= threshold);
        }
      }
    }
  }

  private static double centre(float[] first, float[] second, int i) {
    return ((double) first[i] + second[i]) / 2;
  }

  /** A uniform rectangle's: xx, xy, yy. */
  private static double[] covariance(Candidates boxes, int i) {
    double cos = Math.cos(boxes.angle[i]);
    double sin = Math.sin(boxes.angle[i]);
    double along = Math.pow(boxes.x2[i] - boxes.x1[i], 2) / 12;
    double across = Math.pow(boxes.y2[i] - boxes.y1[i], 2) / 12;
    return new double[] {
      along * cos * cos + across * sin * sin,
      (along - across) * cos * sin,
      along * sin * sin + across * cos * cos
    };
  }

  private static double determinant(double[] matrix) {
    return matrix[0] * matrix[2] - matrix[1] * matrix[1];
  }
}
