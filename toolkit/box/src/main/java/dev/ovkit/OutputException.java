package dev.ovkit;

import org.jspecify.annotations.Nullable;

/** A result could not be written. */
public final class OutputException extends OvkitException {

  public OutputException(String message) {
    this(message, null);
  }

  public OutputException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
