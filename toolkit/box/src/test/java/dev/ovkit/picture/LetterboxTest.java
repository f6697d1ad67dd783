package dev.ovkit.picture;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.ovkit.model.Resize;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class LetterboxTest {

  /** Computed with Python's round(), which rounds half to even. */
  @ParameterizedTest
  @CsvSource({
    "640, 480, 640, LETTERBOX_CENTRE, 0, 80, 640, 480",
    "810, 1080, 640, LETTERBOX_CENTRE, 80, 0, 480, 640",
    "640, 181, 320, LETTERBOX_CENTRE, 0, 115, 320, 90",
    "640, 183, 320, LETTERBOX_CENTRE, 0, 114, 320, 92",
    "640, 427, 320, LETTERBOX_CENTRE, 0, 53, 320, 214",
    "500, 375, 416, LETTERBOX_CENTRE, 0, 52, 416, 312",
    "640, 427, 416, LETTERBOX_TOP_LEFT, 0, 0, 416, 277",
    "1, 1, 320, LETTERBOX_CENTRE, 0, 0, 320, 320",
    "5000, 1, 320, LETTERBOX_CENTRE, 0, 159, 320, 1",
    "5000, 1, 320, LETTERBOX_TOP_LEFT, 0, 0, 320, 1",
    "1, 5000, 320, LETTERBOX_CENTRE, 159, 0, 1, 320",
    "333, 777, 320, STRETCH, 0, 0, 320, 320"
  })
  void liesWhereThePythonPipelinesPutIt(
      int w, int h, int size, Resize.Mode mode, int left, int top, int width, int height) {
    Letterbox box = Letterbox.of(w, h, size, size, mode);
    assertThat(new int[] {box.left(), box.top(), box.width(), box.height()})
        .containsExactly(left, top, width, height);
  }

  static Stream<Letterbox> random() {
    Random random = new Random(5);
    return IntStream.range(0, 300)
        .mapToObj(
            i ->
                Letterbox.of(
                    1 + random.nextInt(i % 3 == 0 ? 40 : 6000),
                    1 + random.nextInt(i % 5 == 0 ? 40 : 6000),
                    32 * (1 + random.nextInt(40)),
                    32 * (1 + random.nextInt(40)),
                    Resize.Mode.values()[i % 3]));
  }

  @ParameterizedTest
  @MethodSource("random")
  void liesInsideAndTouchesOneSideAndTheWayBackIsExact(Letterbox box) {
    assertThat(box.width()).isBetween(1, box.targetWidth());
    assertThat(box.height()).isBetween(1, box.targetHeight());
    assertThat(box.left()).isBetween(0, box.targetWidth() - box.width());
    assertThat(box.top()).isBetween(0, box.targetHeight() - box.height());
    boolean touches =
        box.targetWidth() - box.width() <= 1 || box.targetHeight() - box.height() <= 1;
    assertThat(touches).isTrue();
    Random random = new Random(box.hashCode());
    for (int i = 0; i < 20; i++) {
      double x = random.nextDouble() * box.sourceWidth();
      double y = random.nextDouble() * box.sourceHeight();
      assertThat(box.sourceX(box.targetX(x))).isCloseTo(x, within(1e-8));
      assertThat(box.sourceY(box.targetY(y))).isCloseTo(y, within(1e-8));
      // What is drawn lies within a pixel of where the mapping says, rounding being all that
      // differs.
      assertThat(box.targetX(x)).isBetween(box.left() - 1.0, box.left() + box.width() + 1.0);
      assertThat(box.targetY(y)).isBetween(box.top() - 1.0, box.top() + box.height() + 1.0);
    }
  }
}
