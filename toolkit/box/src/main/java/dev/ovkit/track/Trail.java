package dev.ovkit.track;

import dev.ovkit.model.Box;
import dev.ovkit.model.Detection;

/** What a tracker remembers of one object. Not for several threads. */
final class Trail {

  private static final long NO_ID = 0;

  private final BoxMotion motion;
  private Detection last;
  private long id = NO_ID;
  private int age;
  private int unseen;

  /** The edges of the expected box, which is compared with every box of a frame. */
  private double left;

  private double top;
  private double right;
  private double bottom;

  /** Begins where it is first seen. */
  Trail(Detection first) {
    this.motion = new BoxMotion(first.box());
    this.last = first;
  }

  /** Moves on to the next frame, where it is not seen yet. */
  void predict() {
    motion.predict(unseen == 0);
    unseen++;
    age++;
    left = motion.left();
    top = motion.top();
    right = left + motion.width();
    bottom = top + motion.height();
  }

  /** It is on this frame. */
  void see(Detection detection) {
    motion.correct(detection.box());
    last = detection;
    unseen = 0;
  }

  /** It was seen often enough to be an object. */
  void confirm(long number) {
    id = number;
  }

  boolean isConfirmed() {
    return id != NO_ID;
  }

  long id() {
    return id;
  }

  /** Returns for how many frames it has not been seen. */
  int unseen() {
    return unseen;
  }

  boolean mayBe(Detection detection, boolean agnostic) {
    return agnostic || detection.classId() == last.classId();
  }

  /** Returns the share that a box and where it should be have of what they cover together. */
  double iou(Box box) {
    double boxRight = (double) box.x() + box.width();
    double boxBottom = (double) box.y() + box.height();
    double wide = Math.min(right, boxRight) - Math.max(left, box.x());
    double tall = Math.min(bottom, boxBottom) - Math.max(top, box.y());
    if (!(wide > 0 && tall > 0)) {
      return 0;
    }
    double both = wide * tall;
    double all = (right - left) * (bottom - top) + (double) box.width() * box.height();
    return both / (all - both);
  }

  TrackedObject object() {
    boolean seen = unseen == 0;
    return new TrackedObject(
        id,
        last.label(),
        last.classId(),
        seen ? last.box() : motion.box(),
        last.score(),
        age,
        seen ? TrackedObject.State.SEEN : TrackedObject.State.LOST);
  }
}
