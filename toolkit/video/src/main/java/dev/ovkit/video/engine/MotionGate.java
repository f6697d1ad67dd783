package dev.ovkit.video.engine;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Lets through the frames in which something moved, judged by the brightness on a coarse grid.
 *
 * <p>Each frame is compared with the last one that passed, so that slow motion adds up. A change in
 * the brightness of the whole picture, such as a cloud makes, is subtracted first. Not for several
 * threads.
 */
final class MotionGate {

  static final int COLUMNS = 64;
  static final int ROWS = 36;

  /** Of 255; the noise of a camera averages out over a cell. */
  private static final int CHANGED = 10;

  /** A person far away fills this many cells. */
  private static final int ENOUGH = 3;

  private final long stillAtMost;
  private byte @Nullable [] last;
  private long passed;

  MotionGate(Duration stillAtMost) {
    this.stillAtMost = stillAtMost.toNanos();
  }

  /** Whether to look at a frame; {@code nanos} is when it came. */
  boolean passes(byte[] brightness, long nanos) {
    boolean passes =
        last == null || nanos - passed >= stillAtMost || changed(last, brightness) >= ENOUGH;
    if (passes) {
      last = brightness;
      passed = nanos;
    }
    return passes;
  }

  private static int changed(byte[] before, byte[] now) {
    int shift = 0;
    for (int i = 0; i < now.length; i++) {
      shift += (now[i] & 0xff) - (before[i] & 0xff);
    }
    shift /= now.length;
    int changed = 0;
    for (int i = 0; i < now.length; i++) {
      if (Math.abs((now[i] & 0xff) - (before[i] & 0xff) - shift) > CHANGED) {
        changed++;
      }
    }
    return changed;
  }
}
