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
 * @param known what is known besides the box: the {@link #detail} of the detector's task, and the
 *     number that a tracker gave; one field for all, so that a plain detection stays small
 */
public record Detection(
    String label, int classId, float score, Box box, Optional<? extends Known> known) {

  /** What is known of an object besides its box. */
  public sealed interface Known permits Detail, Tracked {}

  /** What a detector finds besides the box, by its task. */
  public sealed interface Detail extends Known permits Mask, KeyPoints, RotatedBox {}

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

  /**
   * The number of an object that is followed from frame to frame.
   *
   * @param number from 1
   * @param detail what the detector's task adds
   */
  public record Tracked(long number, Optional<Detail> detail) implements Known {}

  /** Makes an object of which only the box is known. */
  public Detection(String label, int classId, float score, Box box) {
    this(label, classId, score, box, Optional.empty());
  }

  public Detection withMask(Mask pixels) {
    return with(pixels);
  }

  public Detection withKeyPoints(List<KeyPoint> points) {
    return with(new KeyPoints(points));
  }

  public Detection withRotated(RotatedBox turned) {
    return with(turned);
  }

  public Detection withTrack(long number) {
    return new Detection(label, classId, score, box, Optional.of(new Tracked(number, detail())));
  }

  private Detection with(Detail detail) {
    Known all =
        known.orElse(null) instanceof Tracked tracked
            ? new Tracked(tracked.number(), Optional.of(detail))
            : detail;
    return new Detection(label, classId, score, box, Optional.of(all));
  }

  /** Returns the number of the object; empty unless it is followed from frame to frame. */
  public OptionalLong track() {
    return known.orElse(null) instanceof Tracked tracked
        ? OptionalLong.of(tracked.number())
        : OptionalLong.empty();
  }

  /** Returns what the detector's task adds to the box; empty for a plain detector. */
  public Optional<Detail> detail() {
    return known.flatMap(
        one -> one instanceof Tracked tracked ? tracked.detail() : Optional.of((Detail) one));
  }

  /** Returns which pixels it has; empty unless the detector segments. */
  public Optional<Mask> mask() {
    return detail().orElse(null) instanceof Mask mask ? Optional.of(mask) : Optional.empty();
  }

  /** Returns its points; none unless the detector finds poses. */
  public List<KeyPoint> keyPoints() {
    return detail().orElse(null) instanceof KeyPoints key ? key.points() : List.of();
  }

  /**
   * Returns where it is in its own direction; empty unless the detector finds rotated boxes. The
   * box is then the upright one around it.
   */
  public Optional<RotatedBox> rotated() {
    return detail().orElse(null) instanceof RotatedBox turned
        ? Optional.of(turned)
        : Optional.empty();
  }
}
