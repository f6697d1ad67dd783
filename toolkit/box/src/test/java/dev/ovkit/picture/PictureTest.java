package dev.ovkit.picture;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ovkit.OptionException;
import dev.ovkit.OutputException;
import dev.ovkit.PictureException;
import dev.ovkit.model.Box;
import dev.ovkit.model.Detection;
import dev.ovkit.model.Resize;
import java.awt.Transparency;
import java.awt.color.ColorSpace;
import java.awt.image.BufferedImage;
import java.awt.image.ComponentColorModel;
import java.awt.image.DataBuffer;
import java.awt.image.Raster;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Decoding, scaling, drawing, writing; ImageIO, which shares no code with it, is the witness. */
class PictureTest {

  @TempDir private Path folder;

  private static BufferedImage noise(int width, int height, int type) {
    BufferedImage image = new BufferedImage(width, height, type);
    Random random = new Random(9);
    for (int y = 0; y < height; y++) {
      for (int x = 0; x < width; x++) {
        image.setRGB(x, y, 0xff000000 | random.nextInt(1 << 24));
      }
    }
    return image;
  }

  private static byte[] encode(BufferedImage image, String format) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    assertThat(ImageIO.write(image, format, out)).isTrue();
    return out.toByteArray();
  }

  /** Pixels as BGR bytes. */
  private static byte[] pixels(Picture picture) {
    ByteBuffer target = ByteBuffer.allocateDirect(3 * picture.width() * picture.height());
    Letterbox same =
        Letterbox.of(
            picture.width(),
            picture.height(),
            picture.width(),
            picture.height(),
            Resize.Mode.STRETCH);
    picture.letterbox(same, Resize.LETTERBOX, target);
    byte[] bytes = new byte[target.capacity()];
    target.get(0, bytes);
    return bytes;
  }

  private static byte[] pixels(BufferedImage image) {
    byte[] bytes = new byte[3 * image.getWidth() * image.getHeight()];
    int at = 0;
    for (int y = 0; y < image.getHeight(); y++) {
      for (int x = 0; x < image.getWidth(); x++) {
        int rgb = image.getRGB(x, y);
        bytes[at++] = (byte) rgb;
        bytes[at++] = (byte) (rgb >> 8);
        bytes[at++] = (byte) (rgb >> 16);
      }
    }
    return bytes;
  }

  @ParameterizedTest
  @ValueSource(strings = {"png", "bmp", "tiff"})
  void losslessFilesDecodeToTheirPixels(String format) throws IOException {
    for (int type : new int[] {BufferedImage.TYPE_3BYTE_BGR, BufferedImage.TYPE_BYTE_GRAY}) {
      BufferedImage image = noise(37, 21, type);
      try (Picture picture = Picture.decode(encode(image, format))) {
        assertThat(picture.width()).isEqualTo(37);
        assertThat(picture.height()).isEqualTo(21);
        byte[] expected = type == BufferedImage.TYPE_BYTE_GRAY ? greyPixels(image) : pixels(image);
        assertThat(pixels(picture)).isEqualTo(expected);
      }
    }
  }

  private static byte[] greyPixels(BufferedImage image) {
    byte[] bytes = new byte[3 * image.getWidth() * image.getHeight()];
    for (int i = 0; i < bytes.length; i++) {
      int pixel = i / 3;
      bytes[i] =
          (byte) image.getRaster().getSample(pixel % image.getWidth(), pixel / image.getWidth(), 0);
    }
    return bytes;
  }

  @Test
  void alphaIsDropped() throws IOException {
    BufferedImage image = noise(5, 4, BufferedImage.TYPE_4BYTE_ABGR);
    byte[] opaque = pixels(image);
    for (int x = 0; x < 5; x++) {
      image.getAlphaRaster().setSample(x, 2, 0, 0);
    }
    try (Picture picture = Picture.decode(encode(image, "png"))) {
      assertThat(pixels(picture)).isEqualTo(opaque);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 4, 5, 6, 7, 8})
  void exifOrientationIsRespected(int orientation) throws IOException {
    // A picture of four grey squares, big enough that JPEG keeps their middles.
    BufferedImage image = new BufferedImage(96, 64, BufferedImage.TYPE_3BYTE_BGR);
    int[][] greys = {{20, 90}, {160, 240}};
    for (int y = 0; y < 64; y++) {
      for (int x = 0; x < 96; x++) {
        image.setRGB(x, y, 0x010101 * greys[y / 32][x / 48]);
      }
    }
    try (Picture picture = Picture.decode(withOrientation(encode(image, "jpg"), orientation))) {
      boolean turned = orientation >= 5;
      assertThat(picture.width()).isEqualTo(turned ? 64 : 96);
      byte[] pixels = pixels(picture);
      int[] corners = new int[4];
      for (int i = 0; i < 4; i++) {
        int x = picture.width() * (1 + 2 * (i % 2)) / 4;
        int y = picture.height() * (1 + 2 * (i / 2)) / 4;
        corners[i] = Math.round((pixels[3 * (y * picture.width() + x)] & 0xff) / 10f) * 10;
      }
      int[][] upright = {
        {20, 90, 160, 240}, {90, 20, 240, 160}, {240, 160, 90, 20}, {160, 240, 20, 90},
        {20, 160, 90, 240}, {160, 20, 240, 90}, {240, 90, 160, 20}, {90, 240, 20, 160}
      };
      assertThat(corners).isEqualTo(upright[orientation - 1]);
    }
  }

  /** Puts an EXIF segment with one tag behind the start of a JPEG. */
  private static byte[] withOrientation(byte[] jpeg, int orientation) {
    byte[] exif = {
      (byte) 0xff,
      (byte) 0xe1,
      0,
      34,
      'E',
      'x',
      'i',
      'f',
      0,
      0,
      'M',
      'M',
      0,
      42,
      0,
      0,
      0,
      8,
      0,
      1,
      1,
      0x12,
      0,
      3,
      0,
      0,
      0,
      1,
      0,
      (byte) orientation,
      0,
      0,
      0,
      0,
      0,
      0
    };
    ByteBuffer all = ByteBuffer.allocate(jpeg.length + exif.length);
    return all.put(jpeg, 0, 2).put(exif).put(jpeg, 2, jpeg.length - 2).array();
  }

  @Test
  void damageIsOneLineAndNothingIsPrinted() throws Exception {
    BufferedImage image = noise(200, 150, BufferedImage.TYPE_3BYTE_BGR);
    for (String format : List.of("jpg", "png", "bmp", "tiff")) {
      byte[] whole = encode(image, format);
      Path file = folder.resolve("half." + format);
      Files.write(file, Arrays.copyOf(whole, whole.length / 2));
      assertThatThrownBy(() -> Picture.read(file))
          .isInstanceOf(PictureException.class)
          .hasMessageStartingWith(file + ": ")
          .hasMessageEndingWith("; copy or export the file again")
          .hasMessageNotContaining("\n");
    }
  }

  @Test
  void aJpegWhoseEndWasMendedIsStillMissingItsMiddle() throws IOException {
    byte[] jpeg = encode(noise(200, 150, BufferedImage.TYPE_3BYTE_BGR), "jpg");
    byte[] cut = Arrays.copyOf(jpeg, jpeg.length / 2);
    cut[cut.length - 2] = (byte) 0xff;
    cut[cut.length - 1] = (byte) 0xd9;
    assertThatThrownBy(() -> Picture.decode(cut))
        .isInstanceOf(PictureException.class)
        .hasMessage(
            "the encoded picture: the JPEG is damaged: its data ends early; copy or export the file"
                + " again");
  }

  @Test
  void filesThatAreNoneAreToldApart() throws IOException {
    assertThatThrownBy(() -> Picture.read(folder.resolve("no.jpg")))
        .hasMessage(folder.resolve("no.jpg") + ": no such file; expected a picture");
    assertThatThrownBy(() -> Picture.read(folder))
        .hasMessage(folder + ": it is a folder; expected a picture");
    Path empty = Files.write(folder.resolve("empty.jpg"), new byte[0]);
    assertThatThrownBy(() -> Picture.read(empty))
        .hasMessage(empty + ": it is empty; expected a JPEG, PNG, WebP, BMP or TIFF");
    Path text = Files.writeString(folder.resolve("text.jpg"), "I am no picture");
    assertThatThrownBy(() -> Picture.read(text))
        .hasMessage(text + ": not a picture; expected a JPEG, PNG, WebP, BMP or TIFF");
  }

  @Test
  void smallAndThinPicturesFillTheInput() throws IOException {
    for (int[] size : new int[][] {{1, 1}, {5000, 1}, {1, 5000}}) {
      BufferedImage image = noise(size[0], size[1], BufferedImage.TYPE_3BYTE_BGR);
      try (Picture picture = Picture.decode(encode(image, "png"))) {
        Letterbox box = Letterbox.of(size[0], size[1], 64, 32, Resize.Mode.LETTERBOX_CENTRE);
        ByteBuffer target = ByteBuffer.allocateDirect(3 * 64 * 32);
        picture.letterbox(box, new Resize(Resize.Mode.LETTERBOX_CENTRE, 7), target);
        for (int y = 0; y < 32; y++) {
          for (int x = 0; x < 64; x++) {
            boolean inside =
                x >= box.left()
                    && x < box.left() + box.width()
                    && y >= box.top()
                    && y < box.top() + box.height();
            if (!inside) {
              assertThat(target.get(3 * (64 * y + x))).isEqualTo((byte) 7);
            }
          }
        }
      }
    }
  }

  @Test
  void framesOfAllFormatsAndStridesGiveTheSameInputAsTheFile() throws IOException {
    BufferedImage image = noise(40, 30, BufferedImage.TYPE_3BYTE_BGR);
    byte[] bgr = pixels(image);
    Letterbox box = Letterbox.of(40, 30, 64, 64, Resize.Mode.LETTERBOX_CENTRE);
    ByteBuffer expected = ByteBuffer.allocateDirect(3 * 64 * 64);
    try (Picture picture = Picture.decode(encode(image, "png"))) {
      picture.letterbox(box, Resize.LETTERBOX, expected);
    }
    int stride = 3 * 40 + 7;
    for (Frame.Format format : List.of(Frame.Format.BGR, Frame.Format.RGB)) {
      ByteBuffer pixels = ByteBuffer.allocateDirect(5 + stride * 30);
      for (int y = 0; y < 30; y++) {
        for (int i = 0; i < 120; i++) {
          int channel = format == Frame.Format.BGR ? i % 3 : 2 - i % 3;
          pixels.put(5 + y * stride + i, bgr[120 * y + i / 3 * 3 + channel]);
        }
      }
      Frame frame = new Frame(pixels.position(5), 40, 30, stride, format);
      ByteBuffer target = ByteBuffer.allocateDirect(3 * 64 * 64);
      try (PictureMemory memory = new PictureMemory()) {
        memory.letterbox(frame, box, Resize.LETTERBOX, target);
      }
      assertThat(target).as(format.name()).isEqualTo(expected);
      try (Picture copy = Picture.of(frame)) {
        assertThat(pixels(copy)).isEqualTo(bgr);
      }
    }
  }

  @Test
  void aGreyFrameIsSpread() {
    ByteBuffer grey = ByteBuffer.allocateDirect(12);
    for (int i = 0; i < 12; i++) {
      grey.put(i, (byte) (20 * i));
    }
    try (Picture picture = Picture.of(Frame.of(grey, 4, 3, Frame.Format.GRAY))) {
      byte[] pixels = pixels(picture);
      for (int i = 0; i < 36; i++) {
        assertThat(pixels[i]).isEqualTo((byte) (20 * (i / 3)));
      }
    }
  }

  @Test
  void aFrameThatDoesNotFitItsBufferIsRefused() {
    assertThatThrownBy(() -> new Frame(ByteBuffer.allocate(100), 10, 10, 30, Frame.Format.BGR))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("a BGR frame of 10x10 with row stride 30 needs 300 bytes, the buffer has 100");
    assertThatThrownBy(() -> new Frame(ByteBuffer.allocate(400), 10, 10, 20, Frame.Format.BGR))
        .hasMessage("a row of 10 BGR pixels has 30 bytes, the row stride is 20");
  }

  @Test
  void drawsAndWrites() throws IOException {
    BufferedImage black = new BufferedImage(200, 100, BufferedImage.TYPE_3BYTE_BGR);
    Path jpeg = folder.resolve("drawn.jpg");
    Path png = folder.resolve("drawn.png");
    try (Picture picture = Picture.decode(encode(black, "png"))) {
      picture.draw(
          List.of(
              new Detection("cat", 0, 0.9f, new Box(20, 30, 60, 50)),
              new Detection("dog", 1, 0.5f, new Box(-10, -10, 500, 500))));
      picture.write(png);
      picture.write(jpeg);
      assertThatThrownBy(() -> picture.write(folder.resolve("x.gif")))
          .isInstanceOf(OptionException.class)
          .hasMessage(folder.resolve("x.gif") + ": pictures are written as .jpg or .png");
      assertThatThrownBy(() -> picture.write(folder.resolve("no/x.png")))
          .isInstanceOf(OutputException.class)
          .hasMessageStartingWith("cannot write '" + folder.resolve("no/x.png") + "': ");
    }
    BufferedImage drawn = ImageIO.read(new ByteArrayInputStream(Files.readAllBytes(png)));
    assertThat(drawn.getRGB(20, 60) & 0xffffff).isNotZero(); // left edge of the first box
    assertThat(drawn.getRGB(50, 60) & 0xffffff).isZero(); // inside it
    assertThat(ImageIO.read(jpeg.toFile()).getWidth()).isEqualTo(200);
    try (var files = Files.list(folder)) {
      assertThat(files.filter(f -> f.toString().endsWith(".tmp"))).isEmpty();
    }
  }

  @Test
  void aClosedPictureRefusesAndMayBeClosedAgain() throws IOException {
    Picture picture = Picture.decode(encode(noise(3, 3, BufferedImage.TYPE_3BYTE_BGR), "png"));
    picture.close();
    picture.close();
    assertThatThrownBy(picture::width)
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("the picture is closed");
  }

  // ---- 16 bits, of which some are used

  /** Grey or RGB of 16 bits, with values from 0 to the highest one. */
  private static BufferedImage deep(int channels, int highest) {
    int[] offsets = channels == 1 ? new int[] {0} : new int[] {0, 1, 2};
    BufferedImage image =
        new BufferedImage(
            new ComponentColorModel(
                ColorSpace.getInstance(channels == 1 ? ColorSpace.CS_GRAY : ColorSpace.CS_sRGB),
                false,
                false,
                Transparency.OPAQUE,
                DataBuffer.TYPE_USHORT),
            Raster.createInterleavedRaster(
                DataBuffer.TYPE_USHORT, 16, 16, 16 * channels, channels, offsets, null),
            false,
            null);
    for (int i = 0; i < 256; i++) {
      for (int c = 0; c < channels; c++) {
        int value = highest * (i * channels + c) / (256 * channels - 1);
        image.getRaster().setSample(i % 16, i / 16, c, value);
      }
    }
    return image;
  }

  /** The upper 8 of so many bits, as BGR. */
  private static byte[] upper(BufferedImage image, int bits) {
    byte[] bytes = new byte[3 * 256];
    int channels = image.getRaster().getNumBands();
    for (int i = 0; i < 256; i++) {
      for (int c = 0; c < 3; c++) {
        int value = image.getRaster().getSample(i % 16, i / 16, channels == 1 ? 0 : 2 - c);
        bytes[3 * i + c] = (byte) (value >> (bits - 8));
      }
    }
    return bytes;
  }

  @ParameterizedTest
  @CsvSource({"png, 1, 12", "png, 3, 12", "png, 3, 10", "tiff, 1, 14", "tiff, 3, 12"})
  void theUpperEightOfTheBitsThatAreUsedAreRead(String format, int channels, int bits)
      throws IOException {
    BufferedImage image = deep(channels, (1 << bits) - 1);
    Path file = Files.write(folder.resolve("deep"), encode(image, format));
    try (Picture read = Picture.read(file, bits)) {
      assertThat(pixels(read)).isEqualTo(upper(image, bits));
      assertThat(read.hasUnusedBits()).isFalse();
    }
    try (Picture read = Picture.empty(bits)) {
      read.load(Files.readAllBytes(file));
      assertThat(pixels(read)).isEqualTo(upper(image, bits));
    }
    try (Picture asSixteen = Picture.read(file)) {
      assertThat(asSixteen.hasUnusedBits()).as("almost black").isEqualTo(bits <= 12);
    }
    assertThatThrownBy(() -> Picture.read(file, bits - 1))
        .isInstanceOf(PictureException.class)
        .hasMessage(
            "%s: it has the value %d, but %d bits hold at most %d; read it with a larger bit depth, or without one"
                .formatted(file, (1 << bits) - 1, bits - 1, (1 << (bits - 1)) - 1));
  }

  @Test
  void eightBitsAreReadAsEverAndAllSixteenMayBeUsed() throws IOException {
    byte[] png = encode(noise(16, 16, BufferedImage.TYPE_3BYTE_BGR), "png");
    byte[] black = encode(new BufferedImage(16, 16, BufferedImage.TYPE_3BYTE_BGR), "png");
    BufferedImage bright = deep(3, 65_535);
    try (Picture plain = Picture.decode(png);
        Picture twelve = Picture.empty(12);
        Picture sixteen = Picture.decode(encode(bright, "png"))) {
      twelve.load(png);
      assertThat(pixels(twelve)).isEqualTo(pixels(plain));
      assertThat(pixels(sixteen)).isEqualTo(upper(bright, 16));
      assertThat(sixteen.hasUnusedBits()).isFalse();
      plain.load(black);
      assertThat(plain.hasUnusedBits()).as("black, but of 8 bits").isFalse();
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {8, 17, -1})
  void noFileHasAnotherBitDepth(int bits) {
    assertThatThrownBy(() -> Picture.empty(bits))
        .isInstanceOf(OptionException.class)
        .hasMessage("bit depth: %d, expected 9 to 16".formatted(bits));
  }

  @Test
  void aFrameMayLieAnywhereInAnArray() {
    int width = 7;
    int height = 5;
    byte[] array = new byte[11 + 3 * width * height + 4];
    for (int i = 0; i < array.length; i++) {
      array[i] = (byte) (i * 37);
    }
    ByteBuffer direct = ByteBuffer.allocateDirect(3 * width * height);
    direct.put(array, 11, 3 * width * height).flip();
    ByteBuffer positioned = ByteBuffer.wrap(array, 11, 3 * width * height);
    for (ByteBuffer pixels :
        List.of(
            positioned,
            positioned.slice(),
            positioned.asReadOnlyBuffer(),
            ByteBuffer.wrap(array).position(11),
            ByteBuffer.wrap(array, 1, array.length - 1).slice().position(10))) {
      assertThat(png(pixels, width, height)).isEqualTo(png(direct, width, height));
    }
  }

  private static byte[] png(ByteBuffer pixels, int width, int height) {
    try (Picture picture = Picture.of(Frame.of(pixels, width, height, Frame.Format.BGR))) {
      return picture.toPng();
    }
  }

  @Test
  void theSizeOfAnEncodedPictureIsKnownBeforeItIsDecoded() {
    byte[] pixels = new byte[3 * 7 * 5];
    assertThat(Picture.declaredPixels(png(ByteBuffer.wrap(pixels), 7, 5))).isEqualTo(35);
    assertThatThrownBy(() -> Picture.declaredPixels(new byte[3]))
        .isInstanceOf(PictureException.class)
        .hasMessageContaining("not a picture");
  }
}
