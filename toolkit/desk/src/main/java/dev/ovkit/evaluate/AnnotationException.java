package dev.ovkit.evaluate;

import dev.ovkit.OvkitException;
import org.jspecify.annotations.Nullable;

/** Ground truth is missing, damaged, or does not belong to the pictures or the model. */
public final class AnnotationException extends OvkitException {

  public AnnotationException(String message) {
    this(message, null);
  }

  public AnnotationException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
