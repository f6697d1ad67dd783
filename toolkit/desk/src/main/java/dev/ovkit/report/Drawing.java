package dev.ovkit.report;

import dev.ovkit.model.Box;
import dev.ovkit.model.Detection;
import dev.ovkit.model.Mask;
import dev.ovkit.model.Resize;
import dev.ovkit.model.RotatedBox;
import dev.ovkit.picture.Frame;
import dev.ovkit.picture.Letterbox;
import dev.ovkit.picture.Picture;
import java.nio.ByteBuffer;
import java.util.List;

/** Pictures for a page: made small first and drawn on then, so that labels stay readable. */
final class Drawing {

  private static final int LONGEST_SIDE = 560;

  static byte[] jpeg(Picture picture, List<Detection> detections) {
    double scale = Math.min(1, (double) LONGEST_SIDE / Math.max(picture.width(), picture.height()));
    int width = (int) Math.max(1, Math.round(picture.width() * scale));
    int height = (int) Math.max(1, Math.round(picture.height() * scale));
    ByteBuffer pixels = ByteBuffer.allocateDirect(3 * width * height);
    Letterbox whole =
        Letterbox.of(picture.width(), picture.height(), width, height, Resize.Mode.STRETCH);
    picture.letterbox(whole, new Resize(Resize.Mode.STRETCH, 0), pixels);
    try (Picture small = Picture.of(Frame.of(pixels, width, height, Frame.Format.BGR))) {
      small.draw(
          detections.stream().map(detection -> scaled(detection, scale, width, height)).toList());
      return small.toJpeg();
    }
  }

  private static Detection scaled(Detection detection, double scale, int width, int height) {
    Box box = detection.box();
    float by = (float) scale;
    return new Detection(
        detection.label(),
        detection.classId(),
        detection.score(),
        new Box(box.x() * by, box.y() * by, box.width() * by, box.height() * by),
        detection.detail().map(detail -> scaled(detail, by, width, height)));
  }

  private static Detection.Detail scaled(Detection.Detail detail, float by, int width, int height) {
    if (detail instanceof Mask mask) {
      return scaled(mask, width, height);
    }
    if (detail instanceof RotatedBox box) {
      return new RotatedBox(
          box.x() * by, box.y() * by, box.width() * by, box.height() * by, box.angle());
    }
    return new Detection.KeyPoints(
        ((Detection.KeyPoints) detail)
            .points().stream()
                .map(p -> new Detection.KeyPoint(p.x() * by, p.y() * by, p.score()))
                .toList());
  }

  /** Of each small pixel the one in its middle. */
  private static Mask scaled(Mask mask, int width, int height) {
    byte[] pixels = mask.pixels();
    byte[] small = new byte[width * height];
    for (int i = 0; i < small.length; i++) {
      int x = (int) ((i % width + 0.5) * mask.width() / width);
      int y = (int) ((i / width + 0.5) * mask.height() / height);
      small[i] = pixels[y * mask.width() + x];
    }
    return Mask.of(width, height, 0, 0, width, height, small);
  }

  private Drawing() {}
}
