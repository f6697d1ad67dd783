package dev.ovkit.verify;

import dev.ovkit.subject.Output;
import java.util.List;

/**
 * How one raw output of two models differs, at its worst over the pictures.
 *
 * @param name in the first model, with the columns meant where an output is compared in parts
 * @param secondName in the second model
 * @param shape its dimensions
 * @param probabilities whether the values are scores 0..1
 * @param maxAbs the largest difference of two values
 * @param relativeL2 the norm of the difference over the norm of the first
 * @param cosine of the angle between the two, 1 where they are proportional
 * @param nonFiniteFirst how many values of the first are infinite or no number, on all pictures
 * @param nonFiniteSecond the same for the second
 */
public record OutputDifference(
    String name,
    String secondName,
    List<Long> shape,
    boolean probabilities,
    double maxAbs,
    double relativeL2,
    double cosine,
    long nonFiniteFirst,
    long nonFiniteSecond) {

  public OutputDifference {
    shape = List.copyOf(shape);
  }

  /** Compares two outputs of the same shape; values that are not finite are counted apart. */
  static OutputDifference of(Output first, Output second, boolean probabilities) {
    float[] a = first.values();
    float[] b = second.values();
    double difference = 0;
    double normA = 0;
    double normB = 0;
    double dot = 0;
    double most = 0;
    long badA = 0;
    long badB = 0;
    for (int i = 0; i < a.length; i++) {
      boolean finiteA = Float.isFinite(a[i]);
      boolean finiteB = Float.isFinite(b[i]);
      badA += finiteA ? 0 : 1;
      badB += finiteB ? 0 : 1;
      if (finiteA && finiteB) {
        double d = (double) a[i] - b[i];
        most = Math.max(most, Math.abs(d));
        difference += d * d;
        normA += (double) a[i] * a[i];
        normB += (double) b[i] * b[i];
        dot += (double) a[i] * b[i];
      }
    }
    return new OutputDifference(
        first.name(),
        second.name(),
        first.shape(),
        probabilities,
        most,
        difference == 0 ? 0 : Math.sqrt(difference / normA),
        difference == 0 ? 1 : normA == 0 || normB == 0 ? 0 : dot / Math.sqrt(normA * normB),
        badA,
        badB);
  }

  /** The worse of two pictures. */
  OutputDifference and(OutputDifference other) {
    return new OutputDifference(
        name,
        secondName,
        shape,
        probabilities,
        Math.max(maxAbs, other.maxAbs),
        Math.max(relativeL2, other.relativeL2),
        Math.min(cosine, other.cosine),
        nonFiniteFirst + other.nonFiniteFirst,
        nonFiniteSecond + other.nonFiniteSecond);
  }

  /** Returns whether every value is a number. */
  public boolean isFinite() {
    return nonFiniteFirst + nonFiniteSecond == 0;
  }

  /**
   * Returns whether the difference is tolerated. Scores near zero have large relative differences
   * that mean nothing, so for them a difference within the scores' own tolerance will do.
   */
  public boolean holds(Tolerance tolerance) {
    return isFinite()
        && (relativeL2 <= tolerance.relativeL2() || (probabilities && maxAbs <= tolerance.score()));
  }
}
