package dev.ovkit.serve.model;

import dev.ovkit.OvkitException;
import java.time.Duration;

/** There is more to do than can be done in time; the same request may be answered later. */
public final class OverloadException extends OvkitException {

  private final transient Duration after;
  private final boolean late;

  /**
   * Makes the error.
   *
   * @param after when it is worth to try again
   * @param late whether there is room, but not in the time that is left
   */
  OverloadException(String message, Duration after, boolean late) {
    super(message, null);
    this.after = after;
    this.late = late;
  }

  /** Whether a client that waits longer would be answered. */
  public boolean late() {
    return late;
  }

  /** Returns when it is worth to try again. */
  public Duration after() {
    return after;
  }
}
