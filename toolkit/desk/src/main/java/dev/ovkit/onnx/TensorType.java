package dev.ovkit.onnx;

import dev.ovkit.runtime.Shape;
import org.jspecify.annotations.Nullable;

/**
 * What is known of a tensor before it is computed.
 *
 * @param element ONNX's number of the element type; 0 if unknown
 * @param shape null if not even the rank is known
 */
public record TensorType(int element, @Nullable Shape shape) {

  static final TensorType UNKNOWN = new TensorType(0, null);
}
