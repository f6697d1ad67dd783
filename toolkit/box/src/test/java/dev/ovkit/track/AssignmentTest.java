package dev.ovkit.track;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.HashSet;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

class AssignmentTest {

  @Test
  void nothingAllowedPairsNothing() {
    assertThat(new Assignment(0, 0).solve()).isEmpty();
    assertThat(new Assignment(2, 3).solve()).containsExactly(-1, -1);
    assertThat(new Assignment(2, 0).solve()).containsExactly(-1, -1);
  }

  /** Taking the best pair first would leave the second track without a box. */
  @Test
  void theSumCountsNotTheBestPair() {
    Assignment assignment = new Assignment(2, 2);
    assignment.allow(0, 0, 0.6);
    assignment.allow(0, 1, 0.5);
    assignment.allow(1, 0, 0.5);
    assertThat(assignment.solve()).containsExactly(1, 0);
  }

  @Test
  void oneOfSeveralIsLeftAloneWhereThereAreTooFew() {
    Assignment assignment = new Assignment(3, 1);
    assignment.allow(0, 0, 0.2);
    assignment.allow(1, 0, 0.4);
    assignment.allow(2, 0, 0.3);
    assertThat(assignment.solve()).containsExactly(-1, 0, -1);
  }

  @Test
  void noOtherChoiceOfPairsIsWorthMore() {
    Random random = new Random(5);
    for (int round = 0; round < 3000; round++) {
      int tracks = 1 + random.nextInt(6);
      int boxes = 1 + random.nextInt(6);
      double share = random.nextDouble();
      double[][] weights = new double[tracks][boxes];
      Assignment assignment = new Assignment(tracks, boxes);
      for (int i = 0; i < tracks; i++) {
        for (int j = 0; j < boxes; j++) {
          if (random.nextDouble() < share) {
            // Few different weights, so that many choices are worth the same.
            weights[i][j] = (1 + random.nextInt(5)) / 5.0;
            assignment.allow(i, j, weights[i][j]);
          }
        }
      }
      int[] pairs = assignment.solve();
      double sum = 0;
      Set<Integer> taken = new HashSet<>();
      for (int i = 0; i < tracks; i++) {
        if (pairs[i] >= 0) {
          assertThat(taken.add(pairs[i])).as("a box has one track").isTrue();
          assertThat(weights[i][pairs[i]]).as("only what is allowed").isPositive();
          sum += weights[i][pairs[i]];
        }
      }
      assertThat(sum).isCloseTo(best(weights, 0, 0), within(1e-9));
    }
  }

  private static double best(double[][] weights, int track, int taken) {
    if (track == weights.length) {
      return 0;
    }
    double best = best(weights, track + 1, taken);
    for (int j = 0; j < weights[track].length; j++) {
      if (weights[track][j] > 0 && (taken & (1 << j)) == 0) {
        best = Math.max(best, weights[track][j] + best(weights, track + 1, taken | (1 << j)));
      }
    }
    return best;
  }
}
