package dev.ovkit.picture;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ovkit.PictureException;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Headers of files made byte by byte. */
class PictureHeaderTest {

  private static final String AGAIN = "; copy or export the file again";
  private static final String KINDS = "expected a JPEG, PNG, WebP, BMP or TIFF";

  private static PictureHeader check(byte[] bytes) {
    return PictureHeader.check(ByteBuffer.wrap(bytes), "a");
  }

  private static void assertRefused(byte[] bytes, String message) {
    assertThatThrownBy(() -> check(bytes))
        .isInstanceOf(PictureException.class)
        .hasMessage("a: " + message);
  }

  private static byte[] bytes(int... values) {
    byte[] bytes = new byte[values.length];
    for (int i = 0; i < values.length; i++) {
      bytes[i] = (byte) values[i];
    }
    return bytes;
  }

  private static byte[] join(byte[]... parts) {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    for (byte[] part : parts) {
      all.writeBytes(part);
    }
    return all.toByteArray();
  }

  /** A segment with a marker, its length and its content. */
  private static byte[] segment(int marker, byte[] content) {
    int length = content.length + 2;
    return join(bytes(0xff, marker, length >> 8, length & 0xff), content);
  }

  private static final byte[] SOI = bytes(0xff, 0xd8);
  private static final byte[] EOI = bytes(0xff, 0xd9);
  private static final byte[] SCAN = segment(0xda, bytes(1, 1, 0, 0, 63, 0));

  private static byte[] size(int width, int height) {
    return segment(
        0xc0, bytes(8, height >> 8, height & 0xff, width >> 8, width & 0xff, 1, 1, 0x11, 0));
  }

  /** Entropy-coded data with escaped FFs and restarts. */
  private static final byte[] DATA = bytes(1, 2, 0xff, 0, 3, 0xff, 0xd0, 4, 0xff, 0xff, 0xd1, 5);

  /** An application segment that holds a whole picture, as a camera's thumbnail does. */
  private static final byte[] THUMBNAIL = segment(0xe1, join(SOI, size(160, 120), SCAN, DATA, EOI));

  @Test
  void aWholeJpegIsItsSize() {
    byte[] jpeg = join(SOI, THUMBNAIL, size(640, 480), SCAN, DATA, EOI);
    assertThat(check(jpeg)).isEqualTo(new PictureHeader(PictureHeader.Kind.JPEG, 640, 480, 8));
    assertThat(check(join(jpeg, bytes(0, 0, 7, 9)))).isEqualTo(check(jpeg));
    byte[] progressive =
        join(SOI, size(9, 7), SCAN, DATA, segment(0xc4, bytes(0)), SCAN, DATA, EOI);
    assertThat(check(progressive).width()).isEqualTo(9);
    assertThat(check(join(progressive, bytes(1))).width()).isEqualTo(9);
    byte[] stray = join(SOI, size(9, 7), bytes(1, 2, 3), SCAN, DATA, EOI);
    assertThat(check(stray).height()).isEqualTo(7);
  }

  @Test
  void aJpegCutAnywhereIsRefused() {
    byte[] jpeg = join(SOI, THUMBNAIL, size(640, 480), SCAN, DATA, EOI);
    for (int length = 3; length < jpeg.length; length++) {
      assertRefused(Arrays.copyOf(jpeg, length), "the JPEG is damaged: its end is missing" + AGAIN);
    }
  }

  @Test
  void aJpegWithoutAPictureIsRefused() {
    assertRefused(join(SOI, EOI), "the JPEG is damaged: it contains no picture" + AGAIN);
    assertRefused(
        join(SOI, SCAN, DATA, EOI), "the JPEG is damaged: it does not say its size" + AGAIN);
    assertRefused(
        join(SOI, size(0, 5), SCAN, DATA, EOI),
        "the JPEG is damaged: it declares a size of 0x5" + AGAIN);
  }

  private static byte[] png(long width, long height) {
    ByteBuffer header = ByteBuffer.allocate(13);
    header.putInt((int) width).putInt((int) height).put((byte) 8);
    return join(
        bytes(0x89, 'P', 'N', 'G', 13, 10, 26, 10),
        chunk("IHDR", header.array()),
        chunk("IDAT", new byte[100]),
        chunk("IEND", new byte[0]));
  }

  private static byte[] chunk(String type, byte[] content) {
    return join(
        ByteBuffer.allocate(4).putInt(content.length).array(),
        type.getBytes(StandardCharsets.US_ASCII),
        content,
        new byte[4]);
  }

  @Test
  void aWholePngIsItsSizeAndACutOneIsRefused() {
    byte[] png = png(640, 480);
    assertThat(check(png)).isEqualTo(new PictureHeader(PictureHeader.Kind.PNG, 640, 480, 8));
    assertThat(check(join(png, new byte[9]))).isEqualTo(check(png));
    for (int length = 8; length < png.length; length++) {
      assertRefused(Arrays.copyOf(png, length), "the PNG is damaged: its end is missing" + AGAIN);
    }
  }

