package dev.ovkit.picture;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ovkit.model.Box;
import dev.ovkit.model.Detection;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a picture with boxes looks like. */
class DrawnBoxesTest {

  private static final int WIDTH = 320;
  private static final int HEIGHT = 240;

  @Test
  void noBoxCrossesALabel() throws IOException {
    // The second box runs through the place of the first one's label.
    BufferedImage drawn =
        draw(
            detection("first", 0, 0.9f, new Box(100, 100, 150, 100)),
            detection("second", 1, 0.8f, new Box(110, 20, 100, 200)));
    assertThat(count(drawn, 100, 83, 195, 99, colour(1))).isZero();
    assertThat(count(drawn, 100, 83, 180, 99, colour(0))).isGreaterThan(500);
  }

  @Test
  void labelsOfEqualBoxesAreApart() throws IOException {
    Box box = new Box(60, 60, 200, 150);
    BufferedImage drawn =
        draw(
            detection("one", 0, 0.9f, box),
            detection("two", 1, 0.8f, box),
            detection("three", 2, 0.7f, box));
    for (int id = 0; id < 3; id++) {
      int label = (8 * "two 0.80".length() + 6) * 18; // paper and letters
      assertThat(count(drawn, 0, 0, WIDTH, HEIGHT, colour(id)))
          .as("of class %s", id)
          .isGreaterThan(label / 2);
    }
  }

  @Test
  void labelsStayInsideThePicture() throws IOException {
    LabelPlaces places = new LabelPlaces(WIDTH, HEIGHT);
    List<PixelArea> all = new ArrayList<>();
    for (Box box :
        List.of(
            new Box(310, 0, 10, 10),
            new Box(-50, -50, 500, 500),
            new Box(0, 230, 10, 10),
            new Box(319, 239, 1, 1))) {
      PixelArea area =
          new PixelArea(
              (int) box.x(),
              (int) box.y(),
              (int) (box.x() + box.width()),
              (int) (box.y() + box.height()));
      all.add(places.place(area, 100, 18));
    }
    assertThat(all)
        .allMatch(
            place ->
                place.left() >= 0
                    && place.top() >= 0
                    && place.right() <= WIDTH
                    && place.bottom() <= HEIGHT);
    for (PixelArea place : all) {
      assertThat(all.stream().filter(other -> other.shared(place) > 0)).hasSize(1);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"автомобиль", "汽车", "자동차", "αυτοκίνητο", "سيارة", "מכונית", "กล้วย", "कार"})
  void everyScriptHasItsLetters(String name) throws IOException {
    BufferedImage drawn = draw(detection(name, 0, 0.5f, new Box(20, 100, 250, 100)));
    BufferedImage asked = draw(detection("?".repeat(name.length()), 0, 0.5f, box()));
    BufferedImage beyond = draw(detection("\uE000".repeat(name.length()), 0, 0.5f, box()));
    assertThat(pixels(drawn)).isNotEqualTo(pixels(asked)).isNotEqualTo(pixels(beyond));
    assertThat(count(drawn, 20, 83, 200, 99, 0)).as("black letters").isGreaterThan(40);
  }

  @Test
  void hebrewAndArabicRunFromTheRight() throws IOException {
    int[] word = pixels(draw(detection("\u05D0\u05E9", 0, 0.5f, box())));
    int[] leftToRight = pixels(draw(detection("\u202D\u05E9\u05D0", 0, 0.5f, box())));
    int[] another = pixels(draw(detection("\u05E9\u05D0", 0, 0.5f, box())));
    assertThat(word).isEqualTo(leftToRight).isNotEqualTo(another);
  }

  @Test
  void aMarkIsOnItsLetter() throws IOException {
    // There is no letter with both, so the mark stays one of its own.
    assertThat(GlyphFont.width("x\u0301")).isEqualTo(GlyphFont.width("x"));
    assertThat(pixels(draw(detection("x\u0301", 0, 0.5f, box()))))
        .isNotEqualTo(pixels(draw(detection("x", 0, 0.5f, box()))));
  }

