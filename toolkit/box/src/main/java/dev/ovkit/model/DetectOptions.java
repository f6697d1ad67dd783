package dev.ovkit.model;

import dev.ovkit.OptionException;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * Which detections are wanted. Precedence: what is set here, then what the IR's metadata says, then
 * {@link dev.ovkit.model.DetectorSpec#DEFAULT_CONFIDENCE} and {@link
 * dev.ovkit.model.DetectorSpec#DEFAULT_IOU}.
 *
 * @param confidence the lowest score, 0..1; empty leaves it to the IR
 * @param iou the overlap above which the weaker of two boxes goes, 0..1; empty leaves it to the IR
 * @param maxDetections the most boxes a picture, best first
 * @param maxCandidates the most boxes that suppression looks at, best first; the rest is counted in
 *     {@link Detections#leftOut}
 * @param classes the numbers of the classes wanted; empty for all
 * @param agnostic whether boxes of different classes suppress each other
 */
public record DetectOptions(
    Optional<Float> confidence,
    Optional<Float> iou,
    int maxDetections,
    int maxCandidates,
    Set<Integer> classes,
    boolean agnostic) {

  private static final DetectOptions DEFAULTS =
      new DetectOptions(Optional.empty(), Optional.empty(), 300, 30_000, Set.of(), false);

  public DetectOptions {
    requireUnit("confidence", confidence);
    requireUnit("IoU", iou);
    requirePositive("detections", maxDetections);
    requirePositive("candidates", maxCandidates);
    classes = Set.copyOf(classes);
  }

  /** All classes, 300 boxes, thresholds of the IR, suppression within each class. */
  public static DetectOptions defaults() {
    return DEFAULTS;
  }

  public DetectOptions withConfidence(float lowest) {
    return new DetectOptions(
        Optional.of(lowest), iou, maxDetections, maxCandidates, classes, agnostic);
  }

  public DetectOptions withIou(float threshold) {
    return new DetectOptions(
        confidence, Optional.of(threshold), maxDetections, maxCandidates, classes, agnostic);
  }

  public DetectOptions withMaxDetections(int most) {
    return new DetectOptions(confidence, iou, most, maxCandidates, classes, agnostic);
  }

  public DetectOptions withMaxCandidates(int most) {
    return new DetectOptions(confidence, iou, maxDetections, most, classes, agnostic);
  }

  public DetectOptions withClasses(Set<Integer> wanted) {
    return new DetectOptions(
        confidence, iou, maxDetections, maxCandidates, new TreeSet<>(wanted), agnostic);
  }

  public DetectOptions withAgnostic(boolean acrossClasses) {
    return new DetectOptions(confidence, iou, maxDetections, maxCandidates, classes, acrossClasses);
  }

  private static void requireUnit(String what, Optional<Float> value) {
    if (value.filter(number -> !(number >= 0 && number <= 1)).isPresent()) {
      throw new OptionException(
          "%s: %s, expected a number from 0 to 1".formatted(what, value.get()));
    }
  }

  private static void requirePositive(String what, int value) {
    if (value < 1) {
      throw new OptionException("most %s: %d, expected 1 or more".formatted(what, value));
    }
  }
}
