package dev.ovkit.compare;

import dev.ovkit.model.Detection;
import dev.ovkit.model.Detection.KeyPoint;
import dev.ovkit.model.RotatedBox;
import java.util.List;
import java.util.OptionalDouble;

/**
 * The same object in two results.
 *
 * @param iou how well the boxes agree, 0..1; the rotated ones where both have them
 */
public record MatchedPair(Detection first, Detection second, double iou) {

  /** The place of a point that neither result sees means nothing. */
  private static final double SEEN = 0.5;

  /** Makes a pair of two detections, wherever they are. */
  public static MatchedPair of(Detection first, Detection second) {
    RotatedBox a = first.rotated().orElse(null);
    RotatedBox b = second.rotated().orElse(null);
    return new MatchedPair(
        first, second, a == null || b == null ? first.box().iou(second.box()) : a.iou(b));
  }

  /** Returns how well the masks agree, 0..1; empty unless both have one. */
  public OptionalDouble maskIou() {
    return first.mask().isPresent() && second.mask().isPresent()
        ? OptionalDouble.of(first.mask().get().iou(second.mask().get()))
        : OptionalDouble.empty();
  }

  /**
   * Returns the largest distance between the two results' key points, in pixels, among the points
   * that at least one of them sees; empty unless both have as many.
   */
  public OptionalDouble keyPointDistance() {
    List<KeyPoint> here = first.keyPoints();
    List<KeyPoint> there = second.keyPoints();
    if (here.isEmpty() || here.size() != there.size()) {
      return OptionalDouble.empty();
    }
    double farthest = 0;
    for (int i = 0; i < here.size(); i++) {
      KeyPoint a = here.get(i);
      KeyPoint b = there.get(i);
      if (Math.max(a.score(), b.score()) >= SEEN) {
        farthest = Math.max(farthest, Math.hypot(a.x() - b.x(), a.y() - b.y()));
      }
    }
    return OptionalDouble.of(farthest);
  }

  /**
   * Returns how far a key point may move: as far as a box of this size may where boxes must overlap
   * by so much, and half a pixel at least.
   */
  public double keyPointTolerance(double lowestIou) {
    return Math.max(
        0.5, (1 - lowestIou) * Math.sqrt((double) first.box().width() * first.box().height()));
  }

  /** Returns the score in the second result minus that in the first. */
  public double scoreDifference() {
    return (double) second.score() - first.score();
  }
}
