package dev.ovkit.diagnose;

import dev.ovkit.compare.Comparison;
import dev.ovkit.compare.MatchedPair;
import dev.ovkit.model.Detection;
import java.util.List;

/**
 * How well the boxes of one way to read an IR fit.
 *
 * @param agreement 0 (nothing fits) to 1 (all boxes are the same). With expected boxes: over all
 *     boxes the sum of IoU times one minus the difference of scores, divided by the number of boxes
 *     in either; a box near the threshold counts less. Without: what {@link Plausibility} says
 * @param expected boxes that should be there; 0 without expectation
 * @param found boxes that are
 * @param matched boxes in both: same class, IoU of at least 0.5
 * @param meanIou of those
 * @param largestScoreDifference of those
 */
public record Fit(
    double agreement,
    int expected,
    int found,
    int matched,
    double meanIou,
    double largestScoreDifference) {

  static final double LOWEST_IOU = 0.5;

  /** Nothing could be read. */
  static final Fit NONE = new Fit(0, 0, 0, 0, 0, 0);

  /** Sums up over pictures. */
  static final class Sum {
    private final float confidence;
    private double gained;
    private double possible;
    private int expected;
    private int found;
    private int matched;
    private double ious;
    private double largest;

    Sum(float confidence) {
      this.confidence = confidence;
    }

    void add(List<Detection> wanted, List<Detection> actual) {
      Comparison comparison = Comparison.of(wanted, actual, LOWEST_IOU);
      for (MatchedPair pair : comparison.pairs()) {
        // A list without scores is met by any.
        boolean scored = pair.first().score() <= 1;
        double difference = scored ? Math.abs(pair.scoreDifference()) : 0;
        double weight = Math.max(weight(pair.first()), weight(pair.second()));
        gained += weight * pair.iou() * (1 - difference);
        possible += weight;
        ious += pair.iou();
        largest = Math.max(largest, difference);
      }
      comparison.onlyFirst().forEach(d -> possible += weight(d));
      comparison.onlySecond().forEach(d -> possible += weight(d));
      expected += wanted.size();
      found += actual.size();
      matched += comparison.pairs().size();
    }

    /** Rounding decides whether a box at the threshold is there. */
    private double weight(Detection d) {
      return Math.min(1, Math.max(0.02, (d.score() - confidence) / 0.15));
    }

    Fit fit() {
      return new Fit(
          possible == 0 ? (expected == 0 ? 1 : 0) : gained / possible,
          expected,
          found,
          matched,
          matched == 0 ? 0 : ious / matched,
          largest);
    }
  }
}
