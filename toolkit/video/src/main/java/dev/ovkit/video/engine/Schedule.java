package dev.ovkit.video.engine;

import java.util.OptionalDouble;

/** Chooses the frames of a camera that are due, so many a second. Not for several threads. */
final class Schedule {

  private static final double NANOS = 1e9;

  /** Times of frames are rounded, to milliseconds in some films. */
  private static final long TOLERANCE = 1_000_000;

  /** Its multiples, modulo 1, lie evenly between 0 and 1, however many they are. */
  private static final double GOLDEN = (Math.sqrt(5) - 1) / 2;

  private final long period;

  /** Where in a period of the clock a frame is due, or -1 if that is a period after the first. */
  private final long phase;

  private boolean begun;
  private long next;

  private Schedule(OptionalDouble fps, double phase) {
    this.period = fps.isPresent() ? Math.round(NANOS / fps.getAsDouble()) : 0;
    this.phase = phase < 0 ? -1 : (long) (phase * period);
  }

  /** The schedule of a film: by the times of its frames alone, so that each run takes the same. */
  static Schedule ofFilm(OptionalDouble fps) {
    return new Schedule(fps, -1);
  }

  /**
   * The schedule of a camera, apart from those of the others: cameras that were opened at once
   * would else all want the detector at the same moment, and leave it idle in between.
   *
   * @param number of the camera among all
   */
  static Schedule ofCamera(OptionalDouble fps, int number) {
    return new Schedule(fps, number * GOLDEN % 1);
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
    next = gap ? afterGap(nanos) : next + period;
    begun = true;
    return true;
  }

  private long afterGap(long nanos) {
    if (phase < 0) {
      return nanos + period;
    }
    long soonest = nanos + period / 2;
    return soonest + Math.floorMod(phase - soonest, period);
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
