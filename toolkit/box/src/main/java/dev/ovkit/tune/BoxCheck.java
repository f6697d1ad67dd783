package dev.ovkit.tune;

import dev.ovkit.model.Detection;
import dev.ovkit.model.Detections;
import dev.ovkit.vision.Tuning;
import java.util.List;

/** Compares the boxes of settings that may change them with the default's. */
final class BoxCheck {

  private final TuningTarget track;
  private final Tuning nothing;
  private final double threshold;
  private List<Detections> reference = List.of();

  /**
   * @param nothing the default
   * @param threshold the lowest score of a box
   */
  BoxCheck(TuningTarget track, Tuning nothing, double threshold) {
    this.track = track;
    this.nothing = nothing;
    this.threshold = threshold;
  }

  /** Returns what the default finds on every picture; it runs once. */
  List<Detections> reference() {
    if (reference.isEmpty()) {
      reference = track.detections(nothing);
    }
    return reference;
  }

  /**
   * Whether boxes must be compared: only another precision or another input size changes what a
   * network computes.
   */
  static boolean mayDiffer(Tuning variant, Tuning best) {
    return variant.precision() != best.precision() || !variant.input().equals(best.input());
  }

  /**
   * Runs settings on every picture.
   *
   * @throws dev.ovkit.ModelException when the model cannot run with them
   */
  Agreement agreement(Tuning variant) {
    return Agreement.of(boxes(reference()), boxes(track.detections(variant)), threshold);
  }

  private static List<List<Detection>> boxes(List<Detections> pictures) {
    return pictures.stream().map(Detections::objects).toList();
  }
}
