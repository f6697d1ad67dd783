package dev.ovkit.bisect;

import dev.ovkit.runtime.Shape;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * The numbers of one tensor for one picture.
 *
 * @param shape without an open dimension
 * @param numbers in row-major order; not changed
 */
@SuppressWarnings("ArrayRecordComponent") // never compared, and too large to box
record TensorValues(Shape shape, float[] numbers) {

  static Map<String, Shape> shapes(Map<String, TensorValues> tensors) {
    return tensors.entrySet().stream()
        .collect(Collectors.toMap(Map.Entry::getKey, tensor -> tensor.getValue().shape()));
  }
}
