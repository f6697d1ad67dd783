package dev.ovkit.cli.print;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ovkit.bench.Ratio;
import java.util.OptionalDouble;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A verdict claims no more than its interval. */
class ComparisonWordsTest {

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "0.80 | 0.95 | true | true | 0.9 | faster",
        "1.05 | 1.20 | true | true | 1.1 | slower",
        "0.80 | 1.00 | true | true | 0.9 | no difference is shown",
        "0.90 | 1.20 | true | false | 0.9 | no difference is shown",
        "0.80 | 0.95 | false | true | 0.9 | no difference is shown, because the control differs by more than 2 %",
        "0.80 | 0.95 | true | false | 0.9 | faster in this run, whose times were not stable: measure again",
        "0.80 | 0.95 | true | true | 1.1 | faster, although the ratio of the two p50 is 1.100: a p50 mixes fast and slow rounds, but the ratio is computed within each round",
      })
  void theVerdictFollowsFromTheInterval(
      double low, double high, boolean control, boolean stable, double p50, String verdict) {
    Ratio ratio = new Ratio((low + high) / 2, low, high, 20);
    assertThat(ComparisonWords.verdict(ratio, control, stable, OptionalDouble.of(p50)))
        .isEqualTo(verdict);
  }
}
