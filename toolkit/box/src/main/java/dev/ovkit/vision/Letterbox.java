package dev.ovkit.vision;

import dev.ovkit.model.Resize;

/**
 * Where a picture lies in a network's input, and the way back.
 *
 * <p>The picture is scaled to {@code width x height} and put at ({@code left}, {@code top}). Edges
 * of pixels are mapped, not their centres: 0 to {@code left}, {@code sourceWidth} to {@code left +
 * width}. Since the scaled size is whole, the two axes differ slightly in scale; the way back uses
 * what was truly done on each.
 *
 * @param sourceWidth pixels of the picture
 * @param sourceHeight pixels of the picture
 * @param targetWidth pixels of the input
 * @param targetHeight pixels of the input
 * @param left columns of border before the picture
 * @param top rows of border above the picture
 * @param width of the scaled picture, at least 1
 * @param height of the scaled picture, at least 1
 */
public record Letterbox(
    int sourceWidth,
    int sourceHeight,
    int targetWidth,
    int targetHeight,
    int left,
    int top,
    int width,
    int height) {

  /**
   * Fits a picture into an input.
   *
   * <p>Centred (YOLOv5): ratio {@code min(W/w, H/h)}, scaled size rounded half to even as Python
   * does, {@code left = round((W - w') / 2 - 0.1)}, top likewise. Top left (YOLOX): the same ratio,
   * scaled size truncated. Stretch: the input's size.
   */
  public static Letterbox of(
      int sourceWidth, int sourceHeight, int targetWidth, int targetHeight, Resize.Mode mode) {
    if (mode == Resize.Mode.STRETCH) {
      return new Letterbox(
          sourceWidth, sourceHeight, targetWidth, targetHeight, 0, 0, targetWidth, targetHeight);
    }
    double ratio =
        Math.min((double) targetHeight / sourceHeight, (double) targetWidth / sourceWidth);
    boolean centred = mode == Resize.Mode.LETTERBOX_CENTRE;
    int width = scaled(sourceWidth * ratio, targetWidth, centred);
    int height = scaled(sourceHeight * ratio, targetHeight, centred);
    int left = centred ? (int) Math.rint((targetWidth - width) / 2.0 - 0.1) : 0;
    int top = centred ? (int) Math.rint((targetHeight - height) / 2.0 - 0.1) : 0;
    return new Letterbox(
        sourceWidth, sourceHeight, targetWidth, targetHeight, left, top, width, height);
  }

  /** A picture of 5000x1 still gets one row. */
  private static int scaled(double size, int most, boolean rounded) {
    int whole = (int) (rounded ? Math.rint(size) : size);
    return Math.max(1, Math.min(most, whole));
  }

  /** Maps an x of the input to an x of the picture; beyond the picture's edges too. */
  public double sourceX(double x) {
    return (x - left) * sourceWidth / width;
  }

  /** Maps a y of the input to a y of the picture; beyond the picture's edges too. */
  public double sourceY(double y) {
    return (y - top) * sourceHeight / height;
  }

  /** Maps an x of the picture to an x of the input. */
  public double targetX(double x) {
    return left + x * width / sourceWidth;
  }

  /** Maps a y of the picture to a y of the input. */
  public double targetY(double y) {
    return top + y * height / sourceHeight;
  }
}
