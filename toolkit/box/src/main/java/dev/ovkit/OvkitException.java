package dev.ovkit;

import java.nio.file.Path;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The root of every error that ovkit reports on purpose.
 *
 * <p>A message is one line that says what failed, on which input, what was expected and what to do;
 * it can be shown to a user as it is. The middle of a long message is left out. Programs decide by
 * {@link #kind} and {@link #file}, never by the message or the cause.
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
    /** Something failed a check and must not be trusted. */
    CHECK_FAILED
  }

  /** The beginning of a message that is too long, which says what failed, and on which input. */
  private static final int HEAD = 3000;

  /** Its end, which says what to do. */
  private static final int TAIL = 500;

  // A path cannot be serialized; an exception must be.
  private transient @Nullable Path file;

  protected OvkitException(String message, @Nullable Throwable cause) {
    this(message, null, cause);
  }

  protected OvkitException(String message, @Nullable Path file, @Nullable Throwable cause) {
    super(bounded(message), cause);
    this.file = file;
  }

  /** Messages quote values of files, which may be of any length. */
  private static String bounded(String message) {
    int left = message.length() - TAIL;
    return left <= HEAD + TAIL
        ? message
        : "%s… (%d characters are left out) …%s"
            .formatted(message.substring(0, HEAD), left - HEAD, message.substring(left));
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
