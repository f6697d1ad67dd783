package dev.ovkit.evaluate;

/**
 * An object that is on a picture, as a person marked it.
 *
 * @param category the id of its category
 * @param x its left edge, in pixels of the picture
 * @param y its top edge
 * @param width in pixels
 * @param height in pixels
 * @param area in square pixels, what decides whether it is small, medium or large; of the mask
 *     where there is one, else of the box
 * @param crowd whether it marks a group: a detection on it counts neither for nor against
 */
public record TruthBox(
    long category, double x, double y, double width, double height, double area, boolean crowd) {

  public TruthBox {
    if (!(width >= 0 && height >= 0)) {
      throw new IllegalArgumentException("a box has a size, not " + width + "x" + height);
    }
  }
}
