package dev.ovkit.quantize;

/**
 * The values of one tensor on the calibration pictures.
 *
 * <p>Of the whole tensor it keeps the least and the greatest of each picture, meant over the
 * pictures, so that one odd picture does not stretch all levels. Of a channel it keeps the least
 * and the greatest of all pictures: a channel may be there for something that few of them show, and
 * a mean would cut that off.
 */
final class Spread {

  private final double[] lows;
  private final double[] highs;
  private double low;
  private double high;
  private int pictures;

  Spread(int channels) {
    lows = new double[channels];
    highs = new double[channels];
  }

  /** Adds one picture. */
  void add(float[] channelLows, float[] channelHighs) {
    double least = Double.POSITIVE_INFINITY;
    double greatest = Double.NEGATIVE_INFINITY;
    for (int c = 0; c < lows.length; c++) {
      lows[c] = Math.min(lows[c], channelLows[c]);
      highs[c] = Math.max(highs[c], channelHighs[c]);
      least = Math.min(least, channelLows[c]);
      greatest = Math.max(greatest, channelHighs[c]);
    }
    low += least;
    high += greatest;
    pictures++;
  }

  int channels() {
    return lows.length;
  }

  double low() {
    return low / pictures;
  }

  double high() {
    return high / pictures;
  }

  double low(int channel) {
    return lows[channel];
  }

  double high(int channel) {
    return highs[channel];
  }
}
