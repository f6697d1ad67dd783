package dev.ovkit.bisect;

/**
 * What the numbers of a tensor are like.
 *
 * @param min the least finite one
 * @param max the greatest finite one
 * @param mean of the finite ones
 * @param nonFinite how many are infinite or no number
 */
public record ValueStatistics(double min, double max, double mean, long nonFinite) {

  static ValueStatistics of(float[] numbers) {
    double min = Double.POSITIVE_INFINITY;
    double max = Double.NEGATIVE_INFINITY;
    double sum = 0;
    long finite = 0;
    for (float number : numbers) {
      if (Float.isFinite(number)) {
        min = Math.min(min, number);
        max = Math.max(max, number);
        sum += number;
        finite++;
      }
    }
    return finite == 0
        ? new ValueStatistics(Double.NaN, Double.NaN, Double.NaN, numbers.length)
        : new ValueStatistics(min, max, sum / finite, numbers.length - finite);
  }
}
