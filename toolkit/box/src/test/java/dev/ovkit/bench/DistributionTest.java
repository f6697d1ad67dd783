package dev.ovkit.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DistributionTest {

  @Test
  void timesAreCountedInEqualParts() {
    // 16 times, 4 parts; the 99th percentile lies between the two largest
    double[] times = IntStream.rangeClosed(1, 16).asDoubleStream().toArray();
    Distribution spread = Distribution.of(times);
    assertThat(spread.from()).isEqualTo(1);
    assertThat(spread.to()).isEqualTo(15.85);
    assertThat(spread.counts()).containsExactly(4, 4, 4, 3);
    assertThat(spread.beyond()).isEqualTo(1);
  }

  @Test
  void equalTimesAreOnePart() {
    assertThat(Distribution.of(3, 3, 3, 3, 3)).isEqualTo(new Distribution(3, 3, List.of(5), 0));
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 7, 100, 3600, 50_000})
  void everyTimeIsCountedOnce(int count) {
    SplittableRandom random = new SplittableRandom(count);
    double[] times = random.doubles(count, 1, 9).toArray();
    Distribution spread = Distribution.of(times);
    int within = spread.counts().stream().mapToInt(Integer::intValue).sum();
    assertThat(within + spread.beyond()).isEqualTo(count);
    assertThat(spread.beyond()).isBetween(0, 1 + count / 100);
    assertThat(spread.counts()).hasSizeBetween(1, 60);
  }

  @Test
  void nothingMeasuredHasNoDistribution() {
    assertThatThrownBy(Distribution::of).isInstanceOf(IllegalArgumentException.class);
  }
}
