package dev.ovkit.model;

import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * An object found on a picture, or a class that a whole picture may have.
 *
 * @param label the name of its class
 * @param classId the number of its class
 * @param score how sure the detector is, 0..1
 * @param box where it is, in pixels of the upright original picture; the whole picture for a class
 *     of it
 * @param detail what is known besides the box, by the detector's task; one field for all, so that a
 *     plain detection stays small
 * @param track the number of the object where it is followed from frame to frame, from 1
 */
public record Detection(
    String label, int classId, float score, Box box, Optional<Detail> detail, OptionalLong track) {

  /** What is known of an object besides its box. */
  public sealed interface Detail permits Mask, KeyPoints, RotatedBox {}

  /**
   * The points of an object.
   *
   * @param points in the order in which the detector was trained on them
   */
  public record KeyPoints(List<KeyPoint> points) implements Detail {
    public KeyPoints {
      points = List.copyOf(points);
    }
  }

  /**
   * A point of an object, in pixels of the upright original picture, and not beyond its edges.
   *
   * @param score how sure the detector is that it is seen, 0..1; 1 where it does not say
   */
  public record KeyPoint(float x, float y, float score) {}

  /** Makes an object of which only the box is known. */
  public Detection(String label, int classId, float score, Box box) {
    this(label, classId, score, box, Optional.empty());
  }

  /** Makes an object that is not followed. */
  public Detection(String label, int classId, float score, Box box, Optional<Detail> detail) {
    this(label, classId, score, box, detail, OptionalLong.empty());
  }

  public Detection withMask(Mask pixels) {
    return new Detection(label, classId, score, box, Optional.of(pixels), track);
  }

  public Detection withKeyPoints(List<KeyPoint> points) {
    return new Detection(label, classId, score, box, Optional.of(new KeyPoints(points)), track);
  }

  public Detection withRotated(RotatedBox turned) {
    return new Detection(label, classId, score, box, Optional.of(turned), track);
  }

  public Detection withTrack(long number) {
    return new Detection(label, classId, score, box, detail, OptionalLong.of(number));
  }

  /** Returns which pixels it has; empty unless the detector segments. */
  public Optional<Mask> mask() {
    return detail.orElse(null) instanceof Mask mask ? Optional.of(mask) : Optional.empty();
  }

  /** Returns its points; none unless the detector finds poses. */
  public List<KeyPoint> keyPoints() {
    return detail.orElse(null) instanceof KeyPoints key ? key.points() : List.of();
  }

  /**
   * Returns where it is in its own direction; empty unless the detector finds rotated boxes. The
   * box is then the upright one around it.
   */
  public Optional<RotatedBox> rotated() {
    return detail.orElse(null) instanceof RotatedBox turned
        ? Optional.of(turned)
        : Optional.empty();
  }
}
