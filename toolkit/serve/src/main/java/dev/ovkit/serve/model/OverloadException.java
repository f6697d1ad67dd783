package dev.ovkit.serve.model;

import dev.ovkit.OvkitException;
import java.time.Duration;

/** There is more to do than can be done in time; the same request may be answered later. */
public final class OverloadException extends OvkitException {

  private final transient Duration after;

  OverloadException(String message, Duration after) {
    super(message, null);
    this.after = after;
  }

  /** Returns when it is worth to try again. */
  public Duration after() {
    return after;
  }
}
