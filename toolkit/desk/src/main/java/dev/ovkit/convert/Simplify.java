package dev.ovkit.convert;

/** Whether onnxsim simplifies a model before it is converted. */
public enum Simplify {
  /**
   * If the model is not recognised as a detector and computes shapes as it runs, which is what
   * simplifying removes. What onnxsim makes is used if it is recognised; else, or if there is no
   * Python, the model stays as it is.
   */
  AUTO,
  NEVER,
  ALWAYS
}
