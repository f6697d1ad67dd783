package dev.ovkit.network;

import dev.ovkit.head.Candidates;

/**
 * ProbIoU between rotated candidates (Murrugarra-Llerena and others, 2021, arXiv:2106.06072), which
 * Ultralytics suppresses by. Each box's Gaussian is computed once, and pairs that are too far apart
 * are recognised by their centres: the distance along one axis alone is never more than the whole.
 * Keeps its working memory.
 */
final class RotatedOverlap {

  private static final double EPSILON = 1e-7;

  private double[] x = new double[0];
  private double[] y = new double[0];
  private double[] a = new double[0];
  private double[] b = new double[0];
  private double[] c = new double[0];
  private double[] determinant = new double[0];

  private double threshold;

  /** The square of the distance along an axis, in sums of variances, above which none overlap. */
  private double farthest;

  /** Takes all boxes, and the overlap from which on two are one object. */
  void load(Candidates boxes, double overlap) {
    threshold = overlap;
    double unlike = 1 - overlap;
    farthest = -4 * Math.log(Math.max(EPSILON, 1 - unlike * unlike)) + 1e-3;
    int n = boxes.count;
    if (x.length < n) {
      int room = Math.max(n, 2 * x.length);
      x = new double[room];
      y = new double[room];
      a = new double[room];
      b = new double[room];
      c = new double[room];
      determinant = new double[room];
    }
    for (int i = 0; i < n; i++) {
      double width = (double) boxes.x2[i] - boxes.x1[i];
      double height = (double) boxes.y2[i] - boxes.y1[i];
      double along = width * width / 12;
      double across = height * height / 12;
      double cos = Math.cos(boxes.angle[i]);
      double sin = Math.sin(boxes.angle[i]);
      x[i] = ((double) boxes.x1[i] + boxes.x2[i]) / 2;
      y[i] = ((double) boxes.y1[i] + boxes.y2[i]) / 2;
      a[i] = along * cos * cos + across * sin * sin;
      b[i] = along * sin * sin + across * cos * cos;
      c[i] = (along - across) * cos * sin;
      determinant[i] = along * across;
    }
  }

  /** Returns whether two boxes overlap by the threshold or more. */
  boolean overlap(int i, int j) {
    double sumA = a[i] + a[j];
    double sumB = b[i] + b[j];
    double dx = x[j] - x[i];
    double dy = y[j] - y[i];
    if (dx * dx > farthest * sumA || dy * dy > farthest * sumB) {
      return false;
    }
    return probIou(i, j) >= threshold;
  }

  /**
   * Returns how alike the Gaussian distributions of two boxes are, 0..1: one minus their Hellinger
   * distance. Nearly 1 for equal boxes, and the same for squares of any angle.
   */
  double probIou(int i, int j) {
    double sumA = a[i] + a[j];
    double sumB = b[i] + b[j];
    double dx = x[j] - x[i];
    double dy = y[j] - y[i];
    double sumC = c[i] + c[j];
    double both = sumA * sumB - sumC * sumC;
    double apart =
        (sumA * dy * dy + sumB * dx * dx) / (both + EPSILON) / 4
            - sumC * dx * dy / (both + EPSILON) / 2;
    double alone = 4 * Math.sqrt(determinant[i] * determinant[j]);
    double shapes = Math.log(both / (alone + EPSILON) + EPSILON) / 2;
    double distance = Math.max(EPSILON, Math.min(100, apart + shapes));
    return 1 - Math.sqrt(1 - Math.exp(-distance) + EPSILON);
  }
}
