package dev.ovkit.video.engine;

import dev.ovkit.picture.Picture;

/**
 * Receives what the engine finds.
 *
 * <p>Calls come one at a time, from several threads, and the results of a camera in the order of
 * its frames. An exception stops the engine and is thrown again. While a call runs, detections
 * wait, but readers do not.
 */
@FunctionalInterface
public interface StreamListener {

  /** A frame of a result. */
  interface Drawable {

    /** Returns the whole frame, to draw on it or to write it; the caller closes it. */
    Picture picture();
  }

  /** A frame was looked at. The frame can be asked for until this returns. */
  void result(StreamResult result, Drawable frame);

  /** The state of a camera changed. */
  default void event(CameraEvent event) {}
}
