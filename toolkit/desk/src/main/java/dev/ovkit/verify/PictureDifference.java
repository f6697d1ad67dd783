package dev.ovkit.verify;

import dev.ovkit.compare.MatchedPair;
import dev.ovkit.model.Detection;
import dev.ovkit.subject.PictureSource;
import java.util.List;
import java.util.OptionalDouble;

/**
 * How the boxes of two models differ on one picture.
 *
 * @param first what the first model found, down to the score where the comparison ends
 * @param second the same for the second model
 * @param pairs the same object in both, where one of the two scores reaches the threshold
 * @param apart pairs whose scores or boxes differ by more than is tolerated
 * @param onlyFirst objects that reach the threshold in the first and that the second lacks
 * @param onlySecond the same for the second
 */
public record PictureDifference(
    PictureSource picture,
    List<Detection> first,
    List<Detection> second,
    List<MatchedPair> pairs,
    List<MatchedPair> apart,
    List<Detection> onlyFirst,
    List<Detection> onlySecond) {

  public PictureDifference {
    first = List.copyOf(first);
    second = List.copyOf(second);
    pairs = List.copyOf(pairs);
    apart = List.copyOf(apart);
    onlyFirst = List.copyOf(onlyFirst);
    onlySecond = List.copyOf(onlySecond);
  }

  /** Returns whether the boxes are the same, within the tolerance. */
  public boolean holds() {
    return apart.isEmpty() && onlyFirst.isEmpty() && onlySecond.isEmpty();
  }

  /** Returns the largest difference of scores among the pairs; 0 if there are none. */
  public double largestScoreDifference() {
    return pairs.stream().mapToDouble(p -> Math.abs(p.scoreDifference())).max().orElse(0);
  }

  /** Returns the smallest overlap among the pairs; 1 if there are none. */
  public double smallestIou() {
    return pairs.stream().mapToDouble(MatchedPair::iou).min().orElse(1);
  }

  /** Returns the smallest overlap of masks among the pairs; empty if there are no masks. */
  public OptionalDouble smallestMaskIou() {
    return pairs.stream().flatMapToDouble(p -> p.maskIou().stream()).min();
  }

  /** Returns how far a key point moved at most, in pixels; empty if there are no key points. */
  public OptionalDouble farthestKeyPoint() {
    return pairs.stream().flatMapToDouble(p -> p.keyPointDistance().stream()).max();
  }

  /** Returns a number that is larger the worse the two agree, to sort by. */
  public double badness() {
    return onlyFirst.size()
        + onlySecond.size()
        + apart.size()
        + largestScoreDifference()
        + (1 - Math.min(smallestIou(), smallestMaskIou().orElse(1)));
  }
}
