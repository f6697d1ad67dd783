package dev.ovkit.spring;

import dev.ovkit.model.DetectorSpec;
import dev.ovkit.picture.Frame;
import java.nio.ByteBuffer;

/** A grey picture of a network's own size: it shows whether the network runs, not what it finds. */
final class GreyPicture {

  private static final byte GREY = 114;

  static Frame of(DetectorSpec spec) {
    Frame.Format format = Frame.Format.BGR;
    ByteBuffer pixels =
        ByteBuffer.allocateDirect(format.bytesPerPixel() * spec.inputWidth() * spec.inputHeight());
    while (pixels.hasRemaining()) {
      pixels.put(GREY);
    }
    return Frame.of(pixels.flip(), spec.inputWidth(), spec.inputHeight(), format);
  }

  private GreyPicture() {}
}
