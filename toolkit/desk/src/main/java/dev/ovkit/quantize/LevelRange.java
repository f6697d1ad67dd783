package dev.ovkit.quantize;

/**
 * What 256 levels reach from and to. Zero is one of the levels exactly: padding, and what ReLU cuts
 * off, stay without error.
 */
public record LevelRange(float low, float high) {

  private static final int STEPS = 255;

  /**
   * Returns the narrowest range with an exact zero for values between two limits.
   *
   * @param leastWidth in place of a narrower one
   */
  static LevelRange of(double low, double high, double leastWidth) {
    double from = Math.min(low, 0);
    double to = Math.max(Math.max(high, 0), from + leastWidth);
    double step = (to - from) / STEPS;
    long zero = Math.round(-from / step);
    return new LevelRange((float) (-zero * step), (float) ((STEPS - zero) * step));
  }
}