  @Test
  void whatDeclaresTooManyPixelsIsRefusedBeforeAnyMemoryIsTaken() {
    assertRefused(
        png(60_000, 60_000),
        "it declares 60000x60000 pixels, but at most 100 megapixels are read; scale it down first");
    assertRefused(
        png(0xffff_ffffL, 0xffff_ffffL),
        "it declares 4294967295x4294967295 pixels, but at most 100 megapixels are read; scale it"
            + " down first");
    assertThat(check(png(10_000, 10_000)).width()).isEqualTo(10_000);
  }

  private static byte[] webp(byte[] chunk) {
    ByteBuffer riff = ByteBuffer.allocate(12).order(ByteOrder.LITTLE_ENDIAN);
    riff.put("RIFF".getBytes(StandardCharsets.US_ASCII)).putInt(4 + chunk.length);
    riff.put("WEBP".getBytes(StandardCharsets.US_ASCII));
    return join(riff.array(), chunk);
  }

  @Test
  void theThreeKindsOfWebpAreRead() {
    byte[] lossy =
        webp(
            join(
                bytes('V', 'P', '8', ' ', 20, 0, 0, 0, 0, 0, 0, 0x9d, 1, 0x2a),
                bytes(0x80, 0x02, 0xe0, 0x41), // 640, 480 with a scale in the upper bits
                new byte[20]));
    byte[] lossless =
        webp(
            join(
                bytes('V', 'P', '8', 'L', 20, 0, 0, 0, 0x2f),
                // 14 bits of 639, 14 bits of 479
                ByteBuffer.allocate(4)
                    .order(ByteOrder.LITTLE_ENDIAN)
                    .putInt(639 | 479 << 14 | 1 << 28)
                    .array(),
                new byte[20]));
    byte[] extended =
        webp(
            join(
                bytes('V', 'P', '8', 'X', 10, 0, 0, 0, 0x10, 0, 0, 0, 0x7f, 0x02, 0, 0xdf, 0x01, 0),
                new byte[20]));
    for (byte[] file : new byte[][] {lossy, lossless, extended}) {
      assertThat(check(file)).isEqualTo(new PictureHeader(PictureHeader.Kind.WEBP, 640, 480, 8));
      assertRefused(
          Arrays.copyOf(file, file.length - 1), "the WEBP is damaged: its end is missing" + AGAIN);
    }
  }

