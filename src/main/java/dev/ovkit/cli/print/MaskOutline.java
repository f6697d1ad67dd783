package dev.ovkit.cli.print;

import dev.ovkit.model.Mask;
import java.util.ArrayList;
import java.util.List;

/**
 * The way around a mask's largest part, along the edges of its pixels, with its holes filled: the
 * one polygon that formats without masks have room for.
 */
final class MaskOutline {

  /** Right, down, left, up. */
  private static final int[] DX = {1, 0, -1, 0};

  private static final int[] DY = {0, 1, 0, -1};

  private final byte[] pixels;
  private final int width;
  private final int height;

  private MaskOutline(Mask mask) {
    this.pixels = mask.pixels();
    this.width = mask.width();
    this.height = mask.height();
  }

  /** Returns the corners, x and y each; empty if the mask has no pixels. */
  static List<int[]> of(Mask mask) {
    MaskOutline outline = new MaskOutline(mask);
    int first = outline.largestPart();
    return first < 0 ? List.of() : outline.around(first);
  }

  /** Marks parts by 2 as they are seen; returns the first pixel of the largest one. */
  private int largestPart() {
    int best = -1;
    int most = 0;
    int[] open = new int[pixels.length];
    for (int start = 0; start < pixels.length; start++) {
      if (pixels[start] != 1) {
        continue;
      }
      int count = 0;
      int end = 0;
      open[end++] = start;
      pixels[start] = 2;
      while (count < end) {
        int at = open[count++];
        for (int d = 0; d < 4; d++) {
          int x = at % width + DX[d];
          int y = at / width + DY[d];
          if (x >= 0 && x < width && y >= 0 && y < height && pixels[y * width + x] == 1) {
            pixels[y * width + x] = 2;
            open[end++] = y * width + x;
          }
        }
      }
      if (count > most) {
        most = count;
        best = start;
      }
    }
    return best;
  }

  /** Goes around with the part on the right, from the top left corner of its first pixel. */
  private List<int[]> around(int first) {
    int startX = first % width;
    int startY = first / width;
    List<int[]> corners = new ArrayList<>();
    int x = startX;
    int y = startY;
    int direction = 0;
    do {
      // The part stays on the right; pixels that touch by a corner alone are not connected.
      int turn = !has(x, y, direction, false) ? 1 : has(x, y, direction, true) ? 3 : 0;
      if (turn != 0 || corners.isEmpty()) {
        corners.add(new int[] {x, y});
      }
      direction = (direction + turn) % 4;
      x += DX[direction];
      y += DY[direction];
    } while (x != startX || y != startY);
    return corners;
  }

  /** Whether the pixel ahead of a corner, on one side of the way, belongs to the part. */
  private boolean has(int x, int y, int direction, boolean left) {
    int px = x + (direction == 1 || direction == 2 ? -1 : 0);
    int py = y + (direction == 2 || direction == 3 ? -1 : 0);
    if (left) {
      px += DX[(direction + 3) % 4];
      py += DY[(direction + 3) % 4];
    }
    return px >= 0 && px < width && py >= 0 && py < height && pixels[py * width + px] != 0;
  }
}
