package dev.ovkit.model;

/**
 * The size of a network's input.
 *
 * @param width pixels
 * @param height pixels
 */
public record InputSize(int width, int height) {

  private static final int LARGEST = 1 << 16;

  public InputSize {
    if (width < 1 || height < 1 || width > LARGEST || height > LARGEST) {
      throw new IllegalArgumentException(
          "an input has sides of 1 to %d pixels, not %dx%d".formatted(LARGEST, width, height));
    }
  }

  /** As in {@code 640x384}: width, height. */
  @Override
  public String toString() {
    return width + "x" + height;
  }
}
