package dev.ovkit.bench;

import java.util.Arrays;
import java.util.List;

/**
 * How often times fall into equal parts of a range: as many parts as the root of the count, at most
 * {@value #MOST_PARTS}. The range ends at the 99th percentile, so that a few slow passes do not
 * squeeze all others into one part.
 *
 * @param from the left end of the first part
 * @param to the right end of the last
 * @param counts of each part
 * @param beyond how many times are above the range
 */
public record Distribution(double from, double to, List<Integer> counts, int beyond) {

  private static final int MOST_PARTS = 60;

  public Distribution {
    counts = List.copyOf(counts);
  }

  /**
   * Counts times.
   *
   * @param times in any order, at least one
   */
  public static Distribution of(double... times) {
    if (times.length == 0) {
      throw new IllegalArgumentException("nothing was measured");
    }
    double[] sorted = times.clone();
    Arrays.sort(sorted);
    double from = sorted[0];
    double to = Statistics.percentile(sorted, 0.99);
    int parts = to > from ? (int) Math.min(MOST_PARTS, Math.ceil(Math.sqrt(times.length))) : 1;
    Integer[] counts = new Integer[parts];
    Arrays.fill(counts, 0);
    int beyond = 0;
    for (double time : sorted) {
      if (time > to) {
        beyond++;
      } else {
        counts[parts == 1 ? 0 : Math.min(parts - 1, (int) ((time - from) / (to - from) * parts))]++;
      }
    }
    return new Distribution(from, to, List.of(counts), beyond);
  }
}
