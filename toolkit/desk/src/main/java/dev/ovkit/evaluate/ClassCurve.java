package dev.ovkit.evaluate;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * How precision and recall of one class at IoU .5 follow from the confidence: one point per box
 * that was found, by falling score.
 *
 * @param name of the class
 * @param objects how many there are; at least one
 * @param scores the confidence of each point
 * @param precision the share of boxes right among those found
 * @param recall the share of objects found
 */
public record ClassCurve(
    String name, int objects, double[] scores, double[] precision, double[] recall) {

  private record Box(double score, boolean right) {}

  static ClassCurve of(String name, List<CocoMatching.Result> pictures) {
    List<Box> boxes = new ArrayList<>();
    int objects = 0;
    for (CocoMatching.Result picture : pictures) {
      objects += picture.objects();
      for (int i = 0; i < picture.scores().length; i++) {
        if (!picture.ignored()[0][i]) {
          boxes.add(new Box(picture.scores()[i], picture.hit()[0][i]));
        }
      }
    }
    boxes.sort(Comparator.comparingDouble(Box::score).reversed());
    double[] scores = new double[boxes.size()];
    double[] precision = new double[boxes.size()];
    double[] recall = new double[boxes.size()];
    int right = 0;
    for (int i = 0; i < scores.length; i++) {
      right += boxes.get(i).right() ? 1 : 0;
      scores[i] = boxes.get(i).score();
      precision[i] = (double) right / (i + 1);
      recall[i] = (double) right / objects;
    }
    return new ClassCurve(name, objects, scores, precision, recall);
  }

  /** Returns F1, the harmonic mean of precision and recall, if boxes count from a confidence. */
  public double f1(double confidence) {
    int last = -1;
    while (last + 1 < scores.length && scores[last + 1] >= confidence) {
      last++;
    }
    double sum = last < 0 ? 0 : precision[last] + recall[last];
    return sum == 0 ? 0 : 2 * precision[last] * recall[last] / sum;
  }

  /** Returns the best precision at a recall or a higher one, as the average precision takes it. */
  public double precisionAt(double wanted) {
    double best = 0;
    for (int i = scores.length - 1; i >= 0 && recall[i] >= wanted; i--) {
      best = Math.max(best, precision[i]);
    }
    return best;
  }
}
