package dev.ovkit.video.decode;

import dev.ovkit.OvkitException;
import org.jspecify.annotations.Nullable;

/** A video cannot be opened, read or written. */
public final class VideoException extends OvkitException {

  private static final long serialVersionUID = 1;

  /** What went wrong, for programs that act on it. */
  public enum Reason {
    /** There is no such file or folder. */
    NOT_FOUND(true),
    /** It is not a video, or has none in it. */
    NO_VIDEO(true),
    /** Its codec or protocol is not in this build of FFmpeg. */
    UNSUPPORTED(true),
    /** User name or password are wrong, or missing. */
    PASSWORD(true),
    /** The host cannot be reached, or refuses. */
    UNREACHABLE(false),
    /** Nothing came within the deadline. */
    TIMEOUT(false),
    /** The data cannot be read. */
    DAMAGED(false),
    /** The source was closed, by the other side or by a stop. */
    CLOSED(false),
    /** The film cannot be written. */
    WRITE(false);

    private final boolean lasting;

    Reason(boolean lasting) {
      this.lasting = lasting;
    }

    /** Whether another attempt would only fail again. */
    public boolean isLasting() {
      return lasting;
    }
  }

  private final Reason reason;

  public VideoException(Reason reason, String message) {
    this(reason, message, null);
  }

  public VideoException(Reason reason, String message, @Nullable Throwable cause) {
    super(message, cause);
    this.reason = reason;
  }

  /** Returns what went wrong. */
  public Reason reason() {
    return reason;
  }
}
