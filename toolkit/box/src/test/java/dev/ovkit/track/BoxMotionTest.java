package dev.ovkit.track;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.ovkit.model.Box;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** The four small filters against the one with eight states, written out with its matrices. */
class BoxMotionTest {

  private static final int SIZE = 8;

  @Test
  void fourFiltersOfTwoStatesAreOneOfEight() {
    Random random = new Random(7);
    Box first = new Box(100, 50, 40, 80);
    BoxMotion motion = new BoxMotion(first);
    double[] state = {120, 90, 0.5, 80, 0, 0, 0, 0};
    double[][] covariance = diagonal(8, 8, 1e-2, 8, 5, 5, 1e-5, 5);
    for (int frame = 1; frame < 50; frame++) {
      motion.predict(true);
      double tall = state[3];
      for (int i = 0; i < 4; i++) {
        state[i] += state[i + 4];
      }
      double[][] transition = diagonal(1, 1, 1, 1, 1, 1, 1, 1);
      for (int i = 0; i < 4; i++) {
        transition[i][i + 4] = 1;
      }
      covariance = product(product(transition, covariance), transposed(transition));
      double p = tall / 20;
      double v = tall / 160;
      add(covariance, diagonal(p, p, 1e-2, p, v, v, 1e-5, v));
      assertSame(motion, state);

      Box seen =
          new Box(
              (float) (100 + 5 * frame + random.nextGaussian()),
              (float) (50 + 2 * frame + random.nextGaussian()),
              (float) (40 + random.nextGaussian()),
              (float) (80 + frame + random.nextGaussian()));
      motion.correct(seen);
      double r = state[3] / 20;
      double[] noise = {r * r, r * r, 1e-2, r * r};
      double[] measured = {
        seen.x() + seen.width() / 2.0,
        seen.y() + seen.height() / 2.0,
        seen.width() / (double) seen.height(),
        seen.height()
      };
      // One measured value after the other, which is the same where their noise is independent.
      for (int m = 0; m < 4; m++) {
        double total = covariance[m][m] + noise[m];
        double error = measured[m] - state[m];
        double[] gain = new double[SIZE];
        for (int i = 0; i < SIZE; i++) {
          gain[i] = covariance[i][m] / total;
          state[i] += gain[i] * error;
        }
        double[] row = covariance[m].clone();
        for (int i = 0; i < SIZE; i++) {
          for (int j = 0; j < SIZE; j++) {
            covariance[i][j] -= gain[i] * row[j];
          }
        }
      }
      assertSame(motion, state);
    }
    assertThat(state[4]).as("the velocity is found").isCloseTo(5, within(0.3));
  }

  @Test
  void whatIsNotSeenKeepsItsSize() {
    BoxMotion motion = new BoxMotion(new Box(0, 0, 40, 80));
    for (int i = 1; i < 10; i++) {
      motion.predict(true);
      motion.correct(new Box(0, 0, 40 + 2 * i, 80 + 4 * i));
    }
    double height = motion.height();
    for (int i = 0; i < 30; i++) {
      motion.predict(false);
    }
    assertThat(motion.height()).isEqualTo(height);
  }

  private static void assertSame(BoxMotion motion, double[] state) {
    assertThat(motion.height()).isCloseTo(state[3], within(1e-9));
    assertThat(motion.width()).isCloseTo(state[2] * state[3], within(1e-9));
    assertThat(motion.left()).isCloseTo(state[0] - motion.width() / 2, within(1e-9));
    assertThat(motion.top()).isCloseTo(state[1] - state[3] / 2, within(1e-9));
  }

  /** A matrix with these standard deviations as variances on its diagonal. */
  private static double[][] diagonal(double... deviations) {
    double[][] matrix = new double[SIZE][SIZE];
    for (int i = 0; i < SIZE; i++) {
      matrix[i][i] = deviations[i] * deviations[i];
    }
    return matrix;
  }

  private static double[][] product(double[][] a, double[][] b) {
    double[][] product = new double[SIZE][SIZE];
    for (int i = 0; i < SIZE; i++) {
      for (int j = 0; j < SIZE; j++) {
        for (int k = 0; k < SIZE; k++) {
          product[i][j] += a[i][k] * b[k][j];
        }
      }
    }
    return product;
  }

  private static double[][] transposed(double[][] matrix) {
    double[][] transposed = new double[SIZE][SIZE];
    for (int i = 0; i < SIZE; i++) {
      for (int j = 0; j < SIZE; j++) {
        transposed[j][i] = matrix[i][j];
      }
    }
    return transposed;
  }

  private static void add(double[][] to, double[][] more) {
    for (int i = 0; i < SIZE; i++) {
      for (int j = 0; j < SIZE; j++) {
        to[i][j] += more[i][j];
      }
    }
  }
}
