package dev.ovkit.verify;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.data.Offset.offset;

import dev.ovkit.model.Box;
import dev.ovkit.model.Detection;
import dev.ovkit.model.Mask;
import dev.ovkit.model.RotatedBox;
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

  @Test
  void masksOfTheSameBoxMustAgree() {
    Detection half = box(0.8f, 0).withMask(mask(50));
    assertThat(compare(List.of(half), List.of(box(0.8f, 0).withMask(mask(51)))).holds()).isTrue();
    PictureDifference other = compare(List.of(half), List.of(box(0.8f, 0).withMask(mask(60))));
    assertThat(other.apart()).hasSize(1);
    assertThat(other.smallestIou()).isEqualTo(1);
    assertThat(other.smallestMaskIou().getAsDouble()).isCloseTo(5 / 6.0, offset(1e-9));
    assertThat(other.badness()).isGreaterThan(1);
  }

  @Test
  void keyPointsThatAreSeenMustLieNearEachOther() {
    Detection here = pose(50, 10, 0.2f);
    assertThat(compare(List.of(here), List.of(pose(54, 90, 0.3f))).holds())
        .as("4 pixels of a box of 100x100, and a point that nobody sees")
        .isTrue();
    PictureDifference other = compare(List.of(here), List.of(pose(56, 10, 0.2f)));
    assertThat(other.apart()).hasSize(1);
    assertThat(other.farthestKeyPoint().getAsDouble()).isCloseTo(6, offset(1e-5));
    assertThat(compare(List.of(here), List.of(pose(50, 90, 0.7f))).apart()).hasSize(1);
  }

  /** Two bars across each other have the same upright box. */
  @Test
  void rotatedBoxesAreComparedAsTheyLie() {
    Detection here = box(0.8f, 0).withRotated(new RotatedBox(50, 50, 130, 10, 0.785f));
    Detection across = box(0.8f, 0).withRotated(new RotatedBox(50, 50, 130, 10, -0.785f));
    Detection turned =
        box(0.8f, 0).withRotated(new RotatedBox(50, 50, 10, 130, 0.785f + 1.5707964f));
    assertThat(compare(List.of(here), List.of(turned)).holds()).isTrue();
    assertThat(compare(List.of(here), List.of(across)).onlyFirst()).hasSize(1);
  }

  private static Mask mask(int columns) {
    return Mask.of(100, 100, new int[] {0, columns * 100, (100 - columns) * 100});
  }

  private static Detection pose(float x, float hiddenX, float hiddenScore) {
    return box(0.8f, 0)
        .withKeyPoints(
            List.of(
                new Detection.KeyPoint(x, 40, 0.9f),
                new Detection.KeyPoint(hiddenX, 40, hiddenScore)));
  }

  private PictureDifference compare(List<Detection> first, List<Detection> second) {
    return comparison.of(PICTURE, first, second, () -> first, () -> second);
  }

  private static Detection box(float score, float x) {
    return new Detection("person", 0, score, new Box(x, 0, 100, 100));
  }
}
