package dev.ovkit.quantize;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Random;
import org.junit.jupiter.api.Test;

/** A range holds its values to within half a step, and zero exactly. */
class LevelRangeTest {

  @Test
  void zeroIsALevelAndTheLimitsAreWithinHalfAStep() {
    Random random = new Random(1);
    for (int i = 0; i < 1000; i++) {
      double low = -random.nextDouble() * random.nextInt(3);
      double high = random.nextDouble() * 10 + 0.01;
      LevelRange range = LevelRange.of(low, high, 1e-6);
      double step = ((double) range.high() - range.low()) / 255;
      double zero = -range.low() / step;
      assertThat(zero).isCloseTo(Math.rint(zero), within(1e-3));
      assertThat((double) range.low()).isCloseTo(low, within(0.51 * step));
      assertThat((double) range.high()).isCloseTo(high, within(0.51 * step));
    }
  }

  @Test
  void aRangeReachesZeroAndIsNeverNarrowerThanAllowed() {
    assertThat(LevelRange.of(2, 5, 1e-6)).isEqualTo(new LevelRange(0, 5));
    assertThat(LevelRange.of(0, 0, 0.5)).isEqualTo(new LevelRange(0, 0.5f));
  }

  @Test
  void whatReluGivesStartsAtZero() {
    assertThat(LevelRange.of(0, 7.5, 1e-6).low()).isEqualTo(0f);
  }
}
