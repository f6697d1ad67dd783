package dev.ovkit.compare;

import dev.ovkit.model.Detection;

/**
 * The same object in two results.
 *
 * @param iou how well the boxes agree, 0..1
 */
public record MatchedPair(Detection first, Detection second, double iou) {

  /** Returns the score in the second result minus that in the first. */
  public double scoreDifference() {
    return (double) second.score() - first.score();
  }
}
