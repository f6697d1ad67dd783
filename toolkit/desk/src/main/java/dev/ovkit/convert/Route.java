package dev.ovkit.convert;

import dev.ovkit.python.PythonListener;

/**
 * With what a model is converted.
 *
 * @param backEnd the converter
 * @param simplify whether onnxsim comes first
 * @param listener hears what Python tools do, if any is used
 */
public record Route(BackEnd backEnd, Simplify simplify, PythonListener listener) {

  /** Without any Python. */
  public static final Route NATIVE =
      new Route(BackEnd.NATIVE, Simplify.NEVER, PythonListener.SILENT);
}
