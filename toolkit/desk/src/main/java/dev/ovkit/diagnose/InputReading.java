package dev.ovkit.diagnose;

import dev.ovkit.model.Colour;
import dev.ovkit.model.Normalization;
import dev.ovkit.model.Resize;

/**
 * What is done to a picture before the IR.
 *
 * @param colour the order that the channels are put in
 * @param normalization what is done to the numbers after that
 * @param resize how the picture is placed in the input
 * @param arrangement the order of the numbers in memory
 */
record InputReading(
    Colour colour, Normalization normalization, Resize resize, Arrangement arrangement) {

  enum Arrangement {
    /** A plane a channel (NCHW). */
    PLANES,
    /** Pixel by pixel (NHWC). */
    INTERLEAVED,
    /** A plane a channel, each column by column (NCWH). */
    TURNED
  }

  InputReading with(Colour changed) {
    return new InputReading(changed, normalization, resize, arrangement);
  }

  InputReading with(Normalization changed) {
    return new InputReading(colour, changed, resize, arrangement);
  }

  InputReading with(Resize changed) {
    return new InputReading(colour, normalization, changed, arrangement);
  }

  InputReading with(Arrangement changed) {
    return new InputReading(colour, normalization, resize, changed);
  }
}
