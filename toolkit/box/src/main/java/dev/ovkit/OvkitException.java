package dev.ovkit;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The root of every error that ovkit reports on purpose.
 *
 * <p>A message is one line that says what failed, on which input, what was expected and what to do;
 * it can be shown to a user as it is.
 */
public abstract class OvkitException extends RuntimeException {

  protected OvkitException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }

  @Override
  public String getMessage() {
    return Objects.requireNonNull(super.getMessage());
  }
}
