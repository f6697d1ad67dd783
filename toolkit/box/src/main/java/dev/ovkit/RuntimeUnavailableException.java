package dev.ovkit;

import org.jspecify.annotations.Nullable;

/** This machine has no usable OpenVINO runtime; the message lists every place searched. */
public final class RuntimeUnavailableException extends OvkitException {

  public RuntimeUnavailableException(String message) {
    this(message, null);
  }

  public RuntimeUnavailableException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }

  @Override
  public Kind kind() {
    return Kind.RUNTIME_UNAVAILABLE;
  }
}
