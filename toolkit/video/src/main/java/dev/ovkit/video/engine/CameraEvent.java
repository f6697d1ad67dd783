package dev.ovkit.video.engine;

/**
 * A change in the state of a camera.
 *
 * @param camera the camera's name
 * @param state what it does now
 * @param message one line for people: the format, or what went wrong
 */
public record CameraEvent(String camera, State state, String message) {

  /** What a camera does. */
  public enum State {
    /** Is being opened for the first time. */
    OPENING,
    /** Delivers frames. */
    PLAYING,
    /** Has failed, and is opened again after a pause. */
    WAITING,
    /** Is at its end. */
    ENDED,
    /** Has failed for good. */
    FAILED
  }
}
