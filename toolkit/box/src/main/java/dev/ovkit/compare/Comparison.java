package dev.ovkit.compare;

import dev.ovkit.model.Detection;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * How two results of one picture differ.
 *
 * @param pairs objects in both, by falling score in the first
 * @param onlyFirst objects that the second lacks
 * @param onlySecond objects that the first lacks
 */
public record Comparison(
    List<MatchedPair> pairs, List<Detection> onlyFirst, List<Detection> onlySecond) {

  public Comparison {
    pairs = List.copyOf(pairs);
    onlyFirst = List.copyOf(onlyFirst);
    onlySecond = List.copyOf(onlySecond);
  }

  /**
   * Pairs boxes of the same class. By falling score, each detection of the first result takes the
   * detection of the second that it overlaps best and that is still free, if the overlap is at
   * least {@code lowestIou} (as COCO's evaluation does with detections and ground truth). Between
   * equal overlaps the nearer score wins.
   */
  public static Comparison of(List<Detection> first, List<Detection> second, double lowestIou) {
    List<Detection> choosers =
        first.stream().sorted(Comparator.comparingDouble(Detection::score).reversed()).toList();
    boolean[] taken = new boolean[second.size()];
    List<MatchedPair> pairs = new ArrayList<>();
    List<Detection> onlyFirst = new ArrayList<>();
    for (Detection chooser : choosers) {
      MatchedPair best = null;
      int place = -1;
      for (int i = 0; i < second.size(); i++) {
        Detection other = second.get(i);
        if (!taken[i] && other.classId() == chooser.classId()) {
          MatchedPair pair = MatchedPair.of(chooser, other);
          if (pair.iou() >= lowestIou && (best == null || isBetter(pair, best))) {
            best = pair;
            place = i;
          }
        }
      }
      if (best == null) {
        onlyFirst.add(chooser);
      } else {
        pairs.add(best);
        taken[place] = true;
      }
    }
    List<Detection> onlySecond = new ArrayList<>();
    for (int i = 0; i < second.size(); i++) {
      if (!taken[i]) {
        onlySecond.add(second.get(i));
      }
    }
    return new Comparison(pairs, onlyFirst, onlySecond);
  }

  private static boolean isBetter(MatchedPair pair, MatchedPair best) {
    return pair.iou() > best.iou()
        || (pair.iou() == best.iou()
            && Math.abs(pair.scoreDifference()) < Math.abs(best.scoreDifference()));
  }

  /** Returns the largest difference of scores among the pairs; 0 if there are none. */
  public double largestScoreDifference() {
    return pairs.stream().mapToDouble(p -> Math.abs(p.scoreDifference())).max().orElse(0);
  }

  /** Returns the smallest overlap among the pairs; 1 if there are none. */
  public double smallestIou() {
    return pairs.stream().mapToDouble(MatchedPair::iou).min().orElse(1);
  }
}
