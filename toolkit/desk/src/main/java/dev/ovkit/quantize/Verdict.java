package dev.ovkit.quantize;

/**
 * What a check found.
 *
 * @param measure what is compared: mAP@.5:.95, or the share of boxes that the f32 model finds too
 * @param before of the f32 model
 * @param after of the 8-bit model
 * @param mostDrop how much of it may be lost
 * @param pictures on which it was measured
 */
public record Verdict(Measure measure, double before, double after, double mostDrop, int pictures) {

  /** What is compared. */
  public enum Measure {
    /** mAP@.5:.95 against known objects. */
    MAP,
    /** The share of all boxes on which the two models agree; that of f32 with itself is 1. */
    BOXES
  }

  /** Returns what was lost. */
  public double drop() {
    return before - after;
  }

  /** Returns whether no more was lost than may be. */
  public boolean holds() {
    return drop() <= mostDrop;
  }
}
