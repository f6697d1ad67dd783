package dev.ovkit.bench;

import java.util.Arrays;

/**
 * The statistics of a set of times.
 *
 * <p>A percentile is interpolated between its two neighbours in the sorted times, at position
 * {@code p * (count - 1)} counted from 0: definition 7 of Hyndman and Fan, "Sample Quantiles in
 * Statistical Packages" (1996), which numpy and R use too.
 *
 * @param count how many times
 * @param standardError of the mean: the sample's standard deviation over the root of the count, as
 *     for independent passes; not a number for a single one
 * @param p50 the median
 */
public record Statistics(
    int count,
    double min,
    double mean,
    double standardError,
    double p50,
    double p90,
    double p99,
    double max) {

  /**
   * Computes them.
   *
   * @param times in any order, at least one
   */
  public static Statistics of(double... times) {
    if (times.length == 0) {
      throw new IllegalArgumentException("nothing was measured");
    }
    double[] sorted = times.clone();
    Arrays.sort(sorted);
    double mean = Arrays.stream(sorted).average().orElseThrow();
    double squares = Arrays.stream(sorted).map(time -> (time - mean) * (time - mean)).sum();
    int n = sorted.length;
    return new Statistics(
        n,
        sorted[0],
        mean,
        n == 1 ? Double.NaN : Math.sqrt(squares / (n - 1) / n),
        percentile(sorted, 0.5),
        percentile(sorted, 0.9),
        percentile(sorted, 0.99),
        sorted[n - 1]);
  }

  static double percentile(double[] sorted, double p) {
    double position = p * (sorted.length - 1);
    int below = (int) position;
    int above = Math.min(below + 1, sorted.length - 1);
    return sorted[below] + (position - below) * (sorted[above] - sorted[below]);
  }
}
