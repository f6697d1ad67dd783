package dev.ovkit.verify;

import dev.ovkit.compare.Comparison;
import dev.ovkit.compare.MatchedPair;
import dev.ovkit.model.Detection;
import dev.ovkit.subject.PictureSource;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

/**
 * The rule by which boxes are the same. Both models are read down to the threshold less the scores'
 * tolerance, and
 *
 * <ul>
 *   <li>a box counts when it reaches the threshold in either model, so a box that is right at it in
 *       one and just below it in the other is compared, not missing;
 *   <li>it agrees when the other model has a box of its class whose score and place are within the
 *       tolerance, and so are the masks or the key points of both;
 *   <li>where suppression chose differently between two near-equal boxes, the other model has the
 *       same box among those it suppressed: that agrees too.
 * </ul>
 */
final class BoxComparison {

  /** Boxes that overlap less are of different objects. */
  private static final double SAME_OBJECT = 0.5;

  private final double threshold;
  private final Tolerance tolerance;

  BoxComparison(double threshold, Tolerance tolerance) {
    this.threshold = threshold;
    this.tolerance = tolerance;
  }

  /** The score down to which both models are read. */
  static float lowest(double threshold, Tolerance tolerance) {
    return (float) Math.max(0, threshold - tolerance.score());
  }

  PictureDifference of(
      PictureSource picture,
      List<Detection> first,
      List<Detection> second,
      Supplier<List<Detection>> firstCandidates,
      Supplier<List<Detection>> secondCandidates) {
    Comparison comparison = Comparison.of(first, second, SAME_OBJECT);
    Lazily inFirst = new Lazily(firstCandidates);
    Lazily inSecond = new Lazily(secondCandidates);
    List<MatchedPair> pairs = new ArrayList<>();
    List<MatchedPair> apart = new ArrayList<>();
    for (MatchedPair pair : comparison.pairs()) {
      if (counts(pair.first()) || counts(pair.second())) {
        boolean excused =
            !boxesAgree(pair) && inSecond.has(pair.first()) && inFirst.has(pair.second());
        if (!excused) {
          pairs.add(pair);
        }
        if (!excused && !(boxesAgree(pair) && detailsAgree(pair))) {
          apart.add(pair);
        }
      }
    }
    return new PictureDifference(
        picture,
        first,
        second,
        pairs,
        apart,
        comparison.onlyFirst().stream().filter(d -> counts(d) && !inSecond.has(d)).toList(),
        comparison.onlySecond().stream().filter(d -> counts(d) && !inFirst.has(d)).toList());
  }

  private boolean counts(Detection detection) {
    return detection.score() >= threshold;
  }

  private boolean boxesAgree(MatchedPair pair) {
    return pair.first().classId() == pair.second().classId()
        && Math.abs(pair.scoreDifference()) <= tolerance.score()
        && pair.iou() >= tolerance.iou();
  }

  /** Of a suppressed object only the box is known. */
  private boolean detailsAgree(MatchedPair pair) {
    return pair.maskIou().orElse(1) >= tolerance.iou()
        && pair.keyPointDistance().orElse(0) <= pair.keyPointTolerance(tolerance.iou());
  }

  /** The boxes before suppression, which are many and seldom needed. */
  private final class Lazily {
    private final Supplier<List<Detection>> supplier;
    private List<Detection> candidates = List.of();
    private boolean asked;

    Lazily(Supplier<List<Detection>> supplier) {
      this.supplier = supplier;
    }

    boolean has(Detection wanted) {
      if (!asked) {
        candidates = supplier.get();
        asked = true;
      }
      return candidates.stream()
          .anyMatch(candidate -> boxesAgree(MatchedPair.of(wanted, candidate)));
    }
  }
}
