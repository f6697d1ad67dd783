package dev.ovkit.load;

import dev.ovkit.OvkitException;
import org.jspecify.annotations.Nullable;

/** A server cannot be measured: it cannot be reached, or refuses the first picture. */
public final class LoadException extends OvkitException {

  public LoadException(String message) {
    this(message, null);
  }

  public LoadException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
