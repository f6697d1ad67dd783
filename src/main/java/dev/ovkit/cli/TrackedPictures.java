package dev.ovkit.cli;

import dev.ovkit.PictureException;
import dev.ovkit.model.Detections;
import dev.ovkit.picture.Picture;
import dev.ovkit.track.Tracker;
import dev.ovkit.vision.PictureResult;

/**
 * Numbers the objects of pictures that come in order, and then writes the pictures: their objects
 * are found in another order, so each picture that is drawn is read a second time.
 */
final class TrackedPictures {

  private final Tracker tracker;
  private final PictureFiles files;
  private final int bitDepth;
  private int place;

  TrackedPictures(Tracker tracker, PictureFiles files, int bitDepth) {
    this.tracker = tracker;
    this.files = files;
    this.bitDepth = bitDepth;
  }

  /** Takes the result of the next picture. Returns it with numbers. */
  PictureResult next(PictureResult result) {
    int current = place++;
    if (!(result instanceof PictureResult.Found found)) {
      return result;
    }
    Detections tracked = tracker.track(found.detections());
    if (files.wanted()) {
      try (Picture picture = Picture.read(found.file(), bitDepth)) {
        files.write(current, found.file(), picture, tracked);
      } catch (PictureException e) {
        return new PictureResult.Unreadable(found.file(), e);
      }
    }
    return new PictureResult.Found(found.file(), tracked);
  }
}
