package dev.ovkit.report;

import dev.ovkit.model.Box;
import dev.ovkit.model.Detection;
import dev.ovkit.model.Resize;
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
      small.draw(detections.stream().map(detection -> scaled(detection, scale)).toList());
      return small.toJpeg();
    }
  }

  private static Detection scaled(Detection detection, double scale) {
    Box box = detection.box();
    float by = (float) scale;
    return new Detection(
        detection.label(),
        detection.classId(),
        detection.score(),
        new Box(box.x() * by, box.y() * by, box.width() * by, box.height() * by));
  }

  private Drawing() {}
}
