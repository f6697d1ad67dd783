package dev.ovkit.video.decode;

import dev.ovkit.picture.Picture;
import java.time.Duration;
import java.time.Instant;

/**
 * One decoded frame, which its owner closes. May be handed from thread to thread; used by one at a
 * time.
 */
public sealed interface VideoFrame extends AutoCloseable permits SourceFrame {

  /** Returns how many frames of its source came before it, since the source was opened. */
  long number();

  /** Returns when it is shown, counted from the first frame. */
  Duration time();

  /** Returns when it was decoded, by the clock on the wall. */
  Instant wallClock();

  /** Returns when it was decoded, as {@link System#nanoTime} has it. */
  long decodedNanos();

  /** Returns the width in pixels. */
  int width();

  /** Returns the height in pixels. */
  int height();

  /** Returns the whole frame, to draw on it; it stays when the frame is closed. */
  Picture toPicture(FrameScaler scaler);

  /** A second call does nothing. */
  @Override
  void close();
}
