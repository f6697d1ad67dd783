package dev.ovkit.video.decode;

import dev.ovkit.picture.Picture;
import java.time.Duration;
import java.time.Instant;
import org.bytedeco.ffmpeg.avutil.AVFrame;
import org.bytedeco.ffmpeg.global.avutil;
import org.jspecify.annotations.Nullable;

/** A frame as the decoder left it, in its own pixel format. */
final class DecodedFrame implements VideoFrame {

  private final long number;
  private final Duration time;
  private final Instant wallClock = Instant.now();
  private final long decodedNanos = System.nanoTime();
  private final int width;
  private final int height;
  private @Nullable AVFrame frame;

  /** Takes the native frame over. */
  DecodedFrame(AVFrame frame, long number, Duration time) {
    this.frame = frame;
    this.number = number;
    this.time = time;
    this.width = frame.width();
    this.height = frame.height();
  }

  @Override
  public long number() {
    return number;
  }

  @Override
  public Duration time() {
    return time;
  }

  @Override
  public Instant wallClock() {
    return wallClock;
  }

  @Override
  public long decodedNanos() {
    return decodedNanos;
  }

  @Override
  public int width() {
    return width;
  }

  @Override
  public int height() {
    return height;
  }

  @Override
  public Picture toPicture(FrameScaler scaler) {
    return scaler.picture(this);
  }

  AVFrame open() {
    AVFrame pointer = frame;
    if (pointer == null) {
      throw new IllegalStateException("the frame is closed");
    }
    return pointer;
  }

  @Override
  public void close() {
    if (frame != null) {
      avutil.av_frame_free(frame);
      frame = null;
    }
  }
}
