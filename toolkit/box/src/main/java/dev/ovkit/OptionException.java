package dev.ovkit;

import org.jspecify.annotations.Nullable;

/** An option has a value that cannot work, whatever the input. */
public final class OptionException extends OvkitException {

  public OptionException(String message) {
    this(message, null);
  }

  public OptionException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }

  @Override
  public Kind kind() {
    return Kind.WRONG_OPTION;
  }
}
