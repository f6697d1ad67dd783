package dev.ovkit;

import org.jspecify.annotations.Nullable;

/**
 * A bundle, its signature or its self-test does not hold: it was checked, and must not be trusted.
 */
public final class BundleException extends OvkitException {

  public BundleException(String message) {
    this(message, null);
  }

  public BundleException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
