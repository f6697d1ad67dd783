package dev.ovkit.cli.video.belt;

import dev.ovkit.model.Box;
import java.util.Optional;

/** A part on the belt, and which of its pixels other parts leave visible. */
final class BeltPart {

  /**
   * What can be seen of a part between two places of the belt.
   *
   * @param box around the visible pixels; its left edge counts from the first of the places
   * @param share of the part's pixels, 0..1
   */
  record View(Box box, double share) {}

  final int number;
  final PartSprite sprite;

  /** Pixels from the beginning of the belt to its left edge. */
  final int x;

  final int y;

  private final boolean[] visible;
  private final int[] top;
  private final int[] bottom;
  private final int[] seen;
  private final int area;

  BeltPart(int number, PartSprite sprite, int x, int y) {
    this.number = number;
    this.sprite = sprite;
    this.x = x;
    this.y = y;
    visible = new boolean[sprite.width() * sprite.height()];
    for (int i = 0; i < visible.length; i++) {
      visible[i] = sprite.shows(i % sprite.width(), i / sprite.width());
    }
    top = new int[sprite.width()];
    bottom = new int[sprite.width()];
    seen = new int[sprite.width()];
    for (int column = 0; column < sprite.width(); column++) {
      look(column);
    }
    area = visibleArea();
  }

  private void look(int column) {
    top[column] = sprite.height();
    bottom[column] = 0;
    seen[column] = 0;
    for (int row = 0; row < sprite.height(); row++) {
      if (visible[row * sprite.width() + column]) {
        top[column] = Math.min(top[column], row);
        bottom[column] = row + 1;
        seen[column]++;
      }
    }
  }

  private int visibleArea() {
    int sum = 0;
    for (int pixels : seen) {
      sum += pixels;
    }
    return sum;
  }

  int right() {
    return x + sprite.width();
  }

  /** Returns the share of its pixels that would be hidden if another part lay on it too. */
  double hiddenUnder(BeltPart above) {
    int left = area - visibleArea();
    for (int i = 0; i < visible.length; i++) {
      left += visible[i] && above.showsAt(x + i % sprite.width(), y + i / sprite.width()) ? 1 : 0;
    }
    return (double) left / area;
  }

  private boolean showsAt(int beltX, int beltY) {
    int column = beltX - x;
    int row = beltY - y;
    return column >= 0
        && row >= 0
        && column < sprite.width()
        && row < sprite.height()
        && sprite.shows(column, row);
  }

  /** Another part now lies on it. */
  void coverBy(BeltPart above) {
    for (int i = 0; i < visible.length; i++) {
      if (above.showsAt(x + i % sprite.width(), y + i / sprite.width())) {
        visible[i] = false;
      }
    }
    for (int column = 0; column < sprite.width(); column++) {
      look(column);
    }
  }

  /** Whether its rectangle and another one's have a pixel in common. */
  boolean touches(BeltPart other) {
    return x < other.right()
        && other.x < right()
        && y < other.y + other.sprite.height()
        && other.y < y + sprite.height();
  }

  /** Returns what can be seen of it between two places of the belt; empty if it is nothing. */
  Optional<View> between(int from, int to) {
    int first = Integer.MAX_VALUE;
    int last = -1;
    int high = sprite.height();
    int low = 0;
    int pixels = 0;
    for (int column = Math.max(0, from - x); column < Math.min(sprite.width(), to - x); column++) {
      if (seen[column] > 0) {
        first = Math.min(first, column);
        last = column;
        high = Math.min(high, top[column]);
        low = Math.max(low, bottom[column]);
        pixels += seen[column];
      }
    }
    return last < 0
        ? Optional.empty()
        : Optional.of(
            new View(
                new Box(x + first - from, y + high, last + 1 - first, low - high),
                (double) pixels / area));
  }
}
