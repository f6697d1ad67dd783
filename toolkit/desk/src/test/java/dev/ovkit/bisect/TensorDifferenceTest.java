package dev.ovkit.bisect;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.ovkit.runtime.Shape;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

/** The error of a node is that of its worst channel. */
class TensorDifferenceTest {

  private static TensorDifference difference(Shape shape, float[] a, float[] b) {
    return TensorDifference.of(new TensorValues(shape, a), new TensorValues(shape, b));
  }

  @Test
  void oneWrongChannelIsNotHiddenByTheOthers() {
    float[] a = new float[64 * 4];
    Arrays.fill(a, 1);
    float[] b = a.clone();
    b[40 * 4 + 1] = 1.5f;
    TensorDifference d = difference(Shape.of(1, 64, 2, 2), a, b);
    assertThat(d.channel()).isEqualTo(40);
    assertThat(d.error()).isCloseTo(0.25, within(1e-9));
    assertThat(d.relativeL2()).isCloseTo(0.5 / 16, within(1e-9));
    assertThat(d.maxAbs()).isEqualTo(0.5);
    assertThat(d.at()).containsExactly(0L, 40L, 0L, 1L);
    assertThat(d.first().mean()).isEqualTo(1);
    assertThat(d.second().max()).isEqualTo(1.5);
  }

  @Test
  void aSmallChannelIsMeasuredByTheWholeTensor() {
    TensorDifference d =
        difference(
            Shape.of(1, 2, 1, 2), new float[] {1, 1, 0, 0}, new float[] {1, 1, 1e-4f, -1e-4f});
    assertThat(d.error()).isCloseTo(1e-4 / Math.sqrt(0.5), within(1e-9));
  }

  @Test
  void columnsOfATableAreItsChannels() {
    TensorDifference d =
        difference(Shape.of(1, 2, 2), new float[] {1, 2, 3, 4}, new float[] {1, 2, 3, 6});
    assertThat(d.channel()).isEqualTo(1);
    assertThat(d.at()).containsExactly(0L, 1L, 1L);
  }

  @Test
  void aNumberThatOnlyOneModelHasIsInfinitelyWrong() {
    float[] a = {1, Float.NaN, 3};
    assertThat(difference(Shape.of(3), a, a.clone()).error()).isZero();
    TensorDifference d = difference(Shape.of(3), a, new float[] {1, 2, 3});
    assertThat(d.error()).isInfinite();
    assertThat(d.at()).containsExactly(1L);
    assertThat(d.first().nonFinite()).isEqualTo(1);
    assertThat(d.second().nonFinite()).isZero();
  }

  @Test
  void theSameNumbersDoNotDiffer() {
    TensorDifference zeros = difference(Shape.of(1, 1, 1, 2), new float[2], new float[2]);
    assertThat(zeros.error()).isZero();
    assertThat(zeros.relativeL2()).isZero();
    assertThat(difference(Shape.of(), new float[] {2}, new float[] {2}).at()).isEmpty();
  }
}
