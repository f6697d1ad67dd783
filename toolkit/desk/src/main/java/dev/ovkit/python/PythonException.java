package dev.ovkit.python;

import dev.ovkit.OvkitException;
import org.jspecify.annotations.Nullable;

/** Python, or a package that a tool needs, is not available; or the tool failed. */
public final class PythonException extends OvkitException {

  public PythonException(String message) {
    this(message, null);
  }

  public PythonException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
