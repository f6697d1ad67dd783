package dev.ovkit.picture;

import dev.ovkit.PictureException;
import java.nio.ByteBuffer;

/**
 * What a picture file declares, read before any codec sees it: its kind, its size, and whether its
 * end is there.
 *
 * <p>A codec allocates what a header declares, and one of them makes half a JPEG into a whole
 * picture with a grey lower half; so both are looked at here first.
 *
 * @param kind the format by its first bytes, whatever the file is called
 * @param width as declared, before any orientation
 * @param height as declared, before any orientation
 * @param bits of each value; 8 where no other number is known
 */
record PictureHeader(Kind kind, long width, long height, int bits) {

  /** More pixels than this are refused. */
  static final long MOST_PIXELS = 100_000_000;

  private static final int USUAL_BITS = 8;

  private static final String KINDS = "expected a JPEG, PNG, WebP, BMP or TIFF";

  enum Kind {
    JPEG,
    PNG,
    WEBP,
    BMP,
    TIFF
  }

  private PictureHeader withBits(int changed) {
    return new PictureHeader(kind, width, height, changed);
  }

  /**
   * Reads and checks the header.
   *
   * @param bytes the whole file, from 0 to its limit
   * @param source what to call it in a message
   * @throws PictureException when it is no picture, cut, or too large
   */
  static PictureHeader check(ByteBuffer bytes, String source) {
    return new Scan(bytes, source).check();
  }

  /** One file being looked at. All numbers are unsigned and read by index. */
  private static final class Scan {
    private final ByteBuffer bytes;
    private final int size;
    private final String source;

    Scan(ByteBuffer bytes, String source) {
      this.bytes = bytes;
      this.size = bytes.limit();
      this.source = source;
    }

