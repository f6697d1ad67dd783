package dev.ovkit.picture;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;

/**
 * A kind of file that users give in place of a picture and that ovkit does not read, recognised by
 * its first bytes.
 *
 * <p>The bytes are those of the formats' own specifications: GIF89a, ISO base media (its major
 * brand), JPEG 2000 (ISO/IEC 15444-1), JPEG XL (ISO/IEC 18181-2), Matroska, RIFF, PDF.
 *
 * @param name with its article
 * @param advice what to do instead
 */
record ForeignFile(String name, String advice) {

  private static final String CONVERT = "convert it to PNG or JPEG first";
  private static final String FRAMES = "take single frames out of it first";

  /** Bytes at a place, as Latin-1. */
  private record Mark(int at, String bytes, ForeignFile file) {}

  private static final List<Mark> MARKS =
      List.of(
          new Mark(0, "GIF8", new ForeignFile("a GIF", CONVERT)),
          new Mark(4, "ftypavi", new ForeignFile("an AVIF picture", CONVERT)),
          new Mark(4, "ftyphei", new ForeignFile("a HEIC picture", CONVERT)),
          new Mark(4, "ftyphev", new ForeignFile("a HEIC picture", CONVERT)),
          new Mark(4, "ftypmif1", new ForeignFile("a HEIC picture", CONVERT)),
          new Mark(4, "ftypmsf1", new ForeignFile("a HEIC picture", CONVERT)),
          new Mark(4, "ftyp", new ForeignFile("an MP4 or QuickTime video", FRAMES)),
          new Mark(4, "jP  \r\n\u0087\n", new ForeignFile("a JPEG 2000 picture", CONVERT)),
          new Mark(0, "\u00ff\u004f\u00ff\u0051", new ForeignFile("a JPEG 2000 picture", CONVERT)),
          new Mark(4, "JXL \r\n\u0087\n", new ForeignFile("a JPEG XL picture", CONVERT)),
          new Mark(0, "\u00ff\n", new ForeignFile("a JPEG XL picture", CONVERT)),
          new Mark(0, "\u001aE\u00df\u00a3", new ForeignFile("a Matroska or WebM video", FRAMES)),
          new Mark(8, "AVI ", new ForeignFile("an AVI video", FRAMES)),
          new Mark(0, "8BPS", new ForeignFile("a Photoshop file", CONVERT)),
          new Mark(0, "%PDF", new ForeignFile("a PDF", CONVERT)),
          new Mark(0, "<svg", new ForeignFile("an SVG drawing", CONVERT)),
          new Mark(0, "PK\u0003\u0004", new ForeignFile("a ZIP archive", "unpack it first")));

  /** Returns what a file is, where it is one of these. */
  static Optional<ForeignFile> of(ByteBuffer bytes) {
    return MARKS.stream().filter(mark -> has(bytes, mark)).map(Mark::file).findFirst();
  }

  private static boolean has(ByteBuffer bytes, Mark mark) {
    byte[] expected = mark.bytes().getBytes(StandardCharsets.ISO_8859_1);
    if (mark.at() + expected.length > bytes.limit()) {
      return false;
    }
    for (int i = 0; i < expected.length; i++) {
      if (bytes.get(mark.at() + i) != expected[i]) {
        return false;
      }
    }
    return true;
  }
}
