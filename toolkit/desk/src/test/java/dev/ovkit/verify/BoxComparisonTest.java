package dev.ovkit.verify;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.data.Offset.offset;

import dev.ovkit.model.Box;
import dev.ovkit.model.Detection;
import dev.ovkit.subject.PictureSource;
import java.util.List;
import org.junit.jupiter.api.Test;

/** When boxes are the same, and when a box at the threshold or a tie must not decide. */
class BoxComparisonTest {

  private static final Tolerance TOLERANCE = new Tolerance(0.02, 0.02, 0.95);
  private static final PictureSource PICTURE = new PictureSource.Generated(1, 8, 8);

  private final BoxComparison comparison = new BoxComparison(0.25, TOLERANCE);

  @Test
  void aBoxJustAboveTheThresholdHasAPartnerJustBelow() {
    assertThat(compare(List.of(box(0.251f, 0)), List.of(box(0.24f, 0))).holds()).isTrue();
    assertThat(compare(List.of(box(0.249f, 0)), List.of()).holds()).isTrue();
    assertThat(BoxComparison.lowest(0.25, TOLERANCE)).isEqualTo(0.23f);
    assertThat(BoxComparison.lowest(0.01, TOLERANCE)).isZero();
  }

  @Test
  void aBoxThatOneLacksOrScoresOtherwiseDiffers() {
    PictureDifference lacking = compare(List.of(box(0.3f, 0)), List.of());
    assertThat(lacking.onlyFirst()).hasSize(1);
    assertThat(lacking.holds()).isFalse();
    assertThat(compare(List.of(), List.of(box(0.3f, 0))).onlySecond()).hasSize(1);
    PictureDifference scored = compare(List.of(box(0.9f, 0)), List.of(box(0.7f, 0)));
    assertThat(scored.apart()).hasSize(1);
    assertThat(scored.largestScoreDifference()).isCloseTo(0.2, offset(1e-6));
    PictureDifference moved = compare(List.of(box(0.9f, 0)), List.of(box(0.9f, 20)));
    assertThat(moved.apart()).hasSize(1);
    assertThat(moved.smallestIou()).isLessThan(0.95);
  }

  /** Two boxes of one object at 0.80 and 0.799: which of them survives is rounding. */
  @Test
  void whereSuppressionChoseOtherwiseTheSuppressedBoxCounts() {
    Detection one = box(0.80f, 0);
    Detection other = box(0.799f, 20);
    PictureDifference tie =
        comparison.of(
            PICTURE,
            List.of(one),
            List.of(other),
            () -> List.of(one, other),
            () -> List.of(other, one));
    assertThat(tie.holds()).isTrue();
    assertThat(tie.smallestIou()).isEqualTo(1);
    PictureDifference onlyOneHasBoth =
        comparison.of(
            PICTURE, List.of(one), List.of(other), () -> List.of(one, other), () -> List.of(other));
    assertThat(onlyOneHasBoth.holds()).isFalse();
  }

  private PictureDifference compare(List<Detection> first, List<Detection> second) {
    return comparison.of(PICTURE, first, second, () -> first, () -> second);
  }

  private static Detection box(float score, float x) {
    return new Detection("person", 0, score, new Box(x, 0, 100, 100));
  }
}
