package dev.ovkit.tune;

import dev.ovkit.compare.Comparison;
import dev.ovkit.model.Detection;
import java.util.List;

/**
 * How well the boxes of changed settings agree with the default's, over all pictures.
 *
 * <p>Boxes of one class that overlap by IoU 0.5 or more are the same object. One that reaches the
 * threshold by less than {@link #MARGIN} may come or go. Settings are allowed where {@link #holds}:
 * at least 95 of 100 boxes have their partner, and partners overlap by 0.9 on average.
 *
 * @param pairs objects found by both
 * @param lost boxes of the default without a partner
 * @param gained boxes of the changed settings without a partner
 * @param meanIou of the pairs; not a number without any
 * @param maxScoreDifference among the pairs
 */
public record Agreement(
    int pairs, int lost, int gained, double meanIou, double maxScoreDifference) {

  /** How far a score may be above the threshold while its box may come or go. */
  public static final double MARGIN = 0.05;

  private static final double SAME_OBJECT = 0.5;
  private static final double LEAST_SHARE = 0.95;
  private static final double LEAST_MEAN_IOU = 0.9;

  /**
   * Compares results of the same pictures.
   *
   * @param threshold the lowest score of a box
   */
  static Agreement of(List<List<Detection>> first, List<List<Detection>> second, double threshold) {
    int pairs = 0;
    int lost = 0;
    int gained = 0;
    double overlaps = 0;
    double most = 0;
    for (int i = 0; i < first.size(); i++) {
      Comparison comparison = Comparison.of(first.get(i), second.get(i), SAME_OBJECT);
      pairs += comparison.pairs().size();
      lost += sure(comparison.onlyFirst(), threshold);
      gained += sure(comparison.onlySecond(), threshold);
      overlaps += comparison.pairs().stream().mapToDouble(pair -> pair.iou()).sum();
      most = Math.max(most, comparison.largestScoreDifference());
    }
    return new Agreement(pairs, lost, gained, overlaps / pairs, most);
  }

  private static int sure(List<Detection> boxes, double threshold) {
    return (int) boxes.stream().filter(box -> box.score() >= threshold + MARGIN).count();
  }

  /** Returns the share of boxes with a partner: twice the pairs over all boxes; 0 without any. */
  public double share() {
    return pairs == 0 ? 0 : 2.0 * pairs / (2.0 * pairs + lost + gained);
  }

  /** Whether the boxes are still the default's. */
  public boolean holds() {
    return share() >= LEAST_SHARE && meanIou >= LEAST_MEAN_IOU;
  }
}
