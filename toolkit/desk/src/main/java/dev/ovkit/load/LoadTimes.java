package dev.ovkit.load;

import dev.ovkit.bench.Distribution;
import dev.ovkit.bench.Statistics;
import java.util.Arrays;
import org.HdrHistogram.Histogram;
import org.HdrHistogram.HistogramIterationValue;

/**
 * Times of the requests that were answered, in milliseconds, each to a thousandth of itself.
 *
 * @param statistics as for other measurements
 * @param p999 the 99.9th percentile
 * @param distribution up to the 99th
 */
public record LoadTimes(Statistics statistics, double p999, Distribution distribution) {

  private static final double MILLI = 1e6;
  private static final int MOST_PARTS = 60;

  /**
   * Makes them.
   *
   * @param nanos with at least one time
   */
  static LoadTimes of(Histogram nanos) {
    long count = nanos.getTotalCount();
    Statistics statistics =
        new Statistics(
            (int) Math.min(Integer.MAX_VALUE, count),
            nanos.getMinValue() / MILLI,
            nanos.getMean() / MILLI,
            count == 1 ? Double.NaN : nanos.getStdDeviation() / Math.sqrt(count) / MILLI,
            percentile(nanos, 50),
            percentile(nanos, 90),
            percentile(nanos, 99),
            nanos.getMaxValue() / MILLI);
    return new LoadTimes(statistics, percentile(nanos, 99.9), distribution(nanos, statistics));
  }

  private static double percentile(Histogram nanos, double percent) {
    return nanos.getValueAtPercentile(percent) / MILLI;
  }

  private static Distribution distribution(Histogram nanos, Statistics statistics) {
    double from = statistics.min();
    double to = statistics.p99();
    int parts =
        to > from ? (int) Math.min(MOST_PARTS, Math.ceil(Math.sqrt(statistics.count()))) : 1;
    Integer[] counts = new Integer[parts];
    Arrays.fill(counts, 0);
    int beyond = 0;
    for (HistogramIterationValue one : nanos.recordedValues()) {
      double time = one.getValueIteratedTo() / MILLI;
      int count = (int) one.getCountAddedInThisIterationStep();
      if (time > to) {
        beyond += count;
      } else {
        int part = parts == 1 ? 0 : (int) ((time - from) / (to - from) * parts);
        counts[Math.min(parts - 1, part)] += count;
      }
    }
    return new Distribution(from, to, Arrays.asList(counts), beyond);
  }
}
