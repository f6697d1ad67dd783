package dev.ovkit.picture;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ovkit.model.Resize;
import java.nio.ByteBuffer;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

/** Figures of Pillow 13's bilinear resize, whose centre is cut out as torchvision does it. */
class SmoothScalingTest {

  /** Each channel of 7x5 pixels is a pattern of its own. */
  private static ByteBuffer picture() {
    ByteBuffer pixels = ByteBuffer.allocateDirect(7 * 5 * 3);
    for (int y = 0; y < 5; y++) {
      for (int x = 0; x < 7; x++) {
        pixels.put((byte) (x * 36)).put((byte) (y * 60)).put((byte) ((x + y) % 2 * 255));
      }
    }
    return pixels.flip();
  }

  private static int[] crop(int width, int height) {
    Letterbox box = Letterbox.of(7, 5, width, height, Resize.Mode.CENTRE_CROP);
    ByteBuffer target = ByteBuffer.allocate(3 * width * height);
    SmoothScaling.crop(picture(), box, target);
    int[] values = new int[target.capacity()];
    for (int i = 0; i < values.length; i++) {
      values[i] = target.get(i) & 0xff;
    }
    return values;
  }

  @Test
  void shrunkPixelsAreMadeOfAllThatTheyCover() {
    assertThat(crop(2, 2)).containsExactly(57, 60, 127, 159, 60, 127, 57, 180, 127, 159, 180, 127);
    assertThat(Arrays.copyOf(crop(4, 3), 24))
        .containsExactly(
            19, 26, 125, 75, 26, 127, 141, 26, 127, 197, 26, 125, 19, 120, 125, 75, 120, 127, 141,
            120, 127, 197, 120, 125);
  }

  @Test
  void aPictureThatGrowsIsInterpolated() {
    assertThat(Arrays.copyOf(crop(8, 8), 12))
        .containsExactly(39, 0, 232, 62, 0, 70, 85, 0, 93, 108, 0, 255);
  }
}
