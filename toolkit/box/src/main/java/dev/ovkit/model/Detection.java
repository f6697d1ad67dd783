package dev.ovkit.model;

import java.util.List;
import java.util.Optional;

/**
 * An object found on a picture, or a class that a whole picture may have.
 *
 * @param label the name of its class
 * @param classId the number of its class
 * @param score how sure the detector is, 0..1
 * @param box where it is, in pixels of the upright original picture; the whole picture for a class
 *     of it
 * @param mask which pixels it has; empty unless the detector segments
 * @param keyPoints its points, in the order in which the detector was trained on them; empty unless
 *     it finds poses
 * @param rotated where it is, in its own direction; empty unless the detector finds rotated boxes.
 *     The box is then the upright one around it
 */
public record Detection(
    String label,
    int classId,
    float score,
    Box box,
    Optional<Mask> mask,
    List<KeyPoint> keyPoints,
    Optional<RotatedBox> rotated) {

  public Detection {
    keyPoints = List.copyOf(keyPoints);
  }

  /** Makes an object of which no more than its box is known. */
  public Detection(String label, int classId, float score, Box box) {
    this(label, classId, score, box, Optional.empty(), List.of(), Optional.empty());
  }

  public Detection withMask(Mask pixels) {
    return new Detection(label, classId, score, box, Optional.of(pixels), keyPoints, rotated);
  }

  public Detection withKeyPoints(List<KeyPoint> points) {
    return new Detection(label, classId, score, box, mask, points, rotated);
  }

  public Detection withRotated(RotatedBox turned) {
    return new Detection(label, classId, score, box, mask, keyPoints, Optional.of(turned));
  }

  /**
   * A point of an object, in pixels of the upright original picture, and not beyond its edges.
   *
   * @param score how sure the detector is that it is seen, 0..1; 1 where it does not say
   */
  public record KeyPoint(float x, float y, float score) {}
}
