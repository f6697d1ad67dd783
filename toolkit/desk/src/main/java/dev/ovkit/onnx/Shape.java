package dev.ovkit.onnx;

import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.LongStream;

/**
 * The dimensions of a tensor, outermost first; {@link #UNKNOWN} stands for one that only a run
 * tells. Printed as {@code 1x3x640x640}, with {@code ?} for an unknown dimension.
 */
public record Shape(List<Long> dims) {

  /** A dimension that the graph leaves open. */
  public static final long UNKNOWN = -1;

  public Shape {
    dims = List.copyOf(dims);
    if (dims.stream().anyMatch(d -> d < UNKNOWN)) {
      throw new IllegalArgumentException("a dimension is not negative: " + dims);
    }
  }

  public static Shape of(long... dims) {
    return new Shape(LongStream.of(dims).boxed().toList());
  }

  public int rank() {
    return dims.size();
  }

  /** The dimension at {@code axis}; a negative axis counts from the end. */
  public long dim(int axis) {
    return dims.get(axis < 0 ? rank() + axis : axis);
  }

  public boolean isStatic() {
    return !dims.contains(UNKNOWN);
  }

  /**
   * The number of elements of a static shape.
   *
   * @throws ArithmeticException if it does not fit into a long
   */
  public long elements() {
    long product = 1;
    for (long dim : dims) {
      product = Math.multiplyExact(product, dim);
    }
    return product;
  }

  /** True if an array of the JVM could hold the elements of this static shape. */
  boolean fitsIntoMemory() {
    try {
      return elements() < Integer.MAX_VALUE;
    } catch (ArithmeticException e) {
      return false;
    }
  }

  public long[] toArray() {
    return dims.stream().mapToLong(Long::longValue).toArray();
  }

  @Override
  public String toString() {
    return dims.isEmpty()
        ? "scalar"
        : dims.stream()
            .map(d -> d == UNKNOWN ? "?" : Long.toString(d))
            .collect(Collectors.joining("x"));
  }
}
