package dev.ovkit.picture;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ovkit.picture.Picture.Marking;
import java.nio.ByteBuffer;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Zones and lines on a picture. */
class MarkingTest {

  private static final int WIDTH = 200;
  private static final int HEIGHT = 100;

  private final ByteBuffer pixels = ByteBuffer.allocateDirect(3 * WIDTH * HEIGHT);
  private final MarkingPainter painter = new MarkingPainter(new Canvas(pixels, WIDTH, HEIGHT), 2);

  private boolean isDrawn(int x, int y) {
    return pixels.get(3 * (y * WIDTH + x) + 2) != 0;
  }

  private static Marking.Corner at(double x, double y) {
    return new Marking.Corner(x, y);
  }

  @Test
  void aLineGoesFromCornerToCornerAndNotBack() {
    painter.paint(new Marking("", List.of(at(20, 80), at(100, 20), at(180, 80)), false));
    assertThat(isDrawn(60, 50)).isTrue();
    assertThat(isDrawn(140, 50)).isTrue();
    assertThat(isDrawn(100, 80)).as("from the last to the first").isFalse();
    assertThat(isDrawn(60, 56)).as("beside the line").isFalse();
    assertThat(isDrawn(100, 60)).as("inside").isFalse();
  }

  @Test
  void anAreaIsClosed() {
    painter.paint(new Marking("", List.of(at(20, 80), at(100, 20), at(180, 80)), true));
    assertThat(isDrawn(100, 80)).isTrue();
    assertThat(isDrawn(100, 60)).as("inside").isFalse();
  }

  @Test
  void whatIsOutsideOfThePictureIsLeftOut() {
    painter.paint(new Marking("", List.of(at(-50, 50), at(1e6, 50)), false));
    assertThat(isDrawn(0, 50)).isTrue();
    assertThat(isDrawn(WIDTH - 1, 50)).isTrue();
  }

  @Test
  void theNameStaysInsideThePicture() {
    painter.paint(new Marking("gate\nbolt 12", List.of(at(199, 99)), false));
    int inked = 0;
    for (int i = 0; i < WIDTH * HEIGHT; i++) {
      inked += isDrawn(i % WIDTH, i / WIDTH) ? 1 : 0;
    }
    assertThat(inked).as("pixels of letters").isGreaterThan(50);
  }
}
