package dev.ovkit.track;

import dev.ovkit.model.Box;
import dev.ovkit.model.Detection;
import dev.ovkit.model.Detections;
import java.util.List;

/** What a detector finds on made-up frames. */
final class Frames {

  static Detections of(Detection... found) {
    return new Detections(1000, 1000, List.of(found), found.length, 0, Detections.Timings.NONE);
  }

  static Detection part(double x, double y, double width, double height, double score) {
    return part(0, x, y, width, height, score);
  }

  static Detection part(
      int classId, double x, double y, double width, double height, double score) {
    return new Detection(
        "class " + classId,
        classId,
        (float) score,
        new Box((float) x, (float) y, (float) width, (float) height));
  }

  /** Returns the numbers of the objects in their order; 0 for one that has none. */
  static List<Long> numbers(Detections tracked) {
    return tracked.objects().stream().map(one -> one.track().orElse(0)).toList();
  }

  private Frames() {}
}
