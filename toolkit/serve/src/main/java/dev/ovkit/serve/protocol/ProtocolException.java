package dev.ovkit.serve.protocol;

import dev.ovkit.OvkitException;
import org.jspecify.annotations.Nullable;

/** A request is not what the Open Inference Protocol, or this server, expects. */
public final class ProtocolException extends OvkitException {

  public ProtocolException(String message) {
    this(message, null);
  }

  public ProtocolException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }

  /** Refuses what does not hold. */
  static void expect(boolean holds, String what, String expected) {
    if (!holds) {
      throw wrong(what, expected);
    }
  }

  /** Makes the error of something that is not as expected. */
  static ProtocolException wrong(String what, String expected) {
    return new ProtocolException("%s: expected %s".formatted(what, expected));
  }
}
