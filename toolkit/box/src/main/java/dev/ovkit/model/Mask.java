package dev.ovkit.model;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Which pixels of a picture belong to an object, run-length coded as COCO does it: the picture is
 * walked down its columns from left to right, and the counts say in turn how many pixels are
 * outside and how many inside, beginning with those outside, of which there may be 0. Immutable.
 */
public final class Mask implements Detection.Detail {

  private static final int BITS = 5;
  private static final int MORE = 1 << BITS;
  private static final int SIGN = 1 << (BITS - 1);
  private static final int FIRST_CHARACTER = '0';

  private final int width;
  private final int height;
  private final int[] counts;

  private Mask(int width, int height, int[] counts) {
    this.width = width;
    this.height = height;
    this.counts = counts;
  }

  /**
   * Makes a mask of its counts.
   *
   * @param width pixels of the picture
   * @param height pixels of the picture
   * @throws IllegalArgumentException if they do not cover the picture exactly
   */
  public static Mask of(int width, int height, int[] counts) {
    return of(width, height, counts, counts.length);
  }

  /** Makes a mask of the first {@code count} counts. */
  public static Mask of(int width, int height, int[] counts, int length) {
    long sum = 0;
    for (int i = 0; i < length; i++) {
      if (counts[i] < 0 || (counts[i] == 0 && i > 0)) {
        throw new IllegalArgumentException(
            "run %d of a mask has %d pixels".formatted(i, counts[i]));
      }
      sum += counts[i];
    }
    if (width < 1 || height < 1 || sum != (long) width * height) {
      throw new IllegalArgumentException(
          "the runs of a mask of %dx%d cover %d pixels".formatted(width, height, sum));
    }
    return new Mask(width, height, Arrays.copyOf(counts, length));
  }

  /**
   * Makes a mask whose pixels are all inside a rectangle of the picture.
   *
   * @param width pixels of the picture
   * @param height pixels of the picture
   * @param left first column of the rectangle
   * @param top first row of the rectangle
   * @param columns of the rectangle, which must be within the picture
   * @param rows of the rectangle
   * @param pixels its pixels, row by row; those that are not 0 belong to the object
   */
  public static Mask of(
      int width, int height, int left, int top, int columns, int rows, byte[] pixels) {
    if (left < 0
        || top < 0
        || columns < 0
        || rows < 0
        || left + columns > width
        || top + rows > height
        || pixels.length < columns * rows) {
      throw new IllegalArgumentException(
          "%dx%d pixels at %d,%d do not fit a picture of %dx%d"
              .formatted(columns, rows, left, top, width, height));
    }
    Runs runs = new Runs();
    for (int x = 0; x < columns; x++) {
      int column = (left + x) * height + top;
      for (int y = 0, at = x; y < rows; y++, at += columns) {
        if (pixels[at] != 0 != runs.inside) {
          runs.turn(column + y);
        }
      }
      if (runs.inside && rows < height) {
        runs.turn(column + rows);
      }
    }
    if (runs.inside && left + columns < width) {
      runs.turn((left + columns) * height);
    }
    return new Mask(width, height, runs.end(width * height));
  }

  /**
   * Reads the text in which COCO's files keep counts.
   *
   * @throws IllegalArgumentException if it is not such a text, or does not cover the picture
   *     exactly
   */
  public static Mask parse(int width, int height, String compressed) {
    int[] counts = new int[16];
    int count = 0;
    for (int at = 0; at < compressed.length(); ) {
      long value = 0;
      int shift = 0;
      int digit;
      do {
        digit = at < compressed.length() ? compressed.charAt(at++) - FIRST_CHARACTER : -1;
        if (digit < 0 || digit >= 2 * MORE || shift > Integer.SIZE) {
          throw new IllegalArgumentException(
              "the counts of a mask are not in COCO's compressed form");
        }
        value |= (long) (digit & (MORE - 1)) << shift;
        shift += BITS;
      } while ((digit & MORE) != 0);
      if ((digit & SIGN) != 0) {
        value |= -1L << shift;
      }
      counts = count == counts.length ? Arrays.copyOf(counts, 2 * count) : counts;
      value = count > 2 ? value + counts[count - 2] : value;
      if (value != (int) value) {
        throw new IllegalArgumentException(
            "run %d of a mask has %d pixels".formatted(count, value));
      }
      counts[count] = (int) value;
      count++;
    }
    return of(width, height, counts, count);
  }

