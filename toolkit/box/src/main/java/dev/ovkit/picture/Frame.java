package dev.ovkit.picture;

import java.nio.ByteBuffer;

/**
 * An uncompressed picture in memory, as a camera delivers it.
 *
 * <p>The buffer is not copied: it must not change until the call that uses it has returned. A
 * direct buffer is read in place; a buffer over an array goes through a copy by the JVM.
 *
 * @param pixels 8 bits a channel; the top left pixel is at its position
 * @param width pixels in a row
 * @param height rows
 * @param rowStride bytes from the start of one row to the start of the next
 * @param format the order of the channels
 */
public record Frame(ByteBuffer pixels, int width, int height, int rowStride, Format format) {

  /** What the bytes of a pixel are. */
  public enum Format {
    BGR(0, 3),
    RGB(1, 3),
    GRAY(2, 1);

    private final int code;
    private final int bytes;

    Format(int code, int bytes) {
      this.code = code;
      this.bytes = bytes;
    }

    /** Returns the number that the picture shim knows it by. */
    int code() {
      return code;
    }

    /** Returns the bytes of one pixel. */
    public int bytesPerPixel() {
      return bytes;
    }
  }

  public Frame {
    if (width < 1 || height < 1) {
      throw new IllegalArgumentException("a frame has a size, not %dx%d".formatted(width, height));
    }
    long row = (long) width * format.bytesPerPixel();
    if (rowStride < row) {
      throw new IllegalArgumentException(
          "a row of %d %s pixels has %d bytes, the row stride is %d"
              .formatted(width, format, row, rowStride));
    }
    long needed = (long) rowStride * (height - 1) + row;
    if (pixels.remaining() < needed) {
      throw new IllegalArgumentException(
          "a %s frame of %dx%d with row stride %d needs %d bytes, the buffer has %d"
              .formatted(format, width, height, rowStride, needed, pixels.remaining()));
    }
  }

  /**
   * Returns the pixels in a buffer that native code may be given. Of one over an array JavaCPP
   * frees a wrong address, unless it begins where the array does.
   */
  ByteBuffer nativePixels() {
    if (pixels.isDirect()
        || (pixels.hasArray() && pixels.arrayOffset() == 0 && pixels.position() == 0)) {
      return pixels;
    }
    byte[] copy = new byte[pixels.remaining()];
    pixels.duplicate().get(copy);
    return ByteBuffer.wrap(copy);
  }

  /** A frame whose rows follow each other without a gap. */
  public static Frame of(ByteBuffer pixels, int width, int height, Format format) {
    return new Frame(
        pixels, width, height, Math.multiplyExact(width, format.bytesPerPixel()), format);
  }
}
