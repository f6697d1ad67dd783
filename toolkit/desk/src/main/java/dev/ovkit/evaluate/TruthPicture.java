package dev.ovkit.evaluate;

import java.nio.file.Path;
import java.util.List;

/**
 * A picture and all that is on it.
 *
 * @param id of the picture in its annotations
 * @param file the picture
 * @param width in pixels; 0 where the annotations do not say
 * @param height in pixels; 0 where the annotations do not say
 * @param objects in the order of the annotations
 */
public record TruthPicture(long id, Path file, int width, int height, List<TruthObject> objects) {

  public TruthPicture {
    objects = List.copyOf(objects);
  }
}