  @Test
  void aLongNameIsCutAndItsScoreStays() throws IOException {
    BufferedImage cut = draw(detection("a".repeat(5_000), 0, 0.87f, box()));
    int length = (WIDTH - 6) / 8 - "… 0.87".length();
    assertThat(pixels(cut))
        .isEqualTo(pixels(draw(detection("a".repeat(length) + "…", 0, 0.87f, box()))));
  }

  @Test
  void linesAreAsWideAsAsked() throws IOException {
    List<Detection> one = List.of(detection("x", 0, 0.5f, new Box(100, 100, 100, 100)));
    for (int width : new int[] {1, 3, 8}) {
      try (Picture picture = black(WIDTH, HEIGHT)) {
        picture.draw(one, width, false);
        BufferedImage drawn = decode(picture);
        assertThat(count(drawn, 80, 150, 120, 151, colour(0))).isEqualTo(width);
        assertThat(count(drawn, 150, 180, 151, 220, colour(0))).isEqualTo(width);
      }
    }
  }

  @Test
  void aPictureSmallerThanALetterHasItsBox() throws IOException {
    try (Picture picture = black(6, 5)) {
      picture.draw(List.of(detection("person", 0, 0.5f, new Box(1, 1, 4, 3))));
      assertThat(count(decode(picture), 0, 0, 6, 5, colour(0))).isPositive();
    }
  }

  @Test
  void nothingElseIsChanged() throws IOException {
    ByteBuffer noise = ByteBuffer.allocateDirect(3 * WIDTH * HEIGHT);
    IntStream.range(0, noise.capacity()).forEach(i -> noise.put(i, (byte) (i * 31 + i / 7)));
    Frame frame = Frame.of(noise, WIDTH, HEIGHT, Frame.Format.BGR);
    try (Picture before = Picture.of(frame);
        Picture after = Picture.of(frame)) {
      after.draw(List.of(detection("x", 0, 0.5f, new Box(100, 100, 50, 50))), 1, false);
      BufferedImage a = decode(before);
      BufferedImage b = decode(after);
      int changed = 0;
      for (int y = 0; y < HEIGHT; y++) {
        for (int x = 0; x < WIDTH; x++) {
          changed += a.getRGB(x, y) == b.getRGB(x, y) ? 0 : 1;
        }
      }
      assertThat(changed).isBetween(190, 4 * 51);
    }
  }

  // ---- helpers

  private static Box box() {
    return new Box(20, 100, 250, 100);
  }

  private static Detection detection(String label, int id, float score, Box box) {
    return new Detection(label, id, score, box);
  }

  private static Picture black(int width, int height) {
    ByteBuffer pixels = ByteBuffer.allocateDirect(3 * width * height);
    return Picture.of(Frame.of(pixels, width, height, Frame.Format.BGR));
  }

  private static BufferedImage draw(Detection... detections) throws IOException {
    try (Picture picture = black(WIDTH, HEIGHT)) {
      picture.draw(List.of(detections));
      return decode(picture);
    }
  }

  private static BufferedImage decode(Picture picture) throws IOException {
    return ImageIO.read(new ByteArrayInputStream(picture.toPng()));
  }

  private static int[] pixels(BufferedImage image) {
    return image.getRGB(0, 0, image.getWidth(), image.getHeight(), null, 0, image.getWidth());
  }

  private static int colour(int id) {
    Bgr colour = Bgr.of(id);
    return colour.red() << 16 | colour.green() << 8 | colour.blue();
  }

  private static long count(BufferedImage in, int left, int top, int right, int bottom, int rgb) {
    long count = 0;
    for (int y = top; y < bottom; y++) {
      for (int x = left; x < right; x++) {
        count += (in.getRGB(x, y) & 0xffffff) == rgb ? 1 : 0;
      }
    }
    return count;
  }
}
