package dev.ovkit.head;

import java.util.Arrays;

/**
 * The boxes of one picture that passed the threshold, as columns; corners in pixels of the
 * network's input. Used again from picture to picture: it grows and never shrinks.
 */
public final class Candidates {

  private static final int FIRST_ROOM = 1024;

  public int count;
  public float[] x1 = new float[FIRST_ROOM];
  public float[] y1 = new float[FIRST_ROOM];
  public float[] x2 = new float[FIRST_ROOM];
  public float[] y2 = new float[FIRST_ROOM];
  public float[] score = new float[FIRST_ROOM];
  public int[] classId = new int[FIRST_ROOM];

  /** Whether the boxes are rotated. */
  public boolean rotated;

  /** The angles of rotated boxes, whose corners are those before they are turned. */
  public float[] angle = new float[FIRST_ROOM];

  /** Where each candidate is in the outputs, for what its layout reads later. */
  public int[] places = new int[FIRST_ROOM];

  /** The place of the candidate to be added next. */
  public int place;

  /** A class number that the outputs hold and no class has; -1 if there is none. */
  public int strayClass = -1;

  public void clear() {
    count = 0;
    rotated = false;
    strayClass = -1;
  }

  /** Whether a class of this number exists; one that does not is remembered. */
  public boolean accepts(int boxClass, int classes) {
    if (boxClass >= 0 && boxClass < classes) {
      return true;
    }
    strayClass = Math.max(strayClass, boxClass);
    return false;
  }

  /** Adds a box by centre and size; one that is no number is left out. */
  public void add(float x, float y, float width, float height, float boxScore, int boxClass) {
    addCorners(x - width / 2, y - height / 2, x + width / 2, y + height / 2, boxScore, boxClass);
  }

  /** Adds a box by its corners; one that is no number is left out. */
  public void addCorners(
      float left, float top, float right, float bottom, float boxScore, int boxClass) {
    if (!(Float.isFinite(left)
        && Float.isFinite(top)
        && Float.isFinite(right)
        && Float.isFinite(bottom))) {
      return;
    }
    if (count == score.length) {
      grow();
    }
    set(count, left, top, right, bottom, boxScore, boxClass);
    places[count] = place;
    count++;
  }

  /** Replaces a box. */
  public void set(
      int i, float left, float top, float right, float bottom, float boxScore, int boxClass) {
    x1[i] = left;
    y1[i] = top;
    x2[i] = right;
    y2[i] = bottom;
    score[i] = boxScore;
    classId[i] = boxClass;
  }

  /** Puts a candidate in the place of another. */
  public void move(int from, int to) {
    set(to, x1[from], y1[from], x2[from], y2[from], score[from], classId[from]);
    angle[to] = angle[from];
    places[to] = places[from];
  }

  private void grow() {
    int room = count * 2;
    x1 = Arrays.copyOf(x1, room);
    y1 = Arrays.copyOf(y1, room);
    x2 = Arrays.copyOf(x2, room);
    y2 = Arrays.copyOf(y2, room);
    score = Arrays.copyOf(score, room);
    classId = Arrays.copyOf(classId, room);
    angle = Arrays.copyOf(angle, room);
    places = Arrays.copyOf(places, room);
  }
}
