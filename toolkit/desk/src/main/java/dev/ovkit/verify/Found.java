package dev.ovkit.verify;

import dev.ovkit.model.Detection;
import java.util.Comparator;

/** A detection in double precision, as COCO's evaluation computes. */
record Found(long category, double x, double y, double width, double height, double score) {

  /** Sorting by it keeps the order of equals. */
  static final Comparator<Found> BY_FALLING_SCORE =
      Comparator.comparingDouble(Found::score).reversed();

  static Found of(Detection detection, long category) {
    return new Found(
        category,
        detection.box().x(),
        detection.box().y(),
        detection.box().width(),
        detection.box().height(),
        detection.score());
  }

  double area() {
    return width * height;
  }
}
