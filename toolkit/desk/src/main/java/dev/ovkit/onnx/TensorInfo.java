package dev.ovkit.onnx;

import dev.ovkit.runtime.Shape;
import org.jspecify.annotations.Nullable;

/**
 * An input or output of a model.
 *
 * @param shape null if not even the rank is known
 */
public record TensorInfo(String name, @Nullable Shape shape) {

  /** True if every dimension is known. */
  public boolean isStatic() {
    return shape != null && shape.isStatic();
  }

  @Override
  public String toString() {
    return name + " " + (shape == null ? "of unknown shape" : shape);
  }
}
