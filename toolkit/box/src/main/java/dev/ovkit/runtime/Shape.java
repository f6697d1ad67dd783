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
    return dimensions.stream().allMatch(d -> d >= 0);
  }

  /** Returns the number of elements of a static shape. */
  public long elements() {
    return dimensions.stream().mapToLong(Long::longValue).reduce(1, Math::multiplyExact);
  }

  long[] toArray() {
    return dimensions.stream().mapToLong(Long::longValue).toArray();
  }

  /** As in {@code [1,3,640,640]}; {@code ?} where it is not known. */
  @Override
  public String toString() {
    return dimensions.stream()
        .map(d -> d < 0 ? "?" : d.toString())
        .collect(Collectors.joining(",", "[", "]"));
  }
}
