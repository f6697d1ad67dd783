package dev.ovkit.network;

import dev.ovkit.head.Candidates;
import java.util.Arrays;

/**
 * Greedy non-maximum suppression: boxes by falling score, and of two that overlap by more than the
 * IoU threshold the weaker one goes. Of equal scores the earlier candidate counts as stronger.
 *
 * <p>A candidate is compared with the boxes kept so far, of its own class unless told otherwise. So
 * the work is bounded by candidates times kept boxes, and both are capped by the caller.
 */
final class NonMaximumSuppression {

  private long[] keys = new long[1024];
  private int[] kept = new int[512];

  /** Kept boxes as chains, one a class: the last one kept, and for each the one before. */
  private int[] last = new int[128];

  private int[] before = new int[512];
  private final RotatedOverlap rotated = new RotatedOverlap();
  private int keptCount;
  private int leftOut;

  /**
   * Chooses boxes, rotated ones by their own overlap; read the result with {@link #kept}.
   *
   * @param classes their number
   * @param agnostic whether boxes of different classes suppress each other
   * @param mostCandidates how many candidates are looked at, the best first
   * @param mostKept how many boxes are kept, the best first
   */
  void run(
      Candidates boxes,
      int classes,
      float iouThreshold,
      boolean agnostic,
      int mostCandidates,
      int mostKept) {
    int considered = sortKeys(boxes, mostCandidates);
    int chains = agnostic ? 1 : classes;
    last = atLeast(last, chains);
    Arrays.fill(last, 0, chains, -1);
    keptCount = 0;
    int looked =
        boxes.rotated
            ? runRotated(boxes, considered, iouThreshold, agnostic, mostKept)
            : runUpright(boxes, considered, iouThreshold, agnostic, mostKept);
    leftOut = boxes.count - looked;
  }

  private int runUpright(
      Candidates boxes, int considered, float iouThreshold, boolean agnostic, int mostKept) {
    int n = boxes.count;
    int i = 0;
    for (; i < considered && keptCount < mostKept; i++) {
      int box = indexOf(keys[n - 1 - i]);
      int chain = agnostic ? 0 : boxes.classId[box];
      if (!isSuppressed(boxes, box, chain, iouThreshold)) {
        keep(box, chain);
      }
    }
    return i;
  }

  /** As Ultralytics does it: by ProbIoU, and a box that went itself still suppresses others. */
  private int runRotated(
      Candidates boxes, int considered, float iouThreshold, boolean agnostic, int mostKept) {
    int n = boxes.count;
    rotated.load(boxes, iouThreshold);
    // Here a chain holds every box looked at, kept or not.
    before = atLeast(before, considered);
    int i = 0;
    for (; i < considered && keptCount < mostKept; i++) {
      int box = indexOf(keys[n - 1 - i]);
      int chain = agnostic ? 0 : boxes.classId[box];
      boolean gone = false;
      for (int k = last[chain]; k >= 0 && !gone; k = before[k]) {
        gone = rotated.overlap(box, indexOf(keys[n - 1 - k]));
      }
      before[i] = last[chain];
      last[chain] = i;
      if (!gone) {
        kept = atLeast(kept, keptCount + 1);
        kept[keptCount++] = box;
      }
    }
    return i;
  }

  /** Suppresses nothing: keeps the best boxes, by falling score. */
  void rank(Candidates boxes, int mostKept) {
    int n = boxes.count;
    keptCount = sortKeys(boxes, mostKept);
    kept = atLeast(kept, keptCount);
    for (int i = 0; i < keptCount; i++) {
      kept[i] = indexOf(keys[n - 1 - i]);
    }
    leftOut = n - keptCount;
  }

  /** Returns how many boxes were kept. */
  int keptCount() {
    return keptCount;
  }

  /** Returns the candidate that is the i-th of the kept boxes, by falling score. */
  int kept(int i) {
    return kept[i];
  }

  /** Returns how many candidates a cap kept from being looked at. */
  int leftOut() {
    return leftOut;
  }

  private boolean isSuppressed(Candidates boxes, int box, int chain, float iouThreshold) {
    float x1 = boxes.x1[box];
    float y1 = boxes.y1[box];
    float x2 = boxes.x2[box];
    float y2 = boxes.y2[box];
    float area = (x2 - x1) * (y2 - y1);
    for (int k = last[chain]; k >= 0; k = before[k]) {
      int other = kept[k];
      float width = Math.min(x2, boxes.x2[other]) - Math.max(x1, boxes.x1[other]);
      float height = Math.min(y2, boxes.y2[other]) - Math.max(y1, boxes.y1[other]);
      if (width > 0 && height > 0) {
        float both = width * height;
        float otherArea = (boxes.x2[other] - boxes.x1[other]) * (boxes.y2[other] - boxes.y1[other]);
        if (both > iouThreshold * (area + otherArea - both)) {
          return true;
        }
      }
    }
    return false;
  }

  private void keep(int box, int chain) {
    kept = atLeast(kept, keptCount + 1);
    before = atLeast(before, keptCount + 1);
    kept[keptCount] = box;
    before[keptCount] = last[chain];
    last[chain] = keptCount++;
  }

  /** Sorts keys so that the best candidates are last in rising order; returns how many are. */
  private int sortKeys(Candidates boxes, int most) {
    int n = boxes.count;
    if (keys.length < n) {
      keys = new long[Math.max(n, keys.length * 2)];
    }
    for (int i = 0; i < n; i++) {
      // Scores are not negative, so their bits rise as they do.
      keys[i] = (long) Float.floatToRawIntBits(boxes.score[i]) << 32 | (Integer.MAX_VALUE - i);
    }
    int considered = Math.min(n, most);
    moveLargestLast(keys, n, considered);
    Arrays.sort(keys, n - considered, n);
    return considered;
  }

  private static int indexOf(long key) {
    return Integer.MAX_VALUE - (int) key;
  }

  /** Quickselect: afterwards the largest {@code count} of the first {@code n} are the last ones. */
  static void moveLargestLast(long[] keys, int n, int count) {
    int boundary = n - count;
    int low = 0;
    int high = n - 1;
    while (boundary > 0 && low < high) {
      long pivot = middle(keys[low], keys[(low + high) >>> 1], keys[high]);
      int i = low;
      int j = high;
      while (i <= j) {
        while (keys[i] < pivot) {
          i++;
        }
        while (keys[j] > pivot) {
          j--;
        }
        if (i <= j) {
          long key = keys[i];
          keys[i++] = keys[j];
          keys[j--] = key;
        }
      }
      if (boundary <= j) {
        high = j;
      } else if (boundary >= i) {
        low = i;
      } else {
        return;
      }
    }
  }

  private static long middle(long a, long b, long c) {
    return Math.max(Math.min(a, b), Math.min(Math.max(a, b), c));
  }

  private static int[] atLeast(int[] array, int length) {
    return array.length >= length
        ? array
        : Arrays.copyOf(array, Math.max(length, array.length * 2));
  }
}
