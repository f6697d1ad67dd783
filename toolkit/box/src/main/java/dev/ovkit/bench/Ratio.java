package dev.ovkit.bench;

import java.util.Arrays;
import java.util.Comparator;
import java.util.SplittableRandom;
import java.util.stream.IntStream;

/**
 * How long one model takes for what another takes 1 for: the ratio of the medians, with the
 * interval that holds it in 95 % of the bootstrap's samples.
 *
 * <p>Times are paired by round, and the bootstrap draws rounds, with replacement: what slowed the
 * machine for a while slowed both, and does not widen the interval. The percentile method of Efron
 * and Tibshirani, "An Introduction to the Bootstrap" (1993), 2,000 samples, a fixed seed.
 *
 * @param median the ratio of the medians of all rounds
 * @param low the lower end of the interval
 * @param high the upper end
 * @param rounds how many there were
 */
public record Ratio(double median, double low, double high, int rounds) {

  private static final int RESAMPLES = 2000;
  private static final long SEED = 1993;

  /** Compares times; those of one round stand at one index, at least one. */
  public static Ratio of(double[] times, double[] than) {
    int rounds = times.length;
    if (rounds == 0 || rounds != than.length) {
      throw new IllegalArgumentException(
          "%d rounds against %d, expected as many, and some".formatted(rounds, than.length));
    }
    int[] order = order(times);
    int[] orderThan = order(than);
    SplittableRandom random = new SplittableRandom(SEED);
    int[] drawn = new int[rounds];
    double[] ratios = new double[RESAMPLES];
    for (int i = 0; i < RESAMPLES; i++) {
      Arrays.fill(drawn, 0);
      for (int j = 0; j < rounds; j++) {
        drawn[random.nextInt(rounds)]++;
      }
      ratios[i] = median(times, order, drawn) / median(than, orderThan, drawn);
    }
    Arrays.sort(ratios);
    Arrays.fill(drawn, 1);
    return new Ratio(
        median(times, order, drawn) / median(than, orderThan, drawn),
        Statistics.percentile(ratios, 0.025),
        Statistics.percentile(ratios, 0.975),
        rounds);
  }

  private static int[] order(double[] times) {
    return IntStream.range(0, times.length)
        .boxed()
        .sorted(Comparator.comparingDouble(i -> times[i]))
        .mapToInt(Integer::intValue)
        .toArray();
  }

  /** The median of times that were drawn so often each; sorted once, not for each sample. */
  private static double median(double[] times, int[] order, int[] drawn) {
    int lower = (times.length - 1) / 2;
    int upper = times.length / 2;
    int seen = 0;
    double below = Double.NaN;
    for (int i : order) {
      int before = seen;
      seen += drawn[i];
      if (before <= lower && lower < seen) {
        below = times[i];
      }
      if (upper < seen) {
        return (below + times[i]) / 2;
      }
    }
    throw new IllegalStateException("as many are drawn as there are");
  }
}
