package dev.ovkit.serve;

import dev.ovkit.OvkitException;
import java.time.Duration;
import java.util.Optional;

/** A request that is not served, with the status of HTTP that says why. */
final class Refusal extends OvkitException {

  private static final long serialVersionUID = 1;

  private final int status;
  private final transient Optional<Duration> after;

  Refusal(int status, String message) {
    this(status, message, Optional.empty());
  }

  Refusal(int status, String message, Optional<Duration> after) {
    super(message, null);
    this.status = status;
    this.after = after;
  }

  int status() {
    return status;
  }

  /** Returns when it is worth to try again; empty if never. */
  Optional<Duration> after() {
    return after;
  }
}
