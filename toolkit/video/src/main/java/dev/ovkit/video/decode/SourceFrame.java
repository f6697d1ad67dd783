package dev.ovkit.video.decode;

import java.time.Duration;
import java.time.Instant;

/** What frames of every source have: number, times and size. */
abstract sealed class SourceFrame implements VideoFrame permits DecodedFrame, SlideFrame {

  private final long number;
  private final Duration time;
  private final Instant wallClock = Instant.now();
  private final long decodedNanos;
  private final int width;
  private final int height;

  SourceFrame(long number, Duration time, int width, int height) {
    this(number, time, width, height, System.nanoTime());
  }

  SourceFrame(long number, Duration time, int width, int height, long decodedNanos) {
    this.number = number;
    this.decodedNanos = decodedNanos;
    this.time = time;
    this.width = width;
    this.height = height;
  }

  @Override
  public final long number() {
    return number;
  }

  @Override
  public final Duration time() {
    return time;
  }

  @Override
  public final Instant wallClock() {
    return wallClock;
  }

  @Override
  public final long decodedNanos() {
    return decodedNanos;
  }

  @Override
  public final int width() {
    return width;
  }

  @Override
  public final int height() {
    return height;
  }
}
