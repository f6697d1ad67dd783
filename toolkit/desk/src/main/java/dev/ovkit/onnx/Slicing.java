package dev.ovkit.onnx;

import dev.ovkit.runtime.Shape;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * A Slice with all its numbers known.
 *
 * @param shape of what it gives
 * @param starts first index on each axis of the input
 * @param steps distance of neighbours on each axis of the input
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
public record Slicing(Shape shape, long[] starts, long[] steps) {

  /** Null where the numbers are not known or an axis that is cut has an unknown size. */
  public static @Nullable Slicing of(Inference known, Node node, Shape x) {
    long[] starts = node.integers("starts");
    long[] ends = node.integers("ends");
    long[] axes = node.integers("axes");
    long[] steps = null;
    if (starts == null) { // from opset 10 on these are inputs
      starts = whole(known, node, 1);
      ends = whole(known, node, 2);
      axes = whole(known, node, 3);
      steps = whole(known, node, 4);
      if (starts == null
          || ends == null
          || (axes == null && node.has(3))
          || (steps == null && node.has(4))) {
        return null;
      }
    }
    if (ends == null
        || ends.length != starts.length
        || (axes != null && axes.length != starts.length)
        || (steps != null && steps.length != starts.length)) {
      return null;
    }
    long[] dims = x.toArray();
    long[] from = new long[dims.length];
    long[] by = new long[dims.length];
    Arrays.fill(by, 1);
    for (int i = 0; i < starts.length; i++) {
      int axis = (int) (axes == null ? i : axes[i] < 0 ? axes[i] + dims.length : axes[i]);
      if (axis < 0 || axis >= dims.length) {
        return null;
      }
      long size = x.dimension(axis);
      long step = steps == null ? 1 : steps[i];
      if (size == Shape.UNKNOWN || step == 0) {
        return null;
      }
      long low = step > 0 ? 0 : -1;
      long high = step > 0 ? size : size - 1;
      long start = Math.max(0, Math.min(high, starts[i] < 0 ? starts[i] + size : starts[i]));
      long end = Math.max(low, Math.min(high, ends[i] < 0 ? ends[i] + size : ends[i]));
      long span = step > 0 ? end - start : start - end;
      dims[axis] = Math.max(0, (span + Math.abs(step) - 1) / Math.abs(step));
      from[axis] = start;
      by[axis] = step;
    }
    return new Slicing(Shape.of(dims), from, by);
  }

  private static long @Nullable [] whole(Inference known, Node node, int input) {
    Value value = node.has(input) ? known.value(node.input(input)) : null;
    return value == null || !value.isWhole() ? null : value.dims();
  }
}
