package dev.ovkit.video.delivery;

import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Events did not reach their receiver. */
final class DeliveryException extends Exception {

  private static final long serialVersionUID = 1;

  private final boolean refused;
  private final transient @Nullable Duration after;

  private DeliveryException(String message, boolean refused, @Nullable Duration after) {
    super(message);
    this.refused = refused;
    this.after = after;
  }

  /** The receiver is away or busy; the same events may reach it later. */
  static DeliveryException later(String message) {
    return new DeliveryException(message, false, null);
  }

  /** The receiver has said how long it wants to be left alone. */
  static DeliveryException later(String message, Duration after) {
    return new DeliveryException(message, false, after);
  }

  /** The receiver does not take these events, now or later. */
  static DeliveryException refused(String message) {
    return new DeliveryException(message, true, null);
  }

  @Override
  public String getMessage() {
    return Objects.requireNonNull(super.getMessage());
  }

  boolean isRefused() {
    return refused;
  }

  Optional<Duration> after() {
    return Optional.ofNullable(after);
  }
}
