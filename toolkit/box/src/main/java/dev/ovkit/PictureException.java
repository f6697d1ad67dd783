package dev.ovkit;

import org.jspecify.annotations.Nullable;

/** A picture is missing, damaged, or too large. */
public final class PictureException extends OvkitException {

  public PictureException(String message) {
    this(message, null);
  }

  public PictureException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
