package dev.ovkit.watch;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.function.Predicate;

/** The names that pictures have from when they are taken: writable anywhere, and unique. */
final class PictureNames {

  /** Room for the endings of results and a number, in a name of at most 255 bytes. */
  private static final int LONGEST_NAME = 190;

  private static final int LONGEST_ENDING = 20;

  /**
   * Returns a name that any terminal, locale and file system takes: without control characters and
   * what the locale cannot spell, and short enough.
   */
  static String clean(String name) {
    String clean = name.replaceAll("[\\p{Cntrl}\uFFFD]", "_");
    if (clean.endsWith(Spool.REASON)) {
      clean += "_"; // no picture's name is that of another one's reason
    }
    int dot = clean.lastIndexOf('.');
    String ending =
        dot < 0 || clean.length() - dot > LONGEST_ENDING ? "" : clean.substring(dot).strip();
    StringBuilder stem = new StringBuilder(clean.substring(0, clean.length() - ending.length()));
    while (stem.length() > 1 && (stem + ending).getBytes(UTF_8).length > LONGEST_NAME) {
      stem.setLength(stem.offsetByCodePoints(stem.length(), -1));
    }
    return stem + ending;
  }

  /** Returns the name itself, or the name with a number where the name is used already. */
  static String free(String name, Predicate<String> isFree) {
    if (isFree.test(name)) {
      return name;
    }
    // By doubling, then halving: a camera may use one name a hundred thousand times.
    long used = 1;
    long free = 2;
    while (!isFree.test(numbered(name, free))) {
      used = free;
      free *= 2;
    }
    while (free - used > 1) {
      long middle = (used + free) / 2;
      if (isFree.test(numbered(name, middle))) {
        free = middle;
      } else {
        used = middle;
      }
    }
    return numbered(name, free);
  }

  private static String numbered(String name, long number) {
    int dot = name.lastIndexOf('.');
    return dot < 0
        ? name + "-" + number
        : name.substring(0, dot) + "-" + number + name.substring(dot);
  }

  private PictureNames() {}
}