  /** Returns the pixels of the picture in a row. */
  public int width() {
    return width;
  }

  /** Returns the pixels of the picture in a column. */
  public int height() {
    return height;
  }

  /** Returns how many pixels are outside, inside, outside, …, down the columns. */
  public int[] counts() {
    return counts.clone();
  }

  /** Returns the counts as the text in which COCO's files keep them. */
  public String compressed() {
    StringBuilder text = new StringBuilder(counts.length * 2);
    for (int i = 0; i < counts.length; i++) {
      int value = i > 2 ? counts[i] - counts[i - 2] : counts[i];
      boolean more = true;
      while (more) {
        int digit = value & (MORE - 1);
        value >>= BITS;
        more = value != ((digit & SIGN) == 0 ? 0 : -1);
        text.append((char) (FIRST_CHARACTER + (more ? digit | MORE : digit)));
      }
    }
    return text.toString();
  }

  /** Returns the pixels of the object: of the whole picture, row by row, 1 inside and 0 outside. */
  public byte[] pixels() {
    byte[] pixels = new byte[width * height];
    int at = 0;
    for (int i = 0; i < counts.length; i++) {
      for (int end = at + counts[i]; at < end; at++) {
        pixels[at % height * width + at / height] = (byte) (i % 2);
      }
    }
    return pixels;
  }

  /** Returns how many pixels the object has. */
  public long area() {
    long area = 0;
    for (int i = 1; i < counts.length; i += 2) {
      area += counts[i];
    }
    return area;
  }

  /** Returns the smallest box around the object; one without a size where it has no pixels. */
  public Box bounds() {
    int left = width;
    int right = 0;
    int top = height;
    int bottom = 0;
    int at = 0;
    for (int i = 0; i < counts.length; i++) {
      int last = at + counts[i] - 1;
      if (i % 2 == 1) {
        boolean oneColumn = at / height == last / height;
        left = Math.min(left, at / height);
        right = Math.max(right, last / height + 1);
        top = Math.min(top, oneColumn ? at % height : 0);
        bottom = Math.max(bottom, oneColumn ? last % height + 1 : height);
      }
      at = last + 1;
    }
    return right == 0 ? new Box(0, 0, 0, 0) : new Box(left, top, right - left, bottom - top);
  }

  /**
   * Returns how many pixels both objects have.
   *
   * @throws IllegalArgumentException if their pictures differ in size
   */
  public long intersection(Mask other) {
    if (width != other.width || height != other.height) {
      throw new IllegalArgumentException(
          "masks of %dx%d and %dx%d cannot be compared"
              .formatted(width, height, other.width, other.height));
    }
    long both = 0;
    int i = 0;
    int j = 0;
    int endI = counts[0];
    int endJ = other.counts[0];
    int at = 0;
    int end = width * height;
    while (at < end) {
      int next = Math.min(endI, endJ);
      if (i % 2 == 1 && j % 2 == 1) {
        both += next - at;
      }
      at = next;
      if (at == endI && ++i < counts.length) {
        endI += counts[i];
      }
      if (at == endJ && ++j < other.counts.length) {
        endJ += other.counts[j];
      }
    }
    return both;
  }

  /** Returns the share that both objects have of what they cover together, 0..1. */
  public double iou(Mask other) {
    long both = intersection(other);
    return both == 0 ? 0 : (double) both / (area() + other.area() - both);
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof Mask mask
        && width == mask.width
        && height == mask.height
        && Arrays.equals(counts, mask.counts);
  }

  @Override
  public int hashCode() {
    return 31 * (31 * width + height) + Arrays.hashCode(counts);
  }

  @Override
  public String toString() {
    return "Mask[%dx%d, %d pixels]".formatted(width, height, area());
  }

  /** Counts under construction. */
  private static final class Runs {
    private int[] counts = new int[64];
    private int count;
    private int start;
    private boolean inside;

    /** Ends a run before this pixel. */
    void turn(int pixel) {
      counts = count == counts.length ? Arrays.copyOf(counts, 2 * count) : counts;
      counts[count++] = pixel - start;
      start = pixel;
      inside = !inside;
    }

    int[] end(int pixels) {
      if (start < pixels) {
        turn(pixels);
      }
      return Arrays.copyOf(counts, count);
    }
  }
}
