package dev.ovkit.video.decode;

import java.time.Duration;

/** Says which frames somebody will look at; a reader need not decode the others. */
@FunctionalInterface
public interface FrameDemand {

  /** Every frame. */
  FrameDemand ALL = time -> true;

  /**
   * Whether a frame that is about to be decoded is needed.
   *
   * @param time as {@link VideoFrame#time}
   */
  boolean needs(Duration time);
}
