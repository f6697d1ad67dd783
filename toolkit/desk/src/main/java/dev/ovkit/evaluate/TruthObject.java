package dev.ovkit.evaluate;

import dev.ovkit.model.Box;
import dev.ovkit.model.Detection;
import dev.ovkit.model.Mask;
import dev.ovkit.model.RotatedBox;
import java.util.Optional;

/**
 * An object that is on a picture, as a person marked it.
 *
 * @param category the id of its category
 * @param x its left edge, in pixels of the picture
 * @param y its top edge
 * @param width in pixels
 * @param height in pixels
 * @param area in square pixels, what decides whether it is small, medium or large; of the mask
 *     where there is one, else of the box
 * @param crowd whether it marks a group: a detection on it counts neither for nor against
 * @param mask which pixels it has; empty unless masks are compared
 * @param pose its key points; empty unless key points are compared
 * @param rotated where it is, in its own direction; empty unless rotated boxes are compared
 */
public record TruthObject(
    long category,
    double x,
    double y,
    double width,
    double height,
    double area,
    boolean crowd,
    Optional<Mask> mask,
    Optional<TruthPose> pose,
    Optional<RotatedBox> rotated) {

  public TruthObject {
    if (!(width >= 0 && height >= 0)) {
      throw new IllegalArgumentException("a box has a size, not " + width + "x" + height);
    }
  }

  /** Makes an object of which no more than its box is known. */
  public TruthObject(
      long category, double x, double y, double width, double height, double area, boolean crowd) {
    this(
        category,
        x,
        y,
        width,
        height,
        area,
        crowd,
        Optional.empty(),
        Optional.empty(),
        Optional.empty());
  }

  TruthObject withMask(Mask pixels) {
    return new TruthObject(
        category, x, y, width, height, area, crowd, Optional.of(pixels), pose, rotated);
  }

  TruthObject withPose(TruthPose points) {
    return new TruthObject(
        category, x, y, width, height, area, crowd, mask, Optional.of(points), rotated);
  }

  TruthObject withRotated(RotatedBox turned) {
    return new TruthObject(
        category, x, y, width, height, area, crowd, mask, pose, Optional.of(turned));
  }

  /** Returns it as a detector would find it that is always right. */
  Detection detection(String label, int classId) {
    return new Detection(
        label, classId, 1, new Box((float) x, (float) y, (float) width, (float) height), detail());
  }

  private Optional<Detection.Detail> detail() {
    if (mask.isPresent()) {
      return Optional.of(mask.get());
    }
    if (rotated.isPresent()) {
      return Optional.of(rotated.get());
    }
    return pose.map(
        marked ->
            new Detection.KeyPoints(
                marked.points().stream()
                    .map(
                        p ->
                            new Detection.KeyPoint(
                                (float) p.x(), (float) p.y(), p.labelled() ? 1 : 0))
                    .toList()));
  }
}
