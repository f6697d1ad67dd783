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

  /** Returns the date and time at which it was decoded. */
  Instant wallClock();

  /** Returns when it was decoded, by {@link System#nanoTime}. */
  long decodedNanos();

  /** Returns the width in pixels. */
  int width();

  /** Returns the height in pixels. */
  int height();

  /** Returns a copy of the whole frame, to draw on it; it outlives the frame. */
  Picture toPicture(FrameScaler scaler);

  /** A second call does nothing. */
  @Override
  void close();
}
