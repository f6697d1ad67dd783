package dev.ovkit.bench;

import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.stream.IntStream;

/**
 * The time of one model over that of another: the median of the ratios of all rounds, with its 95 %
 * interval.
 *
 * <p>A ratio is taken within each round, and the bootstrap draws rounds, with replacement: what
 * slowed the machine for a while slowed both, and does not widen the interval. The percentile
 * method of Efron and Tibshirani, "An Introduction to the Bootstrap" (1993), 2,000 samples, a fixed
 * seed.
 *
 * @param median the median over the rounds
 * @param low the lower end of the interval
 * @param high the upper end
 * @param rounds how many there were
 */
public record Ratio(double median, double low, double high, int rounds) {

  private static final int RESAMPLES = 2000;
  private static final long SEED = 1993;

  /** Compares times, at least one of each; those of one round have the same index. */
  public static Ratio of(double[] times, double[] than) {
    int rounds = times.length;
    if (rounds == 0 || rounds != than.length) {
      throw new IllegalArgumentException(
          "%d rounds against %d, expected as many, and some".formatted(rounds, than.length));
    }
    double[] ratios = IntStream.range(0, rounds).mapToDouble(i -> times[i] / than[i]).toArray();
    Arrays.sort(ratios);
    SplittableRandom random = new SplittableRandom(SEED);
    int[] drawn = new int[rounds];
    double[] medians = new double[RESAMPLES];
    for (int i = 0; i < RESAMPLES; i++) {
      Arrays.fill(drawn, 0);
      for (int j = 0; j < rounds; j++) {
        drawn[random.nextInt(rounds)]++;
      }
      medians[i] = median(ratios, drawn);
    }
    Arrays.sort(medians);
    return new Ratio(
        Statistics.percentile(ratios, 0.5),
        Statistics.percentile(medians, 0.025),
        Statistics.percentile(medians, 0.975),
        rounds);
  }

  /** The median of sorted ratios that were drawn so often each. */
  private static double median(double[] ratios, int[] drawn) {
    int lower = (ratios.length - 1) / 2;
    int upper = ratios.length / 2;
    int seen = 0;
    double below = Double.NaN;
    for (int i = 0; i < ratios.length; i++) {
      int before = seen;
      seen += drawn[i];
      if (before <= lower && lower < seen) {
        below = ratios[i];
      }
      if (upper < seen) {
        return (below + ratios[i]) / 2;
      }
    }
    throw new IllegalStateException("as many are drawn as there are");
  }
}
