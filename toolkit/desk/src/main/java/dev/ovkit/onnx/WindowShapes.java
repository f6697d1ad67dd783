package dev.ovkit.onnx;

import ai.onnx.proto.OnnxMl.AttributeProto;
import dev.ovkit.onnx.Inference.Contradiction;
import dev.ovkit.runtime.Shape;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** The shapes of what operators give that move a window over a picture, or make it larger. */
final class WindowShapes {

  private WindowShapes() {}

  static @Nullable Shape conv(Inference known, Node node, Shape x) {
    Shape w = known.shape(node.input(1));
    if (w == null || w.rank() != x.rank()) {
      return null;
    }
    long group = node.integer("group", 1);
    if (x.dimension(1) != Shape.UNKNOWN && x.dimension(1) != w.dimension(1) * group) {
      throw new Contradiction(
          "wants "
              + w.dimension(1) * group
              + " channels and gets "
              + x.dimension(1)
              + " ("
              + x
              + ")");
    }
    Shape bias = node.has(2) ? known.shape(node.input(2)) : null;
    if (bias != null && bias.isStatic() && bias.elements() != w.dimension(0)) {
      throw new Contradiction("gives " + w.dimension(0) + " channels, but has a bias of " + bias);
    }
    long[] kernel = Arrays.copyOfRange(w.toArray(), 2, w.rank());
    return windows(node, x, w.dimension(0), kernel);
  }

  static @Nullable Shape pool(Node node, Shape x) {
    long[] kernel = node.integers("kernel_shape");
    return kernel == null ? null : windows(node, x, x.dimension(1), kernel);
  }

  private static Shape windows(Node node, Shape x, long channels, long[] kernel) {
    int n = kernel.length;
    long[] strides = orElse(node.integers("strides"), n, 1);
    long[] dilations = orElse(node.integers("dilations"), n, 1);
    long[] pads = orElse(node.integers("pads"), 2 * n, 0);
    String auto = node.text("auto_pad", "NOTSET");
    boolean ceil = node.integer("ceil_mode", 0) == 1;
    long[] dims = new long[n + 2];
    dims[0] = x.dimension(0);
    dims[1] = channels;
    for (int i = 0; i < n; i++) {
      long size = x.dimension(i + 2);
      long reach = dilations[i] * (kernel[i] - 1) + 1;
      dims[i + 2] =
          size == Shape.UNKNOWN
              ? Shape.UNKNOWN
              : switch (auto) {
                case "SAME_UPPER", "SAME_LOWER" -> ceilDiv(size, strides[i]);
                case "VALID" -> (size - reach) / strides[i] + 1;
                default -> {
                  long free = size + pads[i] + pads[i + n] - reach;
                  long steps = ceil ? ceilDiv(free, strides[i]) : free / strides[i];
                  // A last window that would begin in the padding at the end is dropped.
                  yield ceil && steps * strides[i] >= size + pads[i] ? steps : steps + 1;
                }
              };
      if (dims[i + 2] < Shape.UNKNOWN || dims[i + 2] == 0) {
        throw new Contradiction("finds no room in " + x);
      }
    }
    return Shape.of(dims);
  }

  static @Nullable Shape convTranspose(Inference known, Node node, Shape x) {
    Shape w = known.shape(node.input(1));
    if (w == null || w.rank() != x.rank() || !node.text("auto_pad", "NOTSET").equals("NOTSET")) {
      return null;
    }
    int n = w.rank() - 2;
    long[] strides = orElse(node.integers("strides"), n, 1);
    long[] dilations = orElse(node.integers("dilations"), n, 1);
    long[] pads = orElse(node.integers("pads"), 2 * n, 0);
    long[] extra = orElse(node.integers("output_padding"), n, 0);
    long[] fixed = node.integers("output_shape");
    long[] dims = new long[n + 2];
    dims[0] = x.dimension(0);
    dims[1] = w.dimension(1) * node.integer("group", 1);
    for (int i = 0; i < n; i++) {
      long size = x.dimension(i + 2);
      dims[i + 2] =
          fixed != null
              ? fixed[i]
              : size == Shape.UNKNOWN
                  ? Shape.UNKNOWN
                  : strides[i] * (size - 1)
                      + extra[i]
                      + (w.dimension(i + 2) - 1) * dilations[i]
                      + 1
                      - pads[i]
                      - pads[i + n];
    }
    return Shape.of(dims);
  }

  static Shape globalPool(Shape x) {
    long[] dims = x.toArray();
    Arrays.fill(dims, 2, dims.length, 1);
    return Shape.of(dims);
  }

  private static long[] orElse(long @Nullable [] values, int n, long absent) {
    if (values != null) {
      return values;
    }
    long[] filled = new long[n];
    Arrays.fill(filled, absent);
    return filled;
  }

  static long ceilDiv(long a, long b) {
    return -Math.floorDiv(-a, b);
  }

  static @Nullable Shape resize(Inference known, Node node, Shape x) {
    if (node.attribute("axes") != null) {
      return null;
    }
    Value sizes = node.has(3) ? known.value(node.input(3)) : null;
    if (sizes != null && sizes.size() == x.rank()) {
      return Shape.of(sizes.dims());
    }
    Value scales = null;
    AttributeProto attribute = node.attribute("scales");
    if (attribute != null) {
      double[] numbers = attribute.getFloatsList().stream().mapToDouble(f -> f).toArray();
      scales = new Value(Shape.of(numbers.length), false, numbers);
    } else if (node.inputs().size() == 2) {
      scales = known.value(node.input(1)); // Upsample, and Resize of opset 10
    } else if (node.has(2)) {
      scales = known.value(node.input(2));
    }
    long[] dims = new long[x.rank()];
    Arrays.fill(dims, Shape.UNKNOWN);
    if (scales != null && scales.size() == x.rank()) {
      for (int i = 0; i < dims.length; i++) {
        dims[i] =
            x.dimension(i) == Shape.UNKNOWN || Double.isNaN(scales.data()[i])
                ? Shape.UNKNOWN
                : (long) Math.floor(x.dimension(i) * scales.data()[i]);
      }
    }
    return Shape.of(dims);
  }

  static @Nullable Shape pad(Inference known, Node node, Shape x) {
    long[] pads = node.integers("pads");
    Value value = known.value(node.input(1));
    if (pads == null && value != null && value.isWhole()) {
      pads = value.dims();
    }
    if (pads == null) {
      return null;
    }
    long[] dims = x.toArray();
    if (pads.length != 2 * dims.length) {
      return null;
    }
    for (int i = 0; i < dims.length; i++) {
      dims[i] = dims[i] == Shape.UNKNOWN ? dims[i] : dims[i] + pads[i] + pads[i + dims.length];
    }
    return Shape.of(dims);
  }
}
