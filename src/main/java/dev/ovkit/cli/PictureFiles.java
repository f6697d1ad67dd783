package dev.ovkit.cli;

import dev.ovkit.PictureException;
import dev.ovkit.cli.option.OutputPictures;
import dev.ovkit.model.Box;
import dev.ovkit.model.Detection;
import dev.ovkit.model.Detections;
import dev.ovkit.model.Resize;
import dev.ovkit.picture.Frame;
import dev.ovkit.picture.Letterbox;
import dev.ovkit.picture.Picture;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * The pictures that infer writes: each with its boxes, and each object alone.
 *
 * @param drawn where pictures with boxes go
 * @param crops where objects go; a number and the class are added to the name
 * @param lineWidth of boxes, in pixels; 0 for one that grows with the picture
 * @param labels whether boxes have names
 */
record PictureFiles(
    Optional<OutputPictures> drawn, Optional<OutputPictures> crops, int lineWidth, boolean labels) {

  private static final int CHANNELS = 3;

  boolean wanted() {
    return drawn.isPresent() || crops.isPresent();
  }

  /**
   * Writes what is wanted of a picture, and draws on it.
   *
   * @throws PictureException when it is too large for Java's memory, which does not end the work on
   *     the others
   */
  void write(int place, Path file, Picture picture, Detections found) {
    try {
      write(place, picture, found);
    } catch (OutOfMemoryError e) {
      throw new PictureException(file + ": " + Program.outOfMemory(), e);
    }
  }

  private void write(int place, Picture picture, Detections found) {
    if (!found.objects().isEmpty()) { // before boxes are drawn on it
      crops.ifPresent(where -> crop(picture, found.objects(), where.files().get(place)));
    }
    if (drawn.isPresent()) {
      picture.draw(found, lineWidth, labels);
      picture.write(drawn.get().files().get(place));
    }
  }

  private static void crop(Picture picture, List<Detection> objects, Path like) {
    int width = picture.width();
    int height = picture.height();
    ByteBuffer pixels = ByteBuffer.allocateDirect(Math.multiplyExact(CHANNELS * width, height));
    picture.letterbox(
        new Letterbox(width, height, width, height, 0, 0, width, height, 1, 1),
        new Resize(Resize.Mode.STRETCH, 0),
        pixels);
    String name = like.getFileName().toString();
    String stem = name.substring(0, name.lastIndexOf('.'));
    int number = 0;
    for (Detection object : objects) {
      number++;
      Box box = object.box();
      int left = Math.max(0, (int) Math.floor(box.x()));
      int top = Math.max(0, (int) Math.floor(box.y()));
      int right = Math.min(width, (int) Math.ceil(box.x() + box.width()));
      int bottom = Math.min(height, (int) Math.ceil(box.y() + box.height()));
      if (right <= left || bottom <= top) {
        continue;
      }
      ByteBuffer from = pixels.duplicate().position(CHANNELS * (top * width + left)).slice();
      Frame frame = new Frame(from, right - left, bottom - top, CHANNELS * width, Frame.Format.BGR);
      try (Picture crop = Picture.of(frame)) {
        crop.write(like.resolveSibling("%s-%d-%s.jpg".formatted(stem, number, plain(object))));
      }
    }
  }

  /** A class may be called anything; a file may not. */
  private static String plain(Detection object) {
    String name = object.label().replaceAll("[^\\p{L}\\p{N}_-]+", "_");
    return name.length() > 40 ? name.substring(0, 40) : name;
  }
}
