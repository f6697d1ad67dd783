package dev.ovkit.convert;

import dev.ovkit.model.DetectorSpec;
import dev.ovkit.model.DetectorSpec.Task;
import dev.ovkit.model.HeadLayout;
import java.util.Optional;

/**
 * The share of elements that FP16 leaves in f32: biases, and the kernels at the beginning of the
 * network, whose rounding everything after them carries.
 */
final class ExactShare {

  /**
   * The .bin becomes 0.518 of the FP32 one. Rounding everything moves or loses 7 of 443 reference
   * detections of YOLOX-nano and YOLOv5-Lite-e (score by more than 0.01, or IoU under 0.98); this,
   * none.
   */
  static final double USUAL = 0.036;

  /**
   * An outline has more to lose than a box: of 150 objects of a YOLO11 with masks, the usual share
   * moves five, and this none.
   */
  private static final double OF_MASKS = 0.05;

  /**
   * A detection transformer moves its boxes from layer to layer, and each layer looks where the one
   * before has put them, so what is rounded early is magnified. Of 75 objects of a D-FINE with
   * random weights, the usual share keeps 30, and this 72; the .bin becomes 0.65 of the FP32 one.
   */
  private static final double OF_QUERIES = 0.3;

  static double of(Optional<DetectorSpec> detector) {
    return detector.map(DetectorSpec::layout).map(ExactShare::of).orElse(USUAL);
  }

  private static double of(HeadLayout layout) {
    if (layout.isSuppressed() && layout.boxesAreShares()) {
      return OF_QUERIES;
    }
    return layout.task() == Task.SEGMENT ? OF_MASKS : USUAL;
  }

  private ExactShare() {}
}
