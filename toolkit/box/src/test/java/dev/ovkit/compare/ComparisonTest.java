package dev.ovkit.compare;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.ovkit.model.Box;
import dev.ovkit.model.Detection;
import java.util.List;
import org.junit.jupiter.api.Test;

class ComparisonTest {

  private static Detection at(int classId, double score, float x, float y) {
    return new Detection("c" + classId, classId, (float) score, new Box(x, y, 10, 10));
  }

  @Test
  void equalResultsPairCompletely() {
    List<Detection> all = List.of(at(0, 0.9, 0, 0), at(1, 0.8, 0, 0), at(0, 0.7, 50, 50));
    Comparison comparison = Comparison.of(all, List.of(all.get(2), all.get(0), all.get(1)), 0.5);
    assertThat(comparison.pairs()).hasSize(3);
    assertThat(comparison.onlyFirst()).isEmpty();
    assertThat(comparison.onlySecond()).isEmpty();
    assertThat(comparison.smallestIou()).isEqualTo(1);
    assertThat(comparison.largestScoreDifference()).isZero();
  }

  @Test
  void theStrongerChoosesFirstAndTakesTheBestOverlap() {
    Detection weak = at(0, 0.5, 1, 0);
    Detection strong = at(0, 0.9, 0, 0);
    Detection near = at(0, 0.6, 1, 0);
    Detection far = at(0, 0.6, 3, 0);
    Comparison comparison = Comparison.of(List.of(weak, strong), List.of(far, near), 0.3);
    assertThat(comparison.pairs())
        .extracting(MatchedPair::first, MatchedPair::second)
        .containsExactly(
            org.assertj.core.groups.Tuple.tuple(strong, near),
            org.assertj.core.groups.Tuple.tuple(weak, far));
    assertThat(comparison.pairs().get(0).iou()).isCloseTo(90.0 / 110, within(1e-9));
    assertThat(comparison.pairs().get(0).scoreDifference()).isCloseTo(-0.3, within(1e-6));
    assertThat(comparison.largestScoreDifference()).isCloseTo(0.3, within(1e-6));
  }

  @Test
  void anotherClassOrTooLittleOverlapIsNoPair() {
    Comparison comparison =
        Comparison.of(
            List.of(at(0, 0.9, 0, 0), at(1, 0.8, 100, 100)),
            List.of(at(1, 0.9, 0, 0), at(1, 0.8, 106, 100)),
            0.5);
    assertThat(comparison.pairs()).isEmpty();
    assertThat(comparison.onlyFirst()).hasSize(2);
    assertThat(comparison.onlySecond()).hasSize(2);
    assertThat(comparison.smallestIou()).isEqualTo(1);
  }

  @Test
  void betweenEqualOverlapsTheNearerScoreWinsAndTwinsAreTakenOnce() {
    Detection first = at(0, 0.8, 0, 0);
    Comparison comparison =
        Comparison.of(List.of(first, first), List.of(at(0, 0.3, 0, 0), at(0, 0.79, 0, 0)), 0.5);
    assertThat(comparison.pairs()).extracting(p -> p.second().score()).containsExactly(0.79f, 0.3f);
    Comparison twins = Comparison.of(List.of(first), List.of(first, first), 0.5);
    assertThat(twins.onlySecond()).hasSize(1);
  }
}
