package dev.ovkit.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Against values computed by hand and by numpy. */
class StatisticsTest {

  @Test
  void ofOneToTen() {
    Statistics s = Statistics.of(7, 3, 10, 1, 9, 4, 8, 2, 6, 5);
    assertThat(s.count()).isEqualTo(10);
    assertThat(s.min()).isEqualTo(1);
    assertThat(s.max()).isEqualTo(10);
    assertThat(s.mean()).isEqualTo(5.5);
    assertThat(s.p50()).isEqualTo(5.5);
    // numpy.percentile(range(1, 11), [90, 99])
    assertThat(s.p90()).isCloseTo(9.1, within(1e-12));
    assertThat(s.p99()).isCloseTo(9.91, within(1e-12));
    // sqrt(82.5 / 9 / 10)
    assertThat(s.standardError()).isCloseTo(0.9574271077563381, within(1e-12));
  }

  @Test
  void ofASingleTimeThereIsNoError() {
    Statistics s = Statistics.of(2.5);
    assertThat(s.p50()).isEqualTo(2.5);
    assertThat(s.p99()).isEqualTo(2.5);
    assertThat(s.standardError()).isNaN();
  }

  @Test
  void theCallersTimesKeepTheirOrder() {
    double[] times = {3, 1, 2};
    Statistics.of(times);
    assertThat(times).containsExactly(3, 1, 2);
  }

  @Test
  void ofNothingThereIsNothing() {
    assertThatThrownBy(Statistics::of).isInstanceOf(IllegalArgumentException.class);
  }

  // ---- ratios

  @Test
  void aModelThatAlwaysTakesTwiceAsLongHasARatioOfExactlyTwo() {
    double[] times = new Random(1).doubles(101, 1, 5).toArray();
    double[] twice = Arrays.stream(times).map(t -> 2 * t).toArray();
    assertThat(Ratio.of(twice, times)).isEqualTo(new Ratio(2, 2, 2, 101));
  }

  /** The machine is slow for half of the rounds, for both: the pairs do not mind. */
  @Test
  void whatSlowsBothDoesNotWidenTheInterval() {
    double[] a = new double[200];
    double[] b = new double[200];
    Random random = new Random(2);
    for (int i = 0; i < a.length; i++) {
      double load = i % 2 == 0 ? 1 : 3;
      a[i] = load * (1.1 + 0.01 * random.nextGaussian());
      b[i] = load * (1 + 0.01 * random.nextGaussian());
    }
    Ratio paired = Ratio.of(a, b);
    double[] shifted = IntStream.range(0, 200).mapToDouble(i -> b[(i + 1) % 200]).toArray();
    Ratio torn = Ratio.of(a, shifted);
    assertThat(paired.high() - paired.low()).isLessThan(torn.high() - torn.low());
  }

  @Test
  void theIntervalHoldsTheTruthAboutAsOftenAsItSays() {
    int held = 0;
    for (int run = 0; run < 100; run++) {
      Random random = new Random(run);
      double[] a = IntStream.range(0, 60).mapToDouble(i -> 12 + random.nextGaussian()).toArray();
      double[] b = IntStream.range(0, 60).mapToDouble(i -> 10 + random.nextGaussian()).toArray();
      Ratio ratio = Ratio.of(a, b);
      assertThat(ratio.median()).isBetween(ratio.low(), ratio.high());
      held += ratio.low() <= 1.2 && 1.2 <= ratio.high() ? 1 : 0;
    }
    assertThat(held).isBetween(88, 100);
  }

  /** The ratio of the medians would be 1: of a 1, 2, 9, of b 2, 1, 3, medians 2 and 2. */
  @Test
  void aRatioIsTakenWithinEachRound() {
    Ratio ratio = Ratio.of(new double[] {1, 2, 9}, new double[] {2, 1, 3});
    assertThat(ratio.median()).isEqualTo(2);
    assertThat(ratio.low()).isEqualTo(0.5);
    assertThat(ratio.high()).isEqualTo(3);
  }

  @Test
  void theSameTimesGiveTheSameInterval() {
    double[] a = new Random(5).doubles(50, 1, 2).toArray();
    double[] b = new Random(6).doubles(50, 1, 2).toArray();
    assertThat(Ratio.of(a, b)).isEqualTo(Ratio.of(a, b));
  }

  @Test
  void theMedianOfAnEvenNumberLiesBetweenTheMiddleTwo() {
    assertThat(Ratio.of(new double[] {4, 2}, new double[] {1, 1}).median()).isEqualTo(3);
  }

  @Test
  void timesThatDoNotPairAreRefused() {
    assertThatThrownBy(() -> Ratio.of(new double[2], new double[3]))
        .hasMessage("2 rounds against 3, expected as many, and some");
  }
}
