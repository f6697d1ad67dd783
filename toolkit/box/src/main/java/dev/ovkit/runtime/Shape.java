package dev.ovkit.runtime;

import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.LongStream;

/**
 * The dimensions of a tensor, outermost first; {@link #UNKNOWN} marks one that is known only after
 * inference. Printed as {@code 1x3x640x640}, with {@code ?} for an unknown dimension.
 */
public record Shape(List<Long> dimensions) {

  /** A dimension that the model leaves open. */
  public static final long UNKNOWN = -1;

  public Shape {
    dimensions = List.copyOf(dimensions);
    if (dimensions.stream().anyMatch(d -> d < UNKNOWN)) {
      throw new IllegalArgumentException("a dimension is not negative: " + dimensions);
    }
  }

  public static Shape of(long... dimensions) {
    return new Shape(LongStream.of(dimensions).boxed().toList());
  }

  public int rank() {
    return dimensions.size();
  }

  /** Returns the dimension of an axis; a negative axis counts from the end. */
  public long dimension(int axis) {
    return dimensions.get(axis < 0 ? rank() + axis : axis);
  }

  public boolean isStatic() {
    return !dimensions.contains(UNKNOWN);
  }

  /**
   * Returns the number of elements of a static shape.
   *
   * @throws ArithmeticException if it does not fit into a long
   */
  public long elements() {
    long elements = 1;
    for (long dimension : dimensions) {
      elements = Math.multiplyExact(elements, dimension);
    }
    return elements;
  }

  public long[] toArray() {
    return dimensions.stream().mapToLong(Long::longValue).toArray();
  }

  /** Returns it as OpenVINO writes it, {@code [1,3,640,640]}; {@code ?} where it is unknown. */
  public String bracketed() {
    return dimensions.stream().map(Shape::text).collect(Collectors.joining(",", "[", "]"));
  }

  private static String text(long dimension) {
    return dimension == UNKNOWN ? "?" : Long.toString(dimension);
  }

  @Override
  public String toString() {
    return dimensions.isEmpty()
        ? "scalar"
        : dimensions.stream().map(Shape::text).collect(Collectors.joining("x"));
  }
}
