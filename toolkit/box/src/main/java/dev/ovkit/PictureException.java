package dev.ovkit;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** A picture is missing, damaged, or too large. */
public final class PictureException extends OvkitException {

  public PictureException(String message) {
    this(message, null);
  }

  public PictureException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }

  public PictureException(String message, @Nullable Path file, @Nullable Throwable cause) {
    super(message, file, cause);
  }
}
