package dev.ovkit.verify;

import dev.ovkit.OptionException;
import dev.ovkit.ir.WeightPrecision;

/**
 * How far two models may differ and still be the same.
 *
 * @param relativeL2 of each raw output: the norm of the difference over the norm of the first;
 *     infinite where raw outputs do not count
 * @param score the largest difference of the scores of one object, 0..1
 * @param iou the smallest overlap of its two boxes, and of its two masks, 0..1
 */
public record Tolerance(double relativeL2, double score, double iou) {

  public Tolerance {
    if (!(relativeL2 > 0)) {
      throw new OptionException(
          "--tolerance %s: expected a number above 0, such as 0.001".formatted(relativeL2));
    }
    if (!(score >= 0 && score <= 1)) {
      throw new OptionException(
          "--score-tolerance %s: expected a number from 0 to 1".formatted(score));
    }
    if (!(iou >= 0 && iou <= 1)) {
      throw new OptionException("--min-iou %s: expected a number from 0 to 1".formatted(iou));
    }
  }

  /**
   * The default for a precision.
   *
   * <p>Between two engines in f32 the real models and the zoo stay within 1e-5. The rounding of
   * weights to f16 costs 3e-3 on trained weights and up to 2e-2 on random ones. Of 8-bit weights
   * the raw outputs say nothing (a good quantisation is off by 0.30, a bad one by 0.43): there the
   * boxes decide alone.
   */
  public static Tolerance of(WeightPrecision precision) {
    return switch (precision) {
      case FP32 -> new Tolerance(1e-4, 0.001, 0.99);
      case FP16 -> new Tolerance(2e-2, 0.02, 0.95);
      case INT8 -> new Tolerance(Double.POSITIVE_INFINITY, 0.15, 0.7);
    };
  }

  public Tolerance withRelativeL2(double most) {
    return new Tolerance(most, score, iou);
  }

  public Tolerance withScore(double most) {
    return new Tolerance(relativeL2, most, iou);
  }

  public Tolerance withIou(double least) {
    return new Tolerance(relativeL2, score, least);
  }
}
