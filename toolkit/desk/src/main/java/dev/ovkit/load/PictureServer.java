package dev.ovkit.load;

import java.time.Duration;

/** Answers pictures. */
interface PictureServer {

  /**
   * Asks once and waits.
   *
   * @param picture its place in the list
   * @param patience after which it is a timeout
   */
  RequestEnd ask(int picture, Duration patience);
}
