package dev.ovkit.vision;

import dev.ovkit.model.Detections;
import dev.ovkit.picture.Picture;

/** Further work on a picture whose objects were found. */
@FunctionalInterface
public interface PictureWork {

  /**
   * Does the work; the picture is closed afterwards.
   *
   * @param place of the picture in the order of all, from 0
   */
  void on(int place, Picture picture, Detections found);
}
