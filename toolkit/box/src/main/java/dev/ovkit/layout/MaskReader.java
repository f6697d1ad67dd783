package dev.ovkit.layout;

import dev.ovkit.model.HeadLayout;
import dev.ovkit.model.InputSize;
import dev.ovkit.model.Mask;
import java.nio.FloatBuffer;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * From prototypes and an object's coefficients to its mask on the picture, as Ultralytics does it:
 * add the maps up, enlarge them to the input, take what is above 0 and inside the box, enlarge that
 * to the picture, take what is above a half. Both steps are bilinear, and here they are done for
 * the box alone. Keeps its working memory; for one thread at a time.
 *
 * <p>All of it goes by columns, since that is the order of a mask's runs.
 */
final class MaskReader {

  private final int rows;
  private final int columns;
  private final InputSize input;

  /** One row of a prototype. */
  private float[] row = new float[0];

  /** The sum of prototypes around the box, column by column. */
  private float[] sum = new float[0];

  /** A column, enlarged in one direction. */
  private float[] column = new float[0];

  /** The box on the input, column by column: 1 inside, 0 outside. */
  private float[] inside = new float[0];

  /** For each computed row: the places that it is between, and how far it is from the first. */
  private int[] above = new int[0];

  private int[] below = new int[0];
  private float[] shares = new float[0];

  private int[] counts = new int[256];

  MaskReader(InputSize input, int rows, int columns) {
    this.input = input;
    this.rows = rows;
    this.columns = columns;
  }

  /**
   * Reads one mask.
   *
   * @param x1 the left edge of its box on the input
   * @return null where it has no pixels
   */
  @Nullable Mask read(
      FloatBuffer prototypes,
      float[] weights,
      float x1,
      float y1,
      float x2,
      float y2,
      HeadLayout.InputPlacement placement) {
    int left = edge(x1, input.width());
    int top = edge(y1, input.height());
    int right = edge(x2, input.width());
    int bottom = edge(y2, input.height());
    if (left >= right || top >= bottom) {
      return null;
    }
    enlarge(prototypes, weights, left, top, right, bottom);
    return onPicture(left, top, right, bottom, placement);
  }

  /** The first pixel that is not before a place. */
  private static int edge(float at, int most) {
    return (int) Math.max(0, Math.min(most, Math.ceil(at)));
  }

  /** Fills {@link #inside}. */
  private void enlarge(
      FloatBuffer prototypes, float[] weights, int left, int top, int right, int bottom) {
    double scaleX = (double) columns / input.width();
    double scaleY = (double) rows / input.height();
    int firstX = (int) source(left, scaleX, columns);
    int firstY = (int) source(top, scaleY, rows);
    int wide = Math.min(columns - 1, (int) source(right - 1, scaleX, columns) + 1) - firstX + 1;
    int high = Math.min(rows - 1, (int) source(bottom - 1, scaleY, rows) + 1) - firstY + 1;
    add(prototypes, weights, firstX, firstY, wide, high);
    int height = bottom - top;
    inside = atLeast(inside, (right - left) * height);
    column = atLeast(column, high);
    prepareRows(top, bottom, scaleY, rows, -firstY, high - 1);
    for (int x = left, at = 0; x < right; x++) {
      double from = source(x, scaleX, columns);
      int before = ((int) from - firstX) * high;
      int after = Math.min((int) from + 1, columns - 1) - firstX;
      mix(before, after * high, (float) (from - (int) from), high);
      for (int y = 0; y < height; y++, at++) {
        inside[at] = between(y) > 0 ? 1 : 0;
      }
    }
  }

  /**
   * Notes for each row between which places of {@link #column} it is, and how far from the first.
   *
   * @param most rows that it is computed of
   * @param shift from those to places
   * @param last place; what is beyond the first or last is taken for that
   */
  private void prepareRows(int from, int end, double scale, int most, int shift, int last) {
    if (above.length < end - from) {
      int room = Math.max(end - from, 2 * above.length);
      above = new int[room];
      below = new int[room];
      shares = new float[room];
    }
    for (int y = from; y < end; y++) {
      double place = source(y, scale, most);
      int whole = (int) place;
      above[y - from] = Math.max(0, Math.min(last, whole + shift));
      below[y - from] = Math.max(0, Math.min(last, Math.min(whole + 1, most - 1) + shift));
      shares[y - from] = (float) (place - whole);
    }
  }

  private float between(int row) {
    float first = column[above[row]];
    return first + shares[row] * (column[below[row]] - first);
  }

