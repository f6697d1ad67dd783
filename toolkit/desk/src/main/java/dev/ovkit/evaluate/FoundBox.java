package dev.ovkit.evaluate;

import dev.ovkit.model.Box;
import dev.ovkit.model.Detection;
import java.util.Comparator;
import java.util.Map;

/** A detection in double precision, as COCO's evaluation computes. */
record FoundBox(long category, double x, double y, double width, double height, double score) {

  /** Sorting by it keeps the order of equals. */
  static final Comparator<FoundBox> BY_FALLING_SCORE =
      Comparator.comparingDouble(FoundBox::score).reversed();

  static FoundBox of(Detection detection, long category) {
    return new FoundBox(
        category,
        detection.box().x(),
        detection.box().y(),
        detection.box().width(),
        detection.box().height(),
        detection.score());
  }

  /** As a detection of that category. */
  Detection detection(Map<Long, String> categories) {
    return new Detection(
        String.valueOf(categories.get(category)),
        Math.floorMod(category, Integer.MAX_VALUE),
        (float) score,
        new Box((float) x, (float) y, (float) width, (float) height));
  }

  double area() {
    return width * height;
  }
}
