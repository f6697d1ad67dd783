package dev.ovkit.picture;

import java.nio.ByteBuffer;

/**
 * Pixels to draw on; drawing outside of them has no effect.
 *
 * @param pixels BGR rows without gaps, from position 0
 */
record Canvas(ByteBuffer pixels, int width, int height) {

  private static final int CHANNELS = 3;

  void fill(PixelArea area, Bgr colour) {
    int left = Math.max(0, area.left());
    int right = Math.min(width, area.right());
    if (right <= left) {
      return;
    }
    byte[] row = new byte[CHANNELS * (right - left)];
    for (int i = 0; i < row.length; i += CHANNELS) {
      row[i] = (byte) colour.blue();
      row[i + 1] = (byte) colour.green();
      row[i + 2] = (byte) colour.red();
    }
    for (int y = Math.max(0, area.top()); y < Math.min(height, area.bottom()); y++) {
      pixels.put(CHANNELS * (y * width + left), row);
    }
  }

  /** Draws the edges of a box; those outside are drawn along the edge of the picture. */
  void outline(PixelArea box, int line, Bgr colour) {
    int left = inside(box.left() - line / 2, line, width);
    int top = inside(box.top() - line / 2, line, height);
    int right = Math.max(left, inside(box.right() - line / 2, line, width)) + line;
    int bottom = Math.max(top, inside(box.bottom() - line / 2, line, height)) + line;
    fill(new PixelArea(left, top, right, top + line), colour);
    fill(new PixelArea(left, bottom - line, right, bottom), colour);
    fill(new PixelArea(left, top, left + line, bottom), colour);
    fill(new PixelArea(right - line, top, right, bottom), colour);
  }

  private static int inside(int start, int length, int end) {
    return Math.max(0, Math.min(start, end - length));
  }

  /** Mixes a colour into a pixel. */
  void blend(int x, int y, Bgr colour, double share) {
    if (x < 0 || y < 0 || x >= width || y >= height || share <= 0) {
      return;
    }
    int at = CHANNELS * (y * width + x);
    mix(at, colour.blue(), share);
    mix(at + 1, colour.green(), share);
    mix(at + 2, colour.red(), share);
  }

  private void mix(int at, int value, double share) {
    int old = Byte.toUnsignedInt(pixels.get(at));
    pixels.put(at, (byte) Math.round(old + share * (value - old)));
  }
}
