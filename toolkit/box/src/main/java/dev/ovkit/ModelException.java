package dev.ovkit;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** A model file (ONNX or IR) is missing, damaged, or not what the caller asked for. */
public final class ModelException extends OvkitException {

  public ModelException(String message) {
    this(message, null);
  }

  public ModelException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }

  public ModelException(String message, @Nullable Path file, @Nullable Throwable cause) {
    super(message, file, cause);
  }
}
