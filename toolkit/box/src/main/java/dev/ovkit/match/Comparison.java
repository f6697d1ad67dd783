package dev.ovkit.match;

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
public record Comparison(List<Pair> pairs, List<Detection> onlyFirst, List<Detection> onlySecond) {

  public Comparison {
    pairs = List.copyOf(pairs);
    onlyFirst = List.copyOf(onlyFirst);
    onlySecond = List.copyOf(onlySecond);
  }

  /**
   * Pairs boxes of the same class. The detections of the first result choose by falling score; each
   * takes what is left of the second that it overlaps best, if by at least {@code lowestIou} (as
   * COCO's evaluation does with detections and ground truth). Between equal overlaps the nearer
   * score wins.
   */
  public static Comparison of(List<Detection> first, List<Detection> second, double lowestIou) {
    List<Detection> chooser =
        first.stream().sorted(Comparator.comparingDouble(Detection::score).reversed()).toList();
    List<Detection> left = new ArrayList<>(second);
    List<Pair> pairs = new ArrayList<>();
    List<Detection> alone = new ArrayList<>();
    for (Detection detection : chooser) {
      Pair best = null;
      for (Detection other : left) {
        if (other.classId() == detection.classId()) {
          Pair pair = new Pair(detection, other, detection.box().iou(other.box()));
          if (pair.iou() >= lowestIou && (best == null || isBetter(pair, best))) {
            best = pair;
          }
        }
      }
      if (best == null) {
        alone.add(detection);
      } else {
        pairs.add(best);
        removeThis(left, best.second());
      }
    }
    return new Comparison(pairs, alone, left);
  }

  private static boolean isBetter(Pair pair, Pair best) {
    return pair.iou() > best.iou()
        || (pair.iou() == best.iou()
            && Math.abs(pair.scoreDifference()) < Math.abs(best.scoreDifference()));
  }

  /** Equal detections may stand twice in a list; one of them is taken. */
  private static void removeThis(List<Detection> list, Detection detection) {
    for (int i = 0; i < list.size(); i++) {
      if (list.get(i) == detection) {
        list.remove(i);
        return;
      }
    }
  }

  /** Returns the largest difference of scores among the pairs; 0 if there are none. */
  public double largestScoreDifference() {
    return pairs.stream().mapToDouble(p -> Math.abs(p.scoreDifference())).max().orElse(0);
  }

  /** Returns the smallest overlap among the pairs; 1 if there are none. */
  public double smallestIou() {
    return pairs.stream().mapToDouble(Pair::iou).min().orElse(1);
  }
}
