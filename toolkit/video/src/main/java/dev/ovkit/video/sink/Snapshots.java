package dev.ovkit.video.sink;

import dev.ovkit.model.Detection;
import dev.ovkit.picture.Picture;
import dev.ovkit.track.TrackEvent;
import dev.ovkit.track.TrackedObject;
import dev.ovkit.video.delivery.DeliveryCounts;
import dev.ovkit.video.delivery.LossReport;
import dev.ovkit.video.engine.StreamListener;
import dev.ovkit.video.engine.StreamResult;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Writes the frame of an event, with the box of its object, as JPEG. At most four frames wait in
 * memory; more are dropped and counted.
 */
final class Snapshots implements AutoCloseable {

  private static final int MOST_WAITING = 4;

  private final PictureFolder folder;
  private final LossReport losses;
  private final EncodingThread work;

  Snapshots(Path folder, long mostBytes, Consumer<String> reports) {
    this.folder = new PictureFolder(folder, ".jpg", mostBytes);
    this.losses = new LossReport("snapshots not written", reports);
    this.work = new EncodingThread("ovkit-snapshots", MOST_WAITING, losses);
  }

  /** Returns the name of the file, which is written a little later; empty if there is no time. */
  Optional<String> take(
      StreamResult result, StreamListener.Drawable frame, TrackEvent event, TrackedObject object) {
    String name =
        PictureFolder.name(
                result.camera(),
                result.wallClock(),
                "%d-%s".formatted(object.id(), TrackEventJson.word(event)))
            + ".jpg";
    if (work.isFull()) {
      losses.add(1, "the disk, or the CPU, is too slow"); // and the frame need not be copied
      return Optional.empty();
    }
    Picture picture = frame.picture();
    boolean taken =
        work.offer(
            new EncodingThread.Job() {
              @Override
              public void run() throws IOException {
                write(picture, name, object);
              }

              @Override
              public void drop() {
                picture.close();
              }
            });
    return taken ? Optional.of(name) : Optional.empty();
  }

  private void write(Picture picture, String name, TrackedObject object) throws IOException {
    Path part = folder.part(name);
    try (picture) {
      Detection box =
          new Detection(object.label(), object.classId(), object.score(), object.box())
              .withTrack(object.id());
      picture.draw(List.of(box));
      Files.write(part, picture.toJpeg());
      folder.finish(name);
    } finally {
      Files.deleteIfExists(part);
    }
  }

  /** Returns how many were written, and how many were lost. */
  DeliveryCounts counts() {
    return new DeliveryCounts("snapshots", folder.written(), 0, losses.total(), 0, 0);
  }

  @Override
  public void close() {
    work.close();
  }
}
