package dev.ovkit.video.sink;

import dev.ovkit.OvkitException;
import dev.ovkit.picture.Picture;
import dev.ovkit.track.TrackEvent;
import dev.ovkit.video.decode.FilmWriter;
import dev.ovkit.video.delivery.DeliveryCounts;
import dev.ovkit.video.delivery.LossReport;
import dev.ovkit.video.engine.StreamListener;
import dev.ovkit.video.engine.StreamResult;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Writes a short film around each event, of the frames that were looked at. Events that follow soon
 * share one, up to a minute.
 *
 * <p>Before anything has happened, the last seconds of each camera wait in memory as JPEGs of at
 * most 640 pixels in width and 4 MB together; at most four whole frames wait to be encoded. Frames
 * beyond that are dropped and counted.
 */
final class Clips implements AutoCloseable {

  private static final int MOST_WAITING = 4;
  private static final int MOST_WIDTH = 640;
  private static final long MOST_BYTES = 4 << 20;
  private static final double FRAME_RATE = 10;
  private static final Duration LONGEST = Duration.ofMinutes(1);

  /** A film that is being made. Its end moves while events follow. */
  private static final class Clip {
    final String name;
    final Duration start;
    volatile Duration end;

    Clip(String name, Duration start, Duration end) {
      this.name = name;
      this.start = start;
      this.end = end;
    }
  }

  /** A camera as the engine's threads see it, one at a time. */
  private static final class Watched {
    @Nullable Clip clip;
    Duration last = Duration.ZERO;
  }

  private record Small(Duration time, byte[] jpeg) {}

  /** A camera as the writing thread sees it. */
  private static final class Past {
    final Deque<Small> frames = new ArrayDeque<>();
    long bytes;
    @Nullable Clip clip;
    @Nullable FilmWriter film;
  }

  private final PictureFolder folder;
  private final Duration before;
  private final Duration after;
  private final LossReport losses;
  private final EncodingThread work;
  private final Map<String, Watched> watched = new HashMap<>();
  private final Map<String, Past> pasts = new HashMap<>();
  private final SmallJpeg small = new SmallJpeg(MOST_WIDTH);

  Clips(Path folder, Duration before, Duration after, long mostBytes, Consumer<String> reports) {
    this.folder = new PictureFolder(folder, ".mp4", mostBytes);
    this.before = before;
    this.after = after;
    this.losses = new LossReport("frames or films not written", reports);
    this.work = new EncodingThread("ovkit-clips", MOST_WAITING, losses);
  }

  // ---- the engine's threads

  /** A frame was looked at. */
  void result(StreamResult result, StreamListener.Drawable frame) {
    Watched camera = watched.computeIfAbsent(result.camera(), name -> new Watched());
    boolean anew = result.time().compareTo(camera.last) < 0; // it was opened again
    camera.last = result.time();
    if (camera.clip != null && (anew || result.time().compareTo(camera.clip.end) > 0)) {
      camera.clip = null;
    }
    if (work.isFull()) {
      losses.add(1, "the disk, or the CPU, is too slow"); // and the frame need not be copied
      return;
    }
    Picture picture = frame.picture();
    work.offer(
        new EncodingThread.Job() {
          @Override
          public void run() throws IOException {
            try (picture) {
              add(result.camera(), result.time(), anew, picture);
            }
          }

          @Override
          public void drop() {
            picture.close();
          }
        });
  }

  /**
   * Returns the name of the film around an event of the frame that {@link #result} got last; empty
   * if there is no time for it.
   */
  Optional<String> around(StreamResult result, TrackEvent event) {
    Watched camera = watched.computeIfAbsent(result.camera(), name -> new Watched());
    Duration end = result.time().plus(after);
    Clip running = camera.clip;
    if (running != null && end.minus(running.start).compareTo(LONGEST) <= 0) {
      running.end = end;
      return Optional.of(running.name);
    }
    String name =
        PictureFolder.name(result.camera(), result.wallClock(), TrackEventJson.word(event))
            + ".mp4";
    Clip clip = new Clip(name, result.time().minus(before), end);
    if (!work.offer(() -> begin(result.camera(), clip))) {
      return Optional.empty();
    }
    camera.clip = clip;
    return Optional.of(name);
  }

  // ---- the writing thread

  private void add(String camera, Duration time, boolean anew, Picture picture) throws IOException {
    Past past = pasts.computeIfAbsent(camera, name -> new Past());
    if (past.clip != null && (anew || time.compareTo(past.clip.end) > 0)) {
      finish(past);
    }
    if (anew) {
      past.frames.clear();
      past.bytes = 0;
    }
    Small frame = new Small(time, small.of(picture));
    past.frames.add(frame);
    past.bytes += frame.jpeg.length;
    while (past.bytes > MOST_BYTES
        || past.frames.getFirst().time.compareTo(time.minus(before)) < 0) {
      past.bytes -= past.frames.remove().jpeg.length;
    }
    if (past.clip != null) {
      write(past, frame);
    }
  }

  private void begin(String camera, Clip clip) throws IOException {
    Past past = pasts.computeIfAbsent(camera, name -> new Past());
    if (past.clip != null) {
      finish(past);
    }
    past.clip = clip;
    for (Small frame : past.frames) {
      if (frame.time.compareTo(clip.start) >= 0) {
        write(past, frame);
      }
    }
  }

  private void write(Past past, Small frame) {
    Clip clip = Objects.requireNonNull(past.clip);
    try (Picture picture = Picture.decode(frame.jpeg)) {
      if (past.film == null) {
        past.film =
            FilmWriter.open(folder.part(clip.name), picture.width(), picture.height(), FRAME_RATE);
      }
      past.film.write(picture, frame.time.minus(clip.start));
    } catch (OvkitException e) {
      abandon(past);
      throw e;
    }
  }

  private void finish(Past past) throws IOException {
    Clip clip = past.clip;
    FilmWriter film = past.film;
    past.clip = null;
    past.film = null;
    if (clip != null && film != null) {
      try {
        film.close();
        folder.finish(clip.name);
      } finally {
        Files.deleteIfExists(folder.part(clip.name));
      }
    }
  }

  /** A film that cannot be written is given up; the next event begins another one. */
  private void abandon(Past past) {
    try {
      if (past.film != null) {
        past.film.close();
      }
    } catch (OvkitException e) {
      // the failure that is reported came before
    }
    try {
      if (past.clip != null) {
        Files.deleteIfExists(folder.part(past.clip.name));
      }
    } catch (IOException e) {
      // the next start deletes it
    }
    past.clip = null;
    past.film = null;
  }

  /** Whether all that came was taken, if not done. */
  boolean isIdle() {
    return work.isEmpty();
  }

  /** Returns how many were written, and how many were lost. */
  DeliveryCounts counts() {
    return new DeliveryCounts("clips", folder.written(), 0, losses.total(), 0, 0);
  }

  /** Ends the films that are being made. */
  @Override
  public void close() {
    work.offerLast(
        () -> {
          for (Past past : pasts.values()) {
            finish(past);
          }
        });
    work.close();
  }
}
