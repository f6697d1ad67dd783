package dev.ovkit.video.decode;

import dev.ovkit.model.Resize;
import dev.ovkit.picture.Frame;
import dev.ovkit.picture.Letterbox;
import dev.ovkit.picture.Picture;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;

/** A picture of a slide show. */
final class SlideFrame implements VideoFrame {

  private final Picture picture;
  private final long number;
  private final Duration time;
  private final Instant wallClock = Instant.now();
  private final long decodedNanos = System.nanoTime();
  private final int width;
  private final int height;

  /** Takes the picture over. */
  SlideFrame(Picture picture, long number, Duration time) {
    this.picture = picture;
    this.number = number;
    this.time = time;
    this.width = picture.width();
    this.height = picture.height();
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

  void letterbox(Letterbox box, Resize resize, ByteBuffer target) {
    picture.letterbox(box, resize, target);
  }

  @Override
  public Picture toPicture(FrameScaler scaler) {
    ByteBuffer pixels = ByteBuffer.allocateDirect(Math.multiplyExact(width * 3, height));
    Letterbox same = Letterbox.of(width, height, width, height, Resize.Mode.STRETCH);
    picture.letterbox(same, Resize.LETTERBOX, pixels);
    return Picture.of(Frame.of(pixels, width, height, Frame.Format.BGR));
  }

  @Override
  public void close() {
    picture.close();
  }
}
