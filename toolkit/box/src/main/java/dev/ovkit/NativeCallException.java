package dev.ovkit;

import org.jspecify.annotations.Nullable;

/** OpenVINO refused a call; the message is its own. */
public final class NativeCallException extends OvkitException {

  public NativeCallException(String message) {
    this(message, null);
  }

  public NativeCallException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
