package dev.ovkit.onnx;

import ai.onnx.proto.OnnxMl.TensorProto;
import dev.ovkit.runtime.Shape;
import java.util.Arrays;
import java.util.function.IntUnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * A small tensor whose numbers are known, such as the target of a Reshape. NaN marks a number that
 * is known only at run time (a dynamic batch), so that the others still count; since it survives
 * arithmetic, nothing else is needed for it.
 */
@SuppressWarnings("ArrayRecordComponent") // never compared, and too large to box
public record Value(Shape shape, boolean integer, double[] data) {

  static @Nullable Value of(TensorProto tensor) {
    double[] data = Tensors.doubles(tensor);
    return data == null
        ? null
        : new Value(Tensors.shape(tensor), Tensors.isInteger(tensor.getDataType()), data);
  }

  static Value ofLongs(long... values) {
    double[] data = new double[values.length];
    for (int i = 0; i < data.length; i++) {
      data[i] = values[i];
    }
    return new Value(Shape.of(values.length), true, data);
  }

  public int size() {
    return data.length;
  }

  public boolean isWhole() {
    for (double number : data) {
      if (Double.isNaN(number)) {
        return false;
      }
    }
    return true;
  }

  public long[] longs() {
    return Arrays.stream(data).mapToLong(number -> (long) number).toArray();
  }

  /** The numbers as dimensions: {@link Shape#UNKNOWN} where unknown. */
  long[] dims() {
    long[] dims = new long[data.length];
    for (int i = 0; i < dims.length; i++) {
      dims[i] = Double.isNaN(data[i]) ? Shape.UNKNOWN : (long) data[i];
    }
    return dims;
  }

  Value reshaped(Shape other) {
    return new Value(other, integer, data);
  }

  /** A tensor of {@code to}'s shape whose element i is this one's element {@code from(i)}. */
  Value picked(Shape to, IntUnaryOperator from) {
    double[] picked = new double[Math.toIntExact(to.elements())];
    for (int i = 0; i < picked.length; i++) {
      picked[i] = data[from.applyAsInt(i)];
    }
    return new Value(to, integer, picked);
  }

  /** Repeats this tensor to the larger shape, by numpy's rule. */
  public Value broadcast(Shape to) {
    if (shape.equals(to)) {
      return this;
    }
    int lead = to.rank() - shape.rank();
    long[] step = new long[to.rank()];
    long stride = 1;
    for (int axis = shape.rank() - 1; axis >= 0; axis--) {
      step[lead + axis] = shape.dimension(axis) == 1 ? 0 : stride;
      stride *= shape.dimension(axis);
    }
    return strided(to, 0, step);
  }

  /** Element (i0, i1, …) of the result is element {@code start + sum(i * step)} of this one. */
  Value strided(Shape to, long start, long[] step) {
    long[] at = new long[to.rank()];
    double[] result = new double[Math.toIntExact(to.elements())];
    long from = start;
    for (int i = 0; i < result.length; i++) {
      result[i] = data[(int) from];
      for (int axis = at.length - 1; axis >= 0; axis--) {
        from += step[axis];
        if (++at[axis] < to.dimension(axis)) {
          break;
        }
        from -= step[axis] * at[axis];
        at[axis] = 0;
      }
    }
    return new Value(to, integer, result);
  }

  /** How far apart neighbours along each axis lie. */
  static long[] steps(Shape shape) {
    long[] steps = new long[shape.rank()];
    long step = 1;
    for (int axis = steps.length - 1; axis >= 0; axis--) {
      steps[axis] = step;
      step *= shape.dimension(axis);
    }
    return steps;
  }
}
