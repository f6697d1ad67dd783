package dev.ovkit.cli.video.belt;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Random;

/**
 * Lays parts on a belt, one behind the other. Some touch, and cover each other a little. Parts that
 * have gone are forgotten, so that a belt can be of any length.
 */
final class PartFeeder {

  /** At most this share of a part lies under others. */
  private static final double MOST_HIDDEN = 0.12;

  private static final int LEAST_GAP = 40;
  private static final int MOST_GAP = 190;
  private static final int TRIES = 12;
  private static final int STEP = 12;
  private static final int MARGIN = 2;

  /** No part is wider than this. */
  static final int WIDEST = 280;

  private final int count;
  private final double zoom;
  private final Lamp lamp;
  private final int top;
  private final int bottom;
  private final Random random;
  private final Deque<BeltPart> parts = new ArrayDeque<>();
  private int laid;
  private int next;

  /**
   * Makes a feeder that has laid nothing.
   *
   * @param count of all parts
   * @param first where the first part begins
   * @param top the first row for parts
   * @param bottom the row behind the last one for parts
   */
  PartFeeder(int count, int first, int top, int bottom, double zoom, Lamp lamp, Random random) {
    this.count = count;
    this.zoom = zoom;
    this.lamp = lamp;
    this.top = top;
    this.bottom = bottom;
    this.random = random;
    this.next = first;
  }

  boolean isDone() {
    return laid == count;
  }

  /** Lays parts until no later one can reach up to a place. */
  void layUpTo(int place) {
    while (!isDone() && next <= place) {
      lay();
    }
  }

  private void lay() {
    PartKind[] kinds = PartKind.values();
    PartSprite sprite = PartSprite.draw(kinds[random.nextInt(kinds.length)], zoom, lamp, random);
    int room = bottom - top - sprite.height() - 2 * MARGIN;
    for (int x = next; ; x += STEP) {
      for (int i = 0; i < TRIES; i++) {
        int y = top + MARGIN + random.nextInt(room);
        BeltPart part = new BeltPart(laid + 1, sprite, x, y);
        List<BeltPart> below = parts.stream().filter(part::touches).toList();
        if (below.stream().allMatch(one -> one.hiddenUnder(part) <= MOST_HIDDEN)) {
          below.forEach(one -> one.coverBy(part));
          parts.add(part);
          laid++;
          next = x + LEAST_GAP + random.nextInt(MOST_GAP - LEAST_GAP);
          return;
        }
      }
    }
  }

  /** Forgets the parts that end before a place. */
  void forgetBefore(int place) {
    parts.removeIf(part -> part.right() < place);
  }

  /** Returns the parts that reach into a stretch of the belt, in the order in which they lie. */
  List<BeltPart> between(int from, int to) {
    List<BeltPart> found = new ArrayList<>();
    for (BeltPart part : parts) {
      if (part.x < to && part.right() > from) {
        found.add(part);
      }
    }
    return found;
  }
}
