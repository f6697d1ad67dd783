package dev.ovkit.video.decode;

import java.nio.file.Path;
import java.util.OptionalDouble;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/** Reads the frames of a video one after the other. Used by one thread. */
public interface VideoReader extends AutoCloseable {

  /**
   * Opens a source and reads enough of it to know its format.
   *
   * @throws VideoException when it cannot be opened within its deadline
   * @throws dev.ovkit.RuntimeUnavailableException when FFmpeg cannot be loaded
   */
  static VideoReader open(VideoSource source, ReadOptions options) {
    return open(source, options, () -> false);
  }

  /**
   * Opens a source, until another thread asks to give up.
   *
   * @param stopped asked by any thread while the reader waits for its source; once it is true, the
   *     running call fails soon with {@link VideoException.Reason#CLOSED}
   */
  static VideoReader open(VideoSource source, ReadOptions options, BooleanSupplier stopped) {
    return switch (source.kind()) {
      case SLIDES -> SlideReader.open(Path.of(source.location()));
      case WEBCAM -> WebcamReader.open(source, options, stopped);
      case FILM, CAMERA, STDIN -> FfmpegReader.open(source, options, stopped);
    };
  }

  /**
   * Returns the next frame, which the caller closes, or null at the end.
   *
   * @throws VideoException when the source fails, or its deadline passes
   */
  default @Nullable VideoFrame next() {
    return next(FrameDemand.ALL);
  }

  /**
   * Returns the next frame, which the caller closes, or null at the end. Frames that nobody needs
   * are left out before they are decoded if no other frame depends on them; {@link
   * VideoFrame#number} counts them all the same.
   *
   * @throws VideoException when the source fails, or its deadline passes
   */
  @Nullable VideoFrame next(FrameDemand demand);

  /** Returns how many frames were left out until now. */
  default long skipped() {
    return 0;
  }

  /** Returns the frames per second that the source declares. */
  OptionalDouble frameRate();

  /** Returns a line about the format, such as {@code h264 1920x1080}. */
  String description();

  /** Frees everything but the frames that were handed out. A second call does nothing. */
  @Override
  void close();
}
