package dev.ovkit.video.sink;

import dev.ovkit.picture.Picture;
import dev.ovkit.video.decode.FilmWriter;
import dev.ovkit.video.engine.StreamListener;
import dev.ovkit.video.engine.StreamResult;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;

/**
 * Writes the frames that were looked at, with their boxes, as films: one for each camera.
 *
 * <p>When a camera is opened again, its film goes on a second later.
 */
public final class AnnotatedFilms implements StreamListener, AutoCloseable {

  private static final Duration GAP = Duration.ofSeconds(1);

  /** A camera's film, and where the time of its source begins in it. */
  private static final class Film {
    final FilmWriter writer;
    Duration offset = Duration.ZERO;
    Duration last = Duration.ZERO;

    Film(FilmWriter writer) {
      this.writer = writer;
    }

    /** Returns the film's time; the source's begins anew when it is opened again. */
    Duration time(Duration ofSource) {
      if (ofSource.plus(offset).compareTo(last) < 0) {
        offset = last.plus(GAP);
      }
      last = ofSource.plus(offset);
      return last;
    }
  }

  private final Path file;
  private final boolean several;
  private final double frameRate;
  private final boolean labels;
  private final Map<String, Film> films = new HashMap<>();

  /**
   * Begins a film when a camera's first frame comes.
   *
   * @param file {@code .mp4}, {@code .mkv}, {@code .ts} or {@code .avi}
   * @param several whether there are several cameras: their names are then put into the file's
   * @param frameRate frames a second, roughly
   * @param labels whether boxes have class names and scores
   * @throws dev.ovkit.OptionException when the name is not that of a film
   */
  public AnnotatedFilms(Path file, boolean several, double frameRate, boolean labels) {
    FilmWriter.container(file); // a wrong name is refused before the first frame
    this.file = file;
    this.several = several;
    this.frameRate = frameRate;
    this.labels = labels;
  }

  @Override
  public void result(StreamResult result, Drawable frame) {
    try (Picture picture = frame.picture()) {
      picture.draw(result.detections(), 0, labels);
      picture.mark(result.markings());
      Film film =
          films.computeIfAbsent(
              result.camera(),
              camera ->
                  new Film(
                      FilmWriter.open(
                          several ? named(file, camera) : file,
                          picture.width(),
                          picture.height(),
                          frameRate)));
      film.writer.write(picture, film.time(result.time()));
    }
  }

  /** As in {@code film-door.mp4}. */
  static Path named(Path file, String camera) {
    String name = String.valueOf(file.getFileName());
    int dot = name.lastIndexOf('.');
    String clean = camera.replaceAll("[^\\p{L}\\p{N}._-]+", "_");
    return file.resolveSibling(
        "%s-%s%s".formatted(name.substring(0, dot), clean, name.substring(dot)));
  }

  /**
   * Ends all films.
   *
   * @throws dev.ovkit.video.decode.VideoException when the end of one cannot be written
   */
  @Override
  public void close() {
    RuntimeException failure = null;
    for (Film film : films.values()) {
      try {
        film.writer.close();
      } catch (RuntimeException e) {
        failure = e;
      }
    }
    films.clear();
    if (failure != null) {
      throw failure;
    }
  }
}
