package dev.ovkit.video.sink;

import dev.ovkit.model.Resize;
import dev.ovkit.picture.Frame;
import dev.ovkit.picture.Letterbox;
import dev.ovkit.picture.Picture;
import java.nio.ByteBuffer;

/** Makes JPEGs that are no wider than wanted. Not for several threads. */
final class SmallJpeg {

  private final int mostWidth;
  private ByteBuffer pixels = ByteBuffer.allocateDirect(0);

  SmallJpeg(int mostWidth) {
    this.mostWidth = mostWidth;
  }

  byte[] of(Picture picture) {
    if (picture.width() <= mostWidth) {
      return picture.toJpeg();
    }
    int height = Math.max(1, Math.round((float) picture.height() * mostWidth / picture.width()));
    if (pixels.capacity() != 3 * mostWidth * height) {
      pixels = ByteBuffer.allocateDirect(3 * mostWidth * height);
    }
    Letterbox box =
        Letterbox.of(picture.width(), picture.height(), mostWidth, height, Resize.Mode.STRETCH);
    picture.letterbox(box, Resize.LETTERBOX, pixels);
    try (Picture small = Picture.of(Frame.of(pixels, mostWidth, height, Frame.Format.BGR))) {
      return small.toJpeg();
    }
  }
}
