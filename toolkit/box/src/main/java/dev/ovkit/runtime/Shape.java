package dev.ovkit.runtime;

import java.util.List;
import java.util.stream.Collectors;

/**
 * The dimensions of a tensor, outermost first.
 *
 * @param dimensions -1 stands for one that is not known before inference
 */
public record Shape(List<Long> dimensions) {

  public Shape {
    dimensions = List.copyOf(dimensions);
  }

  public static Shape of(long... dimensions) {
    return new Shape(java.util.Arrays.stream(dimensions).boxed().toList());
  }

  public int rank() {
    return dimensions.size();
  }

  public long dimension(int axis) {
    return dimensions.get(axis);
  }

  public boolean isStatic() {
    for (long dimension : dimensions) {
      if (dimension < 0) {
        return false;
      }
    }
    return true;
  }

  /** Returns the number of elements of a static shape. */
  public long elements() {
    long elements = 1;
    for (long dimension : dimensions) {
      elements = Math.multiplyExact(elements, dimension);
    }
    return elements;
  }

  public long[] toArray() {
    long[] array = new long[dimensions.size()];
    for (int i = 0; i < array.length; i++) {
      array[i] = dimensions.get(i);
    }
    return array;
  }

  /** As in {@code [1,3,640,640]}; {@code ?} where it is not known. */
  @Override
  public String toString() {
    return dimensions.stream()
        .map(d -> d < 0 ? "?" : d.toString())
        .collect(Collectors.joining(",", "[", "]"));
  }
}
