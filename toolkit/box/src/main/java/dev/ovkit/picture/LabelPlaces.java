package dev.ovkit.picture;

import java.util.ArrayList;
import java.util.List;

/**
 * Finds a place for one label after the other: inside the picture, at its box, and, where there is
 * room, apart from those placed before.
 */
final class LabelPlaces {

  /** How far a label may move from its box, in its own heights. */
  private static final int MOST_STEPS = 8;

  private final int width;
  private final int height;
  private final List<PixelArea> taken = new ArrayList<>();

  LabelPlaces(int width, int height) {
    this.width = width;
    this.height = height;
  }

  /** Returns the place of a label, which is no larger than the picture. */
  PixelArea place(PixelArea whole, int wide, int tall) {
    PixelArea box =
        new PixelArea(
            Math.max(0, whole.left()),
            Math.max(0, whole.top()),
            Math.min(width, whole.right()),
            Math.min(height, whole.bottom()));
    PixelArea best = at(box.left(), inside(box.top(), tall, height), wide, tall);
    long least = Long.MAX_VALUE;
    for (PixelArea place : places(box, wide, tall)) {
      long shared = taken.stream().mapToLong(place::shared).sum();
      if (shared < least) {
        best = place;
        least = shared;
      }
      if (shared == 0) {
        break;
      }
    }
    taken.add(best);
    return best;
  }

  /** Above the box, in it, below it; then further and further away. The best come first. */
  private List<PixelArea> places(PixelArea box, int wide, int tall) {
    List<PixelArea> places = new ArrayList<>();
    int fromRight = box.right() - wide;
    add(places, box.left(), box.top() - tall, wide, tall);
    add(places, fromRight, box.top() - tall, wide, tall);
    add(places, box.left(), box.top(), wide, tall);
    add(places, fromRight, box.top(), wide, tall);
    add(places, box.left(), box.bottom(), wide, tall);
    add(places, box.left(), box.bottom() - tall, wide, tall);
    for (int step = 1; step <= MOST_STEPS; step++) {
      add(places, box.left(), box.top() + step * tall, wide, tall);
      add(places, box.left(), box.top() - (step + 1) * tall, wide, tall);
    }
    return places;
  }

  private void add(List<PixelArea> places, int left, int top, int wide, int tall) {
    if (top >= 0 && top + tall <= height) {
      places.add(at(left, top, wide, tall));
    }
  }

  private PixelArea at(int left, int top, int wide, int tall) {
    return PixelArea.at(inside(left, wide, width), top, wide, tall);
  }

  private static int inside(int start, int length, int end) {
    return Math.max(0, Math.min(start, end - length));
  }
}
