package dev.ovkit.video.engine;

import java.util.OptionalDouble;

/** Chooses the frames of a camera that are due, so many a second. Not for several threads. */
final class Schedule {

  private static final double NANOS = 1e9;

  /** Times of frames are rounded, to milliseconds in some films. */
  private static final long TOLERANCE = 1_000_000;

  private final long period;
  private boolean begun;
  private long next;

  Schedule(OptionalDouble fps) {
    this.period = fps.isPresent() ? Math.round(NANOS / fps.getAsDouble()) : 0;
  }

  /**
   * Whether a frame is due; the next one is due a period later.
   *
   * @param nanos the frame's time
   */
  boolean isDue(long nanos) {
    if (period == 0) {
      return true;
    }
    if (!wouldBeDue(nanos)) {
      return false;
    }
    // On a grid, so that frames between its points do not make it slower; a gap begins a new one.
    boolean gap = !begun || nanos - next >= period;
    next = (gap ? nanos : next) + period;
    begun = true;
    return true;
  }

  /** Whether a frame of this time would be due; changes nothing. */
  boolean wouldBeDue(long nanos) {
    return !begun || nanos - next >= -TOLERANCE;
  }

  /** Begins again with the next frame. */
  void restart() {
    begun = false;
  }
}
