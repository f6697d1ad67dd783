package dev.ovkit.track;

import dev.ovkit.model.Box;

/**
 * An object that a {@link Tracker} follows.
 *
 * @param id its number, from 1; never given to another object of the same tracker
 * @param label the name of its class, as it was last seen
 * @param classId the number of its class, as it was last seen
 * @param box where it was seen on this frame, or where it should be if it was not
 * @param score of the box with which it was last seen
 * @param age how many frames ago it was first seen
 * @param state whether it was seen on this frame
 */
public record TrackedObject(
    long id, String label, int classId, Box box, float score, int age, State state) {

  /** Whether an object was seen on the last frame. */
  public enum State {
    SEEN,
    LOST
  }

  /** Whether it was seen on the last frame. */
  public boolean isSeen() {
    return state == State.SEEN;
  }
}
