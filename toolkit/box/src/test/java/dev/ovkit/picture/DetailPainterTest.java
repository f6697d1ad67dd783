package dev.ovkit.picture;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ovkit.model.Box;
import dev.ovkit.model.Detection;
import dev.ovkit.model.Detections;
import dev.ovkit.model.DetectorSpec.Task;
import dev.ovkit.model.Mask;
import dev.ovkit.model.Resize;
import dev.ovkit.model.RotatedBox;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What is drawn of masks, key points, rotated boxes and classes, on a black picture. */
class DetailPainterTest {

  private static final int WIDTH = 120;
  private static final int HEIGHT = 80;

  /** Whether each pixel has a colour afterwards. */
  private static boolean[] drawn(Task task, boolean labels, Detection... objects) {
    ByteBuffer pixels = ByteBuffer.allocateDirect(3 * WIDTH * HEIGHT);
    Detections found =
        new Detections(task, WIDTH, HEIGHT, List.of(objects), 1, 0, Detections.Timings.NONE);
    try (Picture picture = Picture.of(Frame.of(pixels, WIDTH, HEIGHT, Frame.Format.BGR))) {
      picture.draw(found, 0, labels);
      picture.letterbox(
          Letterbox.of(WIDTH, HEIGHT, WIDTH, HEIGHT, Resize.Mode.STRETCH),
          Resize.LETTERBOX,
          pixels);
    }
    boolean[] coloured = new boolean[WIDTH * HEIGHT];
    for (int i = 0; i < coloured.length; i++) {
      coloured[i] = pixels.get(3 * i) != 0 || pixels.get(3 * i + 1) != 0;
    }
    return coloured;
  }

  private static Detection part(Box box) {
    return new Detection("part", 0, 0.5f, box);
  }

  private static boolean at(boolean[] pixels, int x, int y) {
    return pixels[y * WIDTH + x];
  }

  @Test
  void aMaskShowsThePictureThrough() {
    byte[] all = new byte[30 * 20];
    Arrays.fill(all, (byte) 1);
    Mask mask = Mask.of(WIDTH, HEIGHT, 20, 40, 30, 20, all);
    boolean[] pixels = drawn(Task.SEGMENT, false, part(new Box(10, 30, 60, 40)).withMask(mask));
    assertThat(at(pixels, 35, 50)).isTrue();
    assertThat(at(pixels, 60, 50)).as("in the box, not in the mask").isFalse();
    assertThat(at(pixels, 40, 30)).as("on the edge of the box").isTrue();
  }

  @Test
  void limbsConnectThePointsOfAPersonThatAreSeen() {
    Detection.KeyPoint[] points = new Detection.KeyPoint[17];
    Arrays.fill(points, new Detection.KeyPoint(0, 0, 0.1f));
    points[15] = new Detection.KeyPoint(20, 60, 0.9f);
    points[13] = new Detection.KeyPoint(80, 60, 0.9f);
    points[11] = new Detection.KeyPoint(80, 20, 0.4f);
    boolean[] pixels =
        drawn(
            Task.POSE, false, part(new Box(10, 10, 100, 65)).withKeyPoints(Arrays.asList(points)));
    assertThat(at(pixels, 50, 60)).isTrue();
    assertThat(at(pixels, 80, 40)).as("a limb to a point that is not seen").isFalse();
    assertThat(at(pixels, 0, 0)).isFalse();
  }

  @Test
  void aRotatedBoxIsDrawnInItsDirectionAlone() {
    RotatedBox box = new RotatedBox(60, 40, 40, 20, (float) Math.PI / 4);
    boolean[] pixels = drawn(Task.OBB, false, part(box.bounds()).withRotated(box));
    double[] corners = box.corners();
    assertThat(at(pixels, (int) corners[0], (int) corners[1] + 1)).isTrue();
    assertThat(at(pixels, (int) box.bounds().x() + 1, (int) box.bounds().y() + 1)).isFalse();
  }

  @Test
  void classesAreListedFromTheTopLeftCorner() {
    Detection one = part(new Box(0, 0, WIDTH, HEIGHT));
    boolean[] pixels = drawn(Task.CLASSIFY, true, one, one);
    assertThat(at(pixels, 1, 1)).isTrue();
    assertThat(at(pixels, 1, 20)).as("the second, below the first").isTrue();
    assertThat(at(pixels, 1, 45)).isFalse();
    assertThat(at(pixels, WIDTH - 1, 1)).isFalse();
  }
}
