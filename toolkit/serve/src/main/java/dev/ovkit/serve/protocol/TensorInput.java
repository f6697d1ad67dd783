package dev.ovkit.serve.protocol;

import java.util.List;

/** An input tensor whose shape and contents belong together. */
public sealed interface TensorInput {

  /** Returns its name. */
  String name();

  /** Encoded pictures. */
  record Encoded(String name, List<byte[]> pictures) implements TensorInput {}

  /**
   * Pixels: 8 bits of red, green and blue, row by row, picture by picture.
   *
   * @param data holds them
   * @param offset of the first
   */
  record Pixels(String name, int count, int height, int width, byte[] data, int offset)
      implements TensorInput {}
}
