package dev.ovkit.evaluate;

import dev.ovkit.model.Detection;
import java.util.Comparator;
import java.util.List;

/**
 * The objects of one class on one picture, found and true.
 *
 * <p>Which found object takes which true one is as COCO's evaluation defines it (T.-Y. Lin et al.,
 * "Microsoft COCO: Common Objects in Context", 2014, and the evaluation page of cocodataset.org).
 */
final class CocoMatching {

  /** IoU .5, .55 … .95, in the arithmetic of numpy's linspace: .6 and .6000000000000001 differ. */
  static final double[] THRESHOLDS = evenly(0.5, 0.95, 10);

  /** Which objects count, by their area in square pixels; both ends belong to it. */
  enum Size {
    ALL(0, 1e10),
    SMALL(0, 32 * 32),
    MEDIUM(32 * 32, 96 * 96),
    LARGE(96 * 96, 1e10);

    private final double least;
    private final double most;

    Size(double least, double most) {
      this.least = least;
      this.most = most;
    }

    boolean leavesOut(double area) {
      return area < least || area > most;
    }
  }

  /**
   * What became of the found objects, by falling score.
   *
   * @param objects how many true ones count
   * @param hit at each threshold, whether a found one took a true one
   * @param ignored at each threshold, whether it counts neither for nor against
   */
  record Result(int objects, double[] scores, boolean[][] hit, boolean[][] ignored) {}

  private final Similarity similarity;
  private final List<Detection> found;
  private final List<TruthObject> truth;
  private final double[][] overlaps;

  /**
   * @param found in any order; of equal scores the earlier comes first
   */
  CocoMatching(List<Detection> found, List<TruthObject> truth, Similarity similarity) {
    this.similarity = similarity;
    this.found =
        found.stream()
            .sorted(Comparator.comparingDouble(Detection::score).reversed())
            .limit(similarity.most())
            .toList();
    this.truth = truth;
    this.overlaps = new double[this.found.size()][truth.size()];
    for (int d = 0; d < this.found.size(); d++) {
      for (int g = 0; g < truth.size(); g++) {
        overlaps[d][g] = similarity.of(this.found.get(d), truth.get(g));
      }
    }
  }

  /** Crowds and objects of another size are there to be hit, but are no loss when missed. */
  Result match(Size size) {
    int[] order = new int[truth.size()];
    boolean[] ignorable = new boolean[truth.size()];
    int objects = 0;
    for (int g = 0; g < order.length; g++) {
      ignorable[g] = similarity.isIgnored(truth.get(g)) || size.leavesOut(truth.get(g).area());
      if (!ignorable[g]) {
        order[objects++] = g;
      }
    }
    for (int g = 0, next = objects; g < order.length; g++) {
      if (ignorable[g]) {
        order[next++] = g;
      }
    }
    boolean[][] hit = new boolean[THRESHOLDS.length][found.size()];
    boolean[][] ignored = new boolean[THRESHOLDS.length][found.size()];
    for (int t = 0; t < THRESHOLDS.length; t++) {
      boolean[] taken = new boolean[truth.size()];
      for (int d = 0; d < found.size(); d++) {
        int chosen = choose(overlaps[d], order, ignorable, taken, THRESHOLDS[t]);
        if (chosen >= 0) {
          taken[chosen] = true;
          hit[t][d] = true;
          ignored[t][d] = ignorable[chosen];
        } else {
          ignored[t][d] = size.leavesOut(similarity.area(found.get(d)));
        }
      }
    }
    double[] scores = found.stream().mapToDouble(Detection::score).toArray();
    return new Result(objects, scores, hit, ignored);
  }

  /**
   * The true object that is most alike, the last of equals; one that counts goes before all that do
   * not; a crowd can be taken any number of times.
   */
  private int choose(
      double[] overlap, int[] order, boolean[] ignorable, boolean[] taken, double threshold) {
    double best = threshold;
    int chosen = -1;
    for (int g : order) {
      if (taken[g] && !truth.get(g).crowd()) {
        continue;
      }
      if (chosen >= 0 && !ignorable[chosen] && ignorable[g]) {
        break;
      }
      if (overlap[g] >= best) {
        best = overlap[g];
        chosen = g;
      }
    }
    return chosen;
  }

  static double[] evenly(double first, double last, int count) {
    double[] values = new double[count];
    double step = (last - first) / (count - 1);
    for (int i = 0; i < count; i++) {
      values[i] = first + i * step;
    }
    values[count - 1] = last;
    return values;
  }
}
