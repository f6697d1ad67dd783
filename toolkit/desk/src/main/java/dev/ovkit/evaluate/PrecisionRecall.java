package dev.ovkit.evaluate;

import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * The average precision and the recall of one class over all pictures.
 *
 * @param precision by IoU threshold: the mean, over recall 0, .01 … 1, of the best precision that
 *     is to be had at that recall or a higher one
 * @param recall by IoU threshold: the share of objects found
 */
record PrecisionRecall(double[] precision, double[] recall) {

  private static final double[] RECALLS = CocoMatching.evenly(0, 1, 101);

  /**
   * Joins the pictures' results.
   *
   * @param pictures by rising id, which decides between equal scores
   * @param most as many objects of a picture count, best first
   * @return nothing if there is no object
   */
  static Optional<PrecisionRecall> of(List<CocoMatching.Result> pictures, int most) {
    int objects = pictures.stream().mapToInt(CocoMatching.Result::objects).sum();
    if (objects == 0) {
      return Optional.empty();
    }
    Ranked[] ranked = ranked(pictures, most);
    int thresholds = CocoMatching.THRESHOLDS.length;
    double[] precision = new double[thresholds];
    double[] recall = new double[thresholds];
    for (int t = 0; t < thresholds; t++) {
      double[] recalls = new double[ranked.length];
      double[] precisions = new double[ranked.length];
      int right = 0;
      int wrong = 0;
      for (int i = 0; i < ranked.length; i++) {
        CocoMatching.Result picture = ranked[i].picture();
        int place = ranked[i].place();
        if (!picture.ignored()[t][place]) {
          if (picture.hit()[t][place]) {
            right++;
          } else {
            wrong++;
          }
        }
        recalls[i] = (double) right / objects;
        precisions[i] = right / (wrong + right + Math.ulp(1.0));
      }
      for (int i = ranked.length - 2; i >= 0; i--) {
        precisions[i] = Math.max(precisions[i], precisions[i + 1]);
      }
      recall[t] = ranked.length == 0 ? 0 : recalls[ranked.length - 1];
      precision[t] = average(recalls, precisions);
    }
    return Optional.of(new PrecisionRecall(precision, recall));
  }

  private static double average(double[] recalls, double[] precisions) {
    double sum = 0;
    int i = 0;
    for (double wanted : RECALLS) {
      while (i < recalls.length && recalls[i] < wanted) {
        i++;
      }
      if (i == recalls.length) {
        break; // what is never reached counts 0
      }
      sum += precisions[i];
    }
    return sum / RECALLS.length;
  }

  private record Ranked(CocoMatching.Result picture, int place) {
    double score() {
      return picture.scores()[place];
    }
  }

  private static Ranked[] ranked(List<CocoMatching.Result> pictures, int most) {
    Ranked[] ranked =
        new Ranked[pictures.stream().mapToInt(p -> Math.min(most, p.scores().length)).sum()];
    int next = 0;
    for (CocoMatching.Result picture : pictures) {
      for (int place = 0; place < Math.min(most, picture.scores().length); place++) {
        ranked[next++] = new Ranked(picture, place);
      }
    }
    Arrays.sort(ranked, Comparator.comparingDouble(Ranked::score).reversed());
    return ranked;
  }
}
