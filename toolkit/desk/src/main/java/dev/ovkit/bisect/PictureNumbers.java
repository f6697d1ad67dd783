package dev.ovkit.bisect;

import dev.ovkit.model.Colour;
import dev.ovkit.model.DetectorSpec;
import dev.ovkit.model.Normalization;
import dev.ovkit.model.Resize;
import dev.ovkit.picture.Letterbox;
import dev.ovkit.picture.Picture;
import dev.ovkit.runtime.Shape;
import java.nio.ByteBuffer;
import java.util.List;

/** How a picture becomes the numbers that a network takes, {@code [1,3,H,W]}. */
record PictureNumbers(
    int width, int height, Resize resize, Colour colour, Normalization normalization) {

  static PictureNumbers of(DetectorSpec spec) {
    return new PictureNumbers(
        spec.inputWidth(),
        spec.inputHeight(),
        spec.resize(),
        spec.inputColour(),
        spec.normalization());
  }

  TensorValues of(Picture picture) {
    Letterbox letterbox =
        Letterbox.of(picture.width(), picture.height(), width, height, resize.mode());
    int cells = width * height;
    ByteBuffer pixels = ByteBuffer.allocateDirect(3 * cells);
    picture.letterbox(letterbox, resize, pixels);
    float[] planes = new float[3 * cells];
    for (int channel = 0; channel < 3; channel++) {
      int from = colour == Colour.RGB ? 2 - channel : channel;
      float mean = of(normalization.mean(), channel, 0);
      float scale = of(normalization.scale(), channel, 1);
      for (int i = 0; i < cells; i++) {
        planes[channel * cells + i] = ((pixels.get(3 * i + from) & 0xff) - mean) / scale;
      }
    }
    return new TensorValues(Shape.of(1, 3, height, width), planes);
  }

  private static float of(List<Float> values, int channel, float otherwise) {
    return values.isEmpty() ? otherwise : values.get(values.size() == 1 ? 0 : channel);
  }
}
