package dev.ovkit.picture;

import java.io.IOException;
import java.io.InputStream;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Text in any script of Unicode's Basic Multilingual Plane, from the glyphs of GNU Unifont, which
 * are stored beside this class. The machine needs no fonts. A character outside of the plane is an
 * empty frame.
 *
 * <p>Letters are drawn one by one: Arabic ones are not joined.
 */
final class GlyphFont {

  static final int HEIGHT = 16;

  private static final int BYTES = 33; // the width, then two for each row
  private static final int PAGE = 256;
  private static final int LAST = 0xFFFF;
  private static final byte[] FRAME = frame();
  private static final byte[] NOTHING = new byte[BYTES];

  private static final Map<Integer, byte[]> PAGES = new ConcurrentHashMap<>();

  /** Returns the width of a text in pixels, at a size of 1. */
  static int width(String text) {
    return text.codePoints().map(code -> isMark(code) ? 0 : glyph(code)[0]).sum();
  }

  /**
   * Draws a text with its upper left corner at a place.
   *
   * @param size pixels for each pixel of the font
   */
  static void draw(Canvas canvas, String text, int left, int top, int size, Bgr colour) {
    int pen = left;
    int last = 0;
    for (int code : text.codePoints().toArray()) {
      byte[] glyph = glyph(code);
      if (isMark(code)) {
        draw(canvas, glyph, pen - (last + glyph[0]) * size / 2, top, size, colour);
      } else {
        draw(canvas, glyph, pen, top, size, colour);
        last = glyph[0];
        pen += last * size;
      }
    }
  }

  private static void draw(Canvas canvas, byte[] glyph, int left, int top, int size, Bgr colour) {
    for (int y = 0; y < HEIGHT * size; y++) {
      for (int x = 0; x < glyph[0] * size; x++) {
        canvas.blend(left + x, top + y, colour, ink(glyph, x, y, size));
      }
    }
  }

  /** How much of a pixel is inked; between the font's pixels edges are made smooth. */
  private static double ink(byte[] glyph, int x, int y, int size) {
    if (size == 1) {
      return bit(glyph, x, y);
    }
    double column = (x + 0.5) / size - 0.5;
    double row = (y + 0.5) / size - 0.5;
    int c = (int) Math.floor(column);
    int r = (int) Math.floor(row);
    double right = column - c;
    double below = row - r;
    double upper = bit(glyph, c, r) * (1 - right) + bit(glyph, c + 1, r) * right;
    double lower = bit(glyph, c, r + 1) * (1 - right) + bit(glyph, c + 1, r + 1) * right;
    double mean = upper * (1 - below) + lower * below;
    return Math.max(0, Math.min(1, (mean - 0.5) * size + 0.5));
  }

  private static int bit(byte[] glyph, int column, int row) {
    if (column < 0 || column >= HEIGHT || row < 0 || row >= HEIGHT) {
      return 0;
    }
    return glyph[1 + 2 * row + column / 8] >> (7 - column % 8) & 1;
  }

  static boolean isMark(int code) {
    int type = Character.getType(code);
    return type == Character.NON_SPACING_MARK || type == Character.ENCLOSING_MARK;
  }

  private static byte[] glyph(int code) {
    if (Character.getType(code) == Character.FORMAT) {
      return NOTHING;
    }
    if (code > LAST) {
      return FRAME;
    }
    byte[] page = PAGES.computeIfAbsent(code / PAGE, GlyphFont::read);
    byte[] glyph = new byte[BYTES];
    System.arraycopy(page, code % PAGE * BYTES, glyph, 0, BYTES);
    return glyph[0] > 0 ? glyph : FRAME;
  }

  private static byte[] read(int page) {
    try (@Nullable InputStream in = GlyphFont.class.getResourceAsStream("unifont.bin")) {
      if (in == null) {
        throw new IllegalStateException("unifont.bin is not beside its class, where it belongs");
      }
      in.skipNBytes((long) page * PAGE * BYTES);
      return in.readNBytes(PAGE * BYTES);
    } catch (IOException e) {
      throw new IllegalStateException("a jar can always be read", e);
    }
  }

  private static byte[] frame() {
    byte[] frame = new byte[BYTES];
    frame[0] = 8;
    for (int row = 2; row < 14; row++) {
      frame[1 + 2 * row] = (byte) (row == 2 || row == 13 ? 0x7E : 0x42);
    }
    return frame;
  }

  private GlyphFont() {}
}
