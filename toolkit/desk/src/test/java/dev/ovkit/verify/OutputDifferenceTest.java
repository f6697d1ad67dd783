package dev.ovkit.verify;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.ovkit.ir.WeightPrecision;
import dev.ovkit.subject.Output;
import java.util.List;
import org.junit.jupiter.api.Test;

class OutputDifferenceTest {

  @Test
  void theFormulas() {
    OutputDifference d = compare(false, new float[] {3, 4, 0}, new float[] {3, 4, 5});
    assertThat(d.maxAbs()).isEqualTo(5);
    assertThat(d.relativeL2()).isEqualTo(1);
    assertThat(d.cosine()).isCloseTo(25 / (5 * Math.sqrt(50)), within(1e-12));
    assertThat(compare(false, new float[3], new float[3]).relativeL2()).isZero();
    assertThat(compare(false, new float[1], new float[] {1}).relativeL2()).isInfinite();
  }

  @Test
  void whatIsNotFiniteIsCountedAndNeverHolds() {
    OutputDifference d =
        compare(false, new float[] {1, 2, 3}, new float[] {1, Float.NaN, Float.POSITIVE_INFINITY});
    assertThat(d.nonFiniteFirst()).isZero();
    assertThat(d.nonFiniteSecond()).isEqualTo(2);
    assertThat(d.maxAbs()).isZero();
    assertThat(d.holds(Tolerance.of(WeightPrecision.INT8))).isFalse();
  }

  @Test
  void tinyScoresMayDifferRelatively() {
    float[] a = {1e-4f, 2e-4f};
    float[] b = {2e-4f, 1e-4f};
    assertThat(compare(true, a, b).holds(Tolerance.of(WeightPrecision.FP16))).isTrue();
    assertThat(compare(false, a, b).holds(Tolerance.of(WeightPrecision.FP16))).isFalse();
  }

  @Test
  void theWorseOfTwoPicturesStays() {
    OutputDifference d =
        compare(false, new float[] {1, 0}, new float[] {0, 1})
            .and(compare(false, new float[] {1, 0}, new float[] {1, Float.NaN}));
    assertThat(d.maxAbs()).isEqualTo(1);
    assertThat(d.cosine()).isZero();
    assertThat(d.nonFiniteSecond()).isEqualTo(1);
  }

  private static OutputDifference compare(boolean probabilities, float[] a, float[] b) {
    List<Long> shape = List.of((long) a.length);
    return OutputDifference.of(new Output("x", shape, a), new Output("x", shape, b), probabilities);
  }
}
