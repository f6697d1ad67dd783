package dev.ovkit.bundle;

import dev.ovkit.OvkitException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** A bundle, its signature, its keys or its self-test failed a check. */
public final class BundleException extends OvkitException {

  private static final long serialVersionUID = 1;

  /** Why it is not accepted. */
  public enum Reason {
    /** It is there, but wrong. */
    REFUSED,
    /** A file that the caller named is not there, so nothing was checked. */
    MISSING,
    /** It ends too early, as a file does that is still being copied. */
    CUT_SHORT
  }

  private final Reason reason;

  public BundleException(String message) {
    this(message, null);
  }

  public BundleException(String message, @Nullable Throwable cause) {
    this(message, Reason.REFUSED, null, cause);
  }

  public BundleException(
      String message, Reason reason, @Nullable Path file, @Nullable Throwable cause) {
    super(message, file, cause);
    this.reason = reason;
  }

  /** A file that cannot be read, perhaps because it is not there. */
  public static BundleException unreadable(String message, Path file, Exception cause) {
    boolean missing = cause instanceof NoSuchFileException;
    return new BundleException(message, missing ? Reason.MISSING : Reason.REFUSED, file, cause);
  }

  /** Returns the same failure with another message. */
  public BundleException withMessage(String message) {
    return new BundleException(message, reason, file().orElse(null), getCause());
  }

  public Reason reason() {
    return reason;
  }

  @Override
  public Kind kind() {
    return reason == Reason.MISSING ? Kind.FAILED : Kind.CHECK_FAILED;
  }
}