  @Test
  void bmpsOfBothKindsAndDirectionsAreRead() {
    ByteBuffer bmp = ByteBuffer.allocate(60).order(ByteOrder.LITTLE_ENDIAN);
    bmp.put(0, (byte) 'B').put(1, (byte) 'M').putInt(14, 40).putInt(18, 640).putInt(22, -480);
    assertThat(check(bmp.array()))
        .isEqualTo(new PictureHeader(PictureHeader.Kind.BMP, 640, 480, 8));
    bmp.putInt(14, 12).putShort(18, (short) 640).putShort(20, (short) 480);
    assertThat(check(bmp.array()))
        .isEqualTo(new PictureHeader(PictureHeader.Kind.BMP, 640, 480, 8));
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void tiffsOfBothByteOrdersAreRead(boolean little) {
    ByteBuffer tiff =
        ByteBuffer.allocate(60).order(little ? ByteOrder.LITTLE_ENDIAN : ByteOrder.BIG_ENDIAN);
    tiff.put(little ? bytes('I', 'I', 42, 0) : bytes('M', 'M', 0, 42)).putInt(8);
    tiff.putShort((short) 2);
    tiff.putShort((short) 256)
        .putShort((short) 3)
        .putInt(1)
        .putShort((short) 640)
        .putShort((short) 0);
    tiff.putShort((short) 257).putShort((short) 4).putInt(1).putInt(480);
    assertThat(check(tiff.array()))
        .isEqualTo(new PictureHeader(PictureHeader.Kind.TIFF, 640, 480, 8));
    assertRefused(
        Arrays.copyOf(tiff.array(), 30), "the TIFF is damaged: its end is missing" + AGAIN);
    tiff.putInt(4, 1_000_000);
    assertRefused(tiff.array(), "the TIFF is damaged: its end is missing" + AGAIN);
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void bigTiffsAreRead(boolean little) {
    ByteBuffer tiff =
        ByteBuffer.allocate(100).order(little ? ByteOrder.LITTLE_ENDIAN : ByteOrder.BIG_ENDIAN);
    tiff.put(little ? bytes('I', 'I', 43, 0) : bytes('M', 'M', 0, 43));
    tiff.putShort((short) 8).putShort((short) 0).putLong(16).putLong(2);
    tiff.putShort((short) 256).putShort((short) 16).putLong(1).putLong(640);
    tiff.putShort((short) 257).putShort((short) 4).putLong(1).putInt(480);
    assertThat(check(tiff.array()))
        .isEqualTo(new PictureHeader(PictureHeader.Kind.TIFF, 640, 480, 8));
    tiff.putLong(8, -5);
    assertRefused(tiff.array(), "the TIFF is damaged: its end is missing" + AGAIN);
  }

  @Test
  void theBitsOfAValueAreRead() {
    byte[] png = png(640, 480);
    png[24] = 16;
    assertThat(check(png).bits()).isEqualTo(16);
    for (int channels : new int[] {1, 3}) {
      ByteBuffer tiff = ByteBuffer.allocate(80).order(ByteOrder.BIG_ENDIAN);
      tiff.put(bytes('M', 'M', 0, 42)).putInt(8).putShort((short) 3);
      tiff.putShort((short) 256).putShort((short) 4).putInt(1).putInt(640);
      tiff.putShort((short) 257).putShort((short) 4).putInt(1).putInt(480);
      tiff.putShort((short) 258).putShort((short) 3).putInt(channels);
      if (channels == 1) {
        tiff.putShort((short) 16);
      } else {
        tiff.putInt(60).position(60).putShort((short) 16);
      }
      assertThat(check(tiff.array()).bits()).as(channels + " channels").isEqualTo(16);
    }
  }

  /** One channel has its sample format in the entry, three have it elsewhere. */
  @ParameterizedTest
  @ValueSource(ints = {1, 3})
  void tiffsOfFloatsAreNamed(int channels) {
    ByteBuffer tiff = ByteBuffer.allocate(60).order(ByteOrder.LITTLE_ENDIAN);
    tiff.put(bytes('I', 'I', 42, 0)).putInt(8).putShort((short) 1);
    tiff.putShort((short) 339).putShort((short) 3).putInt(channels);
    if (channels == 1) {
      tiff.putInt(3);
    } else {
      tiff.putInt(40).position(40).putShort((short) 3);
    }
    assertRefused(
        tiff.array(),
        "it is a TIFF of floating-point numbers; expected 8 or 16 bits; scale it to 16 bits"
            + " first");
    tiff.putShort(channels == 1 ? 18 : 40, (short) 1);
    assertRefused(tiff.array(), "the TIFF is damaged: it declares a size of 0x0" + AGAIN);
  }

  @ParameterizedTest
  @CsvSource({
    "GIF89a, a GIF, convert it to PNG or JPEG first",
    "....ftypavif, an AVIF picture, convert it to PNG or JPEG first",
    "....ftypheic, a HEIC picture, convert it to PNG or JPEG first",
    "....ftypisom, an MP4 or QuickTime video, take single frames out of it first",
    "RIFF....AVI , an AVI video, take single frames out of it first",
    "%PDF-1.7, a PDF, convert it to PNG or JPEG first",
  })
  void otherKindsOfFilesAreNamed(String first, String name, String advice) {
    String text = first.startsWith("RIFF") ? "RIFF....AVI LIST" : first;
    assertRefused(
        text.getBytes(StandardCharsets.ISO_8859_1),
        "it is %s, %s; %s".formatted(name, KINDS, advice));
  }

  @Test
  void whatIsNoPictureIsSaid() {
    assertRefused(new byte[0], "it is empty; " + KINDS);
    assertRefused("a text".getBytes(StandardCharsets.UTF_8), "not a picture; " + KINDS);
    assertRefused(bytes(0xff), "not a picture; " + KINDS);
  }

  @Test
  void anyBytesGiveAHeaderOrOneLine() {
    Random random = new Random(11);
    byte[][] starts = {
      join(SOI, THUMBNAIL, size(640, 480), SCAN, DATA, EOI),
      png(640, 480),
      bytes('B', 'M'),
      bytes('I', 'I', 42, 0, 8, 0, 0, 0, 2, 0),
      bytes('M', 'M', 0, 43, 0, 8, 0, 0),
      "RIFF0000WEBPVP8X".getBytes(StandardCharsets.US_ASCII)
    };
    for (int i = 0; i < 5000; i++) {
      byte[] tail = new byte[random.nextInt(80)];
      random.nextBytes(tail);
      byte[] file = join(starts[i % starts.length], tail);
      for (int k = random.nextInt(6); k > 0; k--) {
        file[random.nextInt(file.length)] = (byte) random.nextInt(256);
      }
      try {
        assertThat(check(file).width()).isPositive();
      } catch (PictureException e) {
        assertThat(e.getMessage()).startsWith("a: ").doesNotContain("\n");
      }
    }
  }
}
