package dev.ovkit.video.decode;

import dev.ovkit.model.Resize;
import dev.ovkit.picture.Frame;
import dev.ovkit.picture.Letterbox;
import dev.ovkit.picture.Picture;
import java.nio.ByteBuffer;
import java.time.Duration;

/** A picture of a slide show. */
final class SlideFrame extends SourceFrame {

  private final Picture picture;

  /** Takes the picture over. */
  SlideFrame(Picture picture, long number, Duration time) {
    this(picture, number, time, System.nanoTime());
  }

  SlideFrame(Picture picture, long number, Duration time, long decodedNanos) {
    super(number, time, picture.width(), picture.height(), decodedNanos);
    this.picture = picture;
  }

  void letterbox(Letterbox box, Resize resize, ByteBuffer target) {
    picture.letterbox(box, resize, target);
  }

  @Override
  public Picture toPicture(FrameScaler scaler) {
    int width = width();
    int height = height();
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
