package dev.ovkit;

import java.nio.file.Path;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The root of every error that ovkit reports on purpose.
 *
 * <p>A message is one line that says what failed, on which input, what was expected and what to do;
 * it can be shown to a user as it is. What a program may decide by is in {@link #kind} and {@link
 * #file}, never in the message or the cause.
 */
public abstract class OvkitException extends RuntimeException {

  private static final long serialVersionUID = 1;

  /** What a failure means for the caller. */
  public enum Kind {
    /** The work was not done; another input, or the same one later, may succeed. */
    FAILED,
    /** An option has a value that cannot work, whatever the input. */
    WRONG_OPTION,
    /** OpenVINO cannot run on this machine. */
    RUNTIME_UNAVAILABLE,
    /** Something was checked and must not be trusted. */
    CHECK_FAILED
  }

  // A path cannot be serialized; an exception must be.
  private transient @Nullable Path file;

  protected OvkitException(String message, @Nullable Throwable cause) {
    this(message, null, cause);
  }

  protected OvkitException(String message, @Nullable Path file, @Nullable Throwable cause) {
    super(message, cause);
    this.file = file;
  }

  /** Returns what the failure means for the caller. */
  public Kind kind() {
    return Kind.FAILED;
  }

  /** Returns the file or folder that the message is about, where it is about one. */
  public Optional<Path> file() {
    return Optional.ofNullable(file);
  }

  /**
   * Names the file that the message is about, unless one is named already: a part that reads bytes
   * does not know which file they come from.
   */
  public final void about(Path path) {
    if (file == null) {
      file = path;
    }
  }

  @Override
  public String getMessage() {
    return Objects.requireNonNull(super.getMessage());
  }
}