    PictureHeader check() {
      if (size == 0) {
        throw new PictureException("%s: it is empty; %s".formatted(source, KINDS));
      }
      if (startsWith(0, 0xff, 0xd8, 0xff)) {
        return jpeg();
      }
      if (startsWith(0, 0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n')) {
        return png();
      }
      if (startsWith(0, 'R', 'I', 'F', 'F') && startsWith(8, 'W', 'E', 'B', 'P')) {
        return webp();
      }
      if (startsWith(0, 'B', 'M')) {
        return bmp();
      }
      if (startsWith(0, 'I', 'I', 42, 0) || startsWith(0, 'I', 'I', 43, 0)) {
        return tiff(true);
      }
      if (startsWith(0, 'M', 'M', 0, 42) || startsWith(0, 'M', 'M', 0, 43)) {
        return tiff(false);
      }
      throw new PictureException(
          ForeignFile.of(bytes)
              .map(
                  foreign ->
                      "%s: it is %s, %s; %s"
                          .formatted(source, foreign.name(), KINDS, foreign.advice()))
              .orElse("%s: not a picture; %s".formatted(source, KINDS)));
    }

    /** Walks the segments (ITU-T T.81, annex B); a thumbnail's end inside one is not the end. */
    private PictureHeader jpeg() {
      PictureHeader header = null;
      int at = 2;
      while (true) {
        while (u8(at, Kind.JPEG) != 0xff) {
          at++; // codecs skip stray bytes between segments too
        }
        while (u8(at, Kind.JPEG) == 0xff) {
          at++;
        }
        int marker = u8(at++, Kind.JPEG);
        if (marker == 0xd9) {
          if (header == null) {
            throw damaged(Kind.JPEG, "it contains no picture");
          }
          return header;
        }
        if (marker == 0 || marker == 1 || (marker >= 0xd0 && marker <= 0xd8)) {
          continue; // no length
        }
        int length = u16(at, Kind.JPEG);
        if (marker >= 0xc0
            && marker <= 0xcf
            && marker != 0xc4
            && marker != 0xc8
            && marker != 0xcc) {
          header = sized(Kind.JPEG, u16(at + 5, Kind.JPEG), u16(at + 3, Kind.JPEG));
        }
        at += length;
        if (marker == 0xda) {
          if (header == null) {
            throw damaged(Kind.JPEG, "it does not say its size");
          }
          // Within a scan FF D9 can be nothing but the end, so most files need no further look.
          if (at <= size - 2 && startsWith(size - 2, 0xff, 0xd9)) {
            return header;
          }
          at = endOfScan(at);
        }
      }
    }

    /** Returns the place of the next marker that is neither a restart nor an escaped FF. */
    private int endOfScan(int from) {
      for (int at = from; at < size - 1; at++) {
        if (bytes.get(at) == (byte) 0xff) {
          int next = bytes.get(at + 1) & 0xff;
          if (next != 0 && next != 0xff && (next < 0xd0 || next > 0xd7)) {
            return at;
          }
        }
      }
      throw cut(Kind.JPEG);
    }

    /** Walks the chunks to IEND (PNG specification, 5.3). */
    private PictureHeader png() {
      require(33, Kind.PNG);
      if (!startsWith(12, 'I', 'H', 'D', 'R')) {
        throw damaged(Kind.PNG, "it does not say its size");
      }
      PictureHeader header =
          sized(Kind.PNG, u32(16, false), u32(20, false)).withBits(u8(24, Kind.PNG));
      long at = 8;
      while (true) {
        require(at + 12, Kind.PNG);
        long length = u32((int) at, false);
        require(at + 12 + length, Kind.PNG);
        if (startsWith((int) at + 4, 'I', 'E', 'N', 'D')) {
          return header;
        }
        at += 12 + length;
      }
    }

    /** The three kinds of first chunk (WebP container specification). */
    private PictureHeader webp() {
      require(30, Kind.WEBP);
      PictureHeader header;
      if (startsWith(12, 'V', 'P', '8', ' ')) {
        header = sized(Kind.WEBP, u16le(26) & 0x3fff, u16le(28) & 0x3fff);
      } else if (startsWith(12, 'V', 'P', '8', 'L')) {
        long bits = u32(21, true);
        header = sized(Kind.WEBP, (bits & 0x3fff) + 1, ((bits >> 14) & 0x3fff) + 1);
      } else if (startsWith(12, 'V', 'P', '8', 'X')) {
        header = sized(Kind.WEBP, (u32(23, true) >> 8) + 1, (u32(26, true) >> 8) + 1);
      } else {
        throw damaged(Kind.WEBP, "it does not say its size");
      }
      require(u32(4, true) + 8, Kind.WEBP);
      return header;
    }

    private PictureHeader bmp() {
      require(26, Kind.BMP);
      if (u32(14, true) == 12) {
        return sized(Kind.BMP, u16le(18), u16le(20));
      }
      // A negative height means rows from the top.
      return sized(Kind.BMP, i32le(18), Math.abs(i32le(22)));
    }

    /** The first directory of a TIFF (6.0) or BigTIFF: tags 256 to 258, and 339 for the samples. */
    private PictureHeader tiff(boolean little) {
      require(16, Kind.TIFF);
      boolean big = bytes.get(little ? 2 : 3) == 43;
      long directory = big ? u64(8, little) : u32(4, little);
      int countBytes = big ? 8 : 2;
      int entryBytes = big ? 20 : 12;
      requireAt(directory, countBytes);
      long entries = big ? u64((int) directory, little) : u16((int) directory, little);
      if (entries < 1 || entries > 65_535) {
        throw damaged(Kind.TIFF, "its directory is invalid");
      }
      requireAt(directory + countBytes, entries * entryBytes);
      long width = 0;
      long height = 0;
      int bits = USUAL_BITS;
      for (int i = 0; i < entries; i++) {
        int at = (int) directory + countBytes + i * entryBytes;
        int tag = u16(at, little);
        if (tag == 256) {
          width = tiffNumber(at, little, big);
        } else if (tag == 257) {
          height = tiffNumber(at, little, big);
        } else if (tag == 258) {
          bits = firstOf(at, little, big);
        } else if (tag == 339 && firstOf(at, little, big) == 3) {
          throw new PictureException(
              "%s: it is a TIFF of floating-point numbers; expected 8 or 16 bits; scale it to 16 bits first"
                  .formatted(source));
        }
      }
      return sized(Kind.TIFF, width, height).withBits(bits);
    }

    /** One number for each channel is in the entry if there is room, else elsewhere. */
    private int firstOf(int entry, boolean little, boolean big) {
      long count = big ? u64(entry + 4, little) : u32(entry + 4, little);
      long at = entry + (big ? 12 : 8);
      if (count > (big ? 4 : 2)) {
        at = big ? u64((int) at, little) : u32((int) at, little);
        requireAt(at, 2);
      }
      return u16((int) at, little);
    }

    private long tiffNumber(int entry, boolean little, boolean big) {
      int value = entry + (big ? 12 : 8);
      int type = u16(entry + 2, little);
      if (type == 3) {
        return u16(value, little);
      }
      if (type == 4) {
        return u32(value, little);
      }
      if (type == 16 && big) { // eight bytes, for which only a BigTIFF has room
        return u64(value, little);
      }
      throw damaged(Kind.TIFF, "it does not say its size");
    }

    private PictureHeader sized(Kind kind, long width, long height) {
      if (width < 1 || height < 1) {
        throw damaged(kind, "it declares a size of %dx%d".formatted(width, height));
      }
      if (width > MOST_PIXELS || height > MOST_PIXELS || width * height > MOST_PIXELS) {
        throw new PictureException(
            "%s: it declares %dx%d pixels, but at most %d megapixels are read; scale it down first"
                .formatted(source, width, height, MOST_PIXELS / 1_000_000));
      }
      return new PictureHeader(kind, width, height, USUAL_BITS);
    }

    private boolean startsWith(int at, int... expected) {
      if (at < 0 || at + expected.length > size) {
        return false;
      }
      for (int i = 0; i < expected.length; i++) {
        if ((bytes.get(at + i) & 0xff) != expected[i]) {
          return false;
        }
      }
      return true;
    }

    private int u8(int at, Kind kind) {
      if (at >= size) {
        throw cut(kind);
      }
      return bytes.get(at) & 0xff;
    }

    private int u16(int at, Kind kind) {
      return u8(at, kind) << 8 | u8(at + 1, kind);
    }

    private int u16(int at, boolean little) {
      if (at < 0 || at + 2 > size) {
        throw new PictureException(
            "%s: it is damaged: its end is missing; copy or export the file again"
                .formatted(source));
      }
      int first = bytes.get(at) & 0xff;
      int second = bytes.get(at + 1) & 0xff;
      return little ? second << 8 | first : first << 8 | second;
    }

    private int u16le(int at) {
      return u16(at, true);
    }

    /** Signed, as the sizes of a BMP are. */
    private long i32le(int at) {
      long value = u32(at, true);
      return value < 1L << 31 ? value : value - (1L << 32);
    }

    private long u32(int at, boolean little) {
      long first = u16(at, little);
      long second = u16(at + 2, little);
      return little ? second << 16 | first : first << 16 | second;
    }

    /** Beyond 63 bits a number is damage; it shows as a negative offset. */
    private long u64(int at, boolean little) {
      long first = u32(at, little);
      long second = u32(at + 4, little);
      return little ? second << 32 | first : first << 32 | second;
    }

    private void require(long length, Kind kind) {
      if (length > size) {
        throw cut(kind);
      }
    }

    private void requireAt(long offset, long length) {
      if (offset < 0 || offset > size || offset + length > size) {
        throw cut(Kind.TIFF);
      }
    }

    private PictureException cut(Kind kind) {
      return damaged(kind, "its end is missing");
    }

    private PictureException damaged(Kind kind, String what) {
      return new PictureException(
          "%s: the %s is damaged: %s; copy or export the file again".formatted(source, kind, what));
    }
  }
}
