package dev.ovkit.serve.model;

/**
 * Tries a model before a running server loads it, where a crash of native code ends nothing but the
 * trial: in a process of its own.
 */
public interface ModelTrial {

  /** Tries nothing, for a program that starts no process. */
  ModelTrial NONE = model -> {};

  /**
   * Opens a model and tests it.
   *
   * @throws dev.ovkit.OvkitException if it must not be loaded
   */
  void require(ServedModel model);
}