  /** Returns where the centre of a pixel is among the pixels that it is computed from. */
  private static double source(int pixel, double scale, int most) {
    return Math.max(0, Math.min(most - 1, (pixel + 0.5) * scale - 0.5));
  }

  /** Fills {@link #sum} with a part of the prototypes. */
  private void add(
      FloatBuffer prototypes, float[] weights, int firstX, int firstY, int wide, int high) {
    sum = atLeast(sum, wide * high);
    row = atLeast(row, wide);
    float[] total = atLeast(column, wide);
    column = total;
    for (int y = 0; y < high; y++) {
      Arrays.fill(total, 0, wide, 0);
      int at = (firstY + y) * columns + firstX;
      for (int k = 0; k < weights.length; k++) {
        prototypes.get(k * rows * columns + at, row, 0, wide);
        float weight = weights[k];
        for (int x = 0; x < wide; x++) {
          total[x] += weight * row[x];
        }
      }
      for (int x = 0; x < wide; x++) {
        sum[x * high + y] = total[x];
      }
    }
  }

  /** Fills {@link #column} with a column between two of {@link #sum}. */
  private void mix(int before, int after, float share, int high) {
    for (int y = 0; y < high; y++) {
      float value = sum[before + y];
      column[y] = value + share * (sum[after + y] - value);
    }
  }

  /** From {@link #inside} to the runs of the picture. */
  private @Nullable Mask onPicture(
      int left, int top, int right, int bottom, HeadLayout.InputPlacement placement) {
    int width = placement.sourceWidth();
    int height = placement.sourceHeight();
    double scaleX = (double) placement.width() / width;
    double scaleY = (double) placement.height() / height;
    int firstX = first(left - placement.left(), scaleX, width);
    int firstY = first(top - placement.top(), scaleY, height);
    int endX = end(right - placement.left(), scaleX, width);
    int endY = end(bottom - placement.top(), scaleY, height);
    int boxHeight = bottom - top;
    column = atLeast(column, boxHeight + 2);
    prepareRows(firstY, endY, scaleY, placement.height(), placement.top() - top + 1, boxHeight + 1);
    int count = 0;
    int start = 0;
    boolean open = false;
    for (int x = firstX; x < endX; x++) {
      double from = source(x, scaleX, placement.width());
      int before = (int) from + placement.left();
      int after = Math.min((int) from + 1, placement.width() - 1) + placement.left();
      between(before, after, (float) (from - (int) from), left, right, boxHeight);
      for (int y = firstY; y < endY; y++) {
        if (between(y - firstY) > 0.5f != open) {
          count = turn(count, x * height + y - start);
          start = x * height + y;
          open = !open;
        }
      }
      if (open && (firstY > 0 || endY < height)) {
        count = turn(count, x * height + endY - start);
        start = x * height + endY;
        open = false;
      }
    }
    if (count == 0) {
      return null;
    }
    if (open && endX < width) {
      count = turn(count, endX * height - start);
      start = endX * height;
    }
    if (start < width * height) {
      count = turn(count, width * height - start);
    }
    return Mask.of(width, height, counts, count);
  }

  /** Fills {@link #column} with a column between two of the input; a 0 above and below. */
  private void between(int before, int after, float share, int left, int right, int boxHeight) {
    boolean one = before >= left && before < right;
    boolean other = after >= left && after < right;
    int a = (before - left) * boxHeight;
    int b = (after - left) * boxHeight;
    column[0] = 0;
    column[boxHeight + 1] = 0;
    for (int y = 0; y < boxHeight; y++) {
      float first = one ? inside[a + y] : 0;
      float second = other ? inside[b + y] : 0;
      column[y + 1] = first + share * (second - first);
    }
  }

  /** Returns a pixel of the picture at or before the first that a pixel of the input reaches. */
  private static int first(int pixel, double scale, int most) {
    return (int) Math.max(0, Math.min(most, Math.floor((pixel - 1) / scale) - 1));
  }

  private static int end(int pixel, double scale, int most) {
    return (int) Math.max(0, Math.min(most, Math.ceil((pixel + 1) / scale) + 1));
  }

  private int turn(int count, int pixels) {
    if (count == counts.length) {
      counts = Arrays.copyOf(counts, 2 * count);
    }
    counts[count] = pixels;
    return count + 1;
  }

  private static float[] atLeast(float[] array, int length) {
    return array.length >= length ? array : new float[Math.max(length, 2 * array.length)];
  }
}
