package dev.ovkit.video.decode;

import dev.ovkit.model.Resize;
import dev.ovkit.picture.Frame;
import dev.ovkit.picture.Letterbox;
import dev.ovkit.picture.Picture;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Objects;

/** Films that a test makes for itself, with our own writer. */
public final class TestFilms {

  private static final int MILLIS = 40;

  /** A bright square that moves over a gradient, 25 frames a second. */
  public static Path film(Path file, int width, int height, int frames) {
    try (FilmWriter writer = FilmWriter.open(file, width, height, 25)) {
      write(writer, width, height, frames);
    }
    return file;
  }

  /** The same without loss. */
  public static Path lossless(Path file, int width, int height, int frames) {
    try (FilmWriter writer =
        FilmWriter.open(file, width, height, 25, List.of("ffv1"), encoder -> {})) {
      write(writer, width, height, frames);
    }
    return file;
  }

  /**
   * MPEG-4 with a key frame every twelve, and two frames to which none refers before each other.
   */
  static Path betweenFrames(Path file, int width, int height, int frames) {
    try (FilmWriter writer =
        FilmWriter.open(
            file,
            width,
            height,
            25,
            List.of("mpeg4"),
            encoder -> {
              encoder.max_b_frames(2);
              encoder.gop_size(12);
            })) {
      write(writer, width, height, frames);
    }
    return file;
  }

  /** One of the films that are with the tests. */
  public static Path resource(String name) {
    URL film = Objects.requireNonNull(TestFilms.class.getResource("/" + name), name);
    try {
      return Path.of(film.toURI());
    } catch (URISyntaxException e) {
      throw new IllegalArgumentException(e);
    }
  }

  private static void write(FilmWriter writer, int width, int height, int frames) {
    for (int i = 0; i < frames; i++) {
      try (Picture picture = picture(width, height, i)) {
        writer.write(picture, Duration.ofMillis((long) i * MILLIS));
      }
    }
  }

  /** A lossless film that moves over the pictures of a folder. Returns how many frames it has. */
  public static int pan(Path file, Path pictures) {
    int count = 0;
    try (VideoReader slides = VideoReader.open(VideoSource.of(pictures), ReadOptions.defaults());
        FilmWriter writer = FilmWriter.open(file, 1216, 684, 25, List.of("ffv1"), encoder -> {})) {
      for (VideoFrame slide = slides.next(); slide != null; slide = slides.next()) {
        try (VideoFrame closed = slide) {
          ByteBuffer pixels = ByteBuffer.allocateDirect(3 * closed.width() * closed.height());
          Letterbox whole =
              Letterbox.of(
                  closed.width(),
                  closed.height(),
                  closed.width(),
                  closed.height(),
                  Resize.Mode.STRETCH);
          ((SlideFrame) closed).letterbox(whole, Resize.LETTERBOX, pixels);
          for (int i = 0; i < 6; i++) {
            int x = Math.min(8 * i, closed.width() - 1216);
            int y = Math.min(4 * i, closed.height() - 684);
            ByteBuffer part = pixels.duplicate().position(3 * (y * closed.width() + x)).slice();
            Frame frame = new Frame(part, 1216, 684, 3 * closed.width(), Frame.Format.BGR);
            try (Picture picture = Picture.of(frame)) {
              writer.write(picture, Duration.ofMillis((long) count++ * MILLIS));
            }
          }
        }
      }
    }
    return count;
  }

  /** One frame, as a reader that a test makes for itself delivers it. */
  public static VideoFrame frame(int number) {
    return frame(number, System.nanoTime());
  }

  /** One frame that was decoded at a time of the test's own clock. */
  public static VideoFrame frame(int number, long decodedNanos) {
    return new SlideFrame(
        picture(64, 48, number), number, Duration.ofMillis((long) number * MILLIS), decodedNanos);
  }

  /** One frame of {@link #film}. */
  public static Picture picture(int width, int height, int number) {
    ByteBuffer pixels = ByteBuffer.allocateDirect(3 * width * height);
    int side = height / 4;
    int left = (number * 8) % (width - side);
    for (int y = 0; y < height; y++) {
      for (int x = 0; x < width; x++) {
        boolean inside = x >= left && x < left + side && y >= side && y < 2 * side;
        pixels.put((byte) (inside ? 230 : 40 + 60 * x / width));
        pixels.put((byte) (inside ? 240 : 40 + 60 * y / height));
        pixels.put((byte) (inside ? 250 : 60));
      }
    }
    return Picture.of(Frame.of(pixels.flip(), width, height, Frame.Format.BGR));
  }

  private TestFilms() {}
}
