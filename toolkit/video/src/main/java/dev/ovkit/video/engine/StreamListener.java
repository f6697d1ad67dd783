package dev.ovkit.video.engine;

import dev.ovkit.picture.Picture;

/**
 * Is told what the engine finds.
 *
 * <p>One call at a time, by several threads; the results of one camera in the order of its frames.
 * What it throws stops the engine and is thrown on. While it runs, detections wait, but no reader.
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

  /** A camera does something else now. */
  default void event(CameraEvent event) {}
}
