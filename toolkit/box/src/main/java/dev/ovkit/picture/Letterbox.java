package dev.ovkit.picture;

import dev.ovkit.model.HeadLayout;
import dev.ovkit.model.Resize;

/**
 * Where a picture is in a network's input, and the way back.
 *
 * <p>The picture is scaled to {@code width x height} and put at ({@code left}, {@code top}), which
 * are negative where its edges are cut off. A point is mapped by {@code x * scaleX + left}, and
 * back by the inverse. The scale is the intended ratio, as in YOLOv5 and YOLOX: the pixels differ
 * from it by the rounding of the scaled size to whole pixels, at most half a pixel of the input at
 * the far edge.
 *
 * @param sourceWidth pixels of the picture
 * @param sourceHeight pixels of the picture
 * @param targetWidth pixels of the input
 * @param targetHeight pixels of the input
 * @param left columns of border before the picture
 * @param top rows of border above the picture
 * @param width of the scaled picture, at least 1
 * @param height of the scaled picture, at least 1
 * @param scaleX pixels of the input for a pixel of the picture
 * @param scaleY pixels of the input for a pixel of the picture
 */
public record Letterbox(
    int sourceWidth,
    int sourceHeight,
    int targetWidth,
    int targetHeight,
    int left,
    int top,
    int width,
    int height,
    double scaleX,
    double scaleY)
    implements HeadLayout.InputPlacement {

  /**
   * Fits a picture into an input.
   *
   * <p>Centred (YOLOv5): ratio {@code min(W/w, H/h)}, scaled size rounded half to even as Python
   * does, {@code left = round((W - w') / 2 - 0.1)}, top likewise. Top left (YOLOX): the same ratio,
   * scaled size truncated. Stretch: the input's size. Centre crop (torchvision): ratio {@code
   * max(W/w, H/h)}, scaled size truncated, {@code left = -round((w' - W) / 2)}.
   */
  public static Letterbox of(
      int sourceWidth, int sourceHeight, int targetWidth, int targetHeight, Resize.Mode mode) {
    double scaleX = (double) targetWidth / sourceWidth;
    double scaleY = (double) targetHeight / sourceHeight;
    if (mode == Resize.Mode.STRETCH) {
      return new Letterbox(
          sourceWidth,
          sourceHeight,
          targetWidth,
          targetHeight,
          0,
          0,
          targetWidth,
          targetHeight,
          scaleX,
          scaleY);
    }
    if (mode == Resize.Mode.CENTRE_CROP) {
      return cropped(sourceWidth, sourceHeight, targetWidth, targetHeight);
    }
    double ratio = Math.min(scaleX, scaleY);
    boolean centred = mode == Resize.Mode.LETTERBOX_CENTRE;
    int width = scaled(sourceWidth * ratio, targetWidth, centred);
    int height = scaled(sourceHeight * ratio, targetHeight, centred);
    int left = centred ? (int) Math.rint((targetWidth - width) / 2.0 - 0.1) : 0;
    int top = centred ? (int) Math.rint((targetHeight - height) / 2.0 - 0.1) : 0;
    return new Letterbox(
        sourceWidth,
        sourceHeight,
        targetWidth,
        targetHeight,
        left,
        top,
        width,
        height,
        ratio,
        ratio);
  }

  private static Letterbox cropped(
      int sourceWidth, int sourceHeight, int targetWidth, int targetHeight) {
    double scaleX = (double) targetWidth / sourceWidth;
    double scaleY = (double) targetHeight / sourceHeight;
    boolean wide = scaleY >= scaleX;
    int width = wide ? (int) ((long) sourceWidth * targetHeight / sourceHeight) : targetWidth;
    int height = wide ? targetHeight : (int) ((long) sourceHeight * targetWidth / sourceWidth);
    double ratio = Math.max(scaleX, scaleY);
    return new Letterbox(
        sourceWidth,
        sourceHeight,
        targetWidth,
        targetHeight,
        -(int) Math.rint((width - targetWidth) / 2.0),
        -(int) Math.rint((height - targetHeight) / 2.0),
        width,
        height,
        ratio,
        ratio);
  }

  /** A picture of 5000x1 still gets one row. */
  private static int scaled(double size, int most, boolean rounded) {
    int whole = (int) (rounded ? Math.rint(size) : size);
    return Math.max(1, Math.min(most, whole));
  }

  /** Maps an x of the input to an x of the picture; beyond the picture's edges too. */
  @Override
  public double sourceX(double x) {
    return (x - left) / scaleX;
  }

  /** Maps a y of the input to a y of the picture; beyond the picture's edges too. */
  @Override
  public double sourceY(double y) {
    return (y - top) / scaleY;
  }

  /** Maps an x of the picture to an x of the input. */
  public double targetX(double x) {
    return x * scaleX + left;
  }

  /** Maps a y of the picture to a y of the input. */
  public double targetY(double y) {
    return y * scaleY + top;
  }
}
