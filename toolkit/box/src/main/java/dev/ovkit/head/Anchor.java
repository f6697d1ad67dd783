package dev.ovkit.head;

/** The prior size of a box, in pixels of the network's input. */
public record Anchor(float width, float height) {

  public Anchor {
    if (!(width > 0 && height > 0)) {
      throw new IllegalArgumentException(
          "an anchor has a positive size, not " + width + "x" + height);
    }
  }
}
