package dev.ovkit.vision;

import dev.ovkit.model.Detections;
import dev.ovkit.picture.Picture;

/** What else is done on a picture when its objects are found. */
@FunctionalInterface
public interface PictureWork {

  /**
   * Does it; the picture is closed afterwards.
   *
   * @param place of the picture in the order of all, from 0
   */
  void on(int place, Picture picture, Detections found);
}
