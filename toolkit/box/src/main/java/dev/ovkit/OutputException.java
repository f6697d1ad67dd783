package dev.ovkit;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** A result could not be written. */
public final class OutputException extends OvkitException {

  public OutputException(String message) {
    this(message, null);
  }

  public OutputException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }

  private OutputException(String message, Path file, Throwable cause) {
    super(message, file, cause);
  }

  /** A file or folder that cannot be written, with the reason in words. */
  public static OutputException of(Path path, IOException cause) {
    return new OutputException(
        "cannot write '%s': %s; give a writable place".formatted(path, reason(cause)), path, cause);
  }

  private static String reason(IOException cause) {
    if (cause instanceof AccessDeniedException) {
      return "permission denied";
    }
    if (cause instanceof FileAlreadyExistsException) {
      return "a file of that name exists";
    }
    if (cause instanceof NoSuchFileException) {
      return "its folder does not exist and cannot be made";
    }
    String message = String.valueOf(cause.getMessage());
    int colon = message.lastIndexOf(": ");
    return colon < 0 ? message : message.substring(colon + 2);
  }
}
