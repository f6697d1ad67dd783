package dev.ovkit.onnx;

import dev.ovkit.onnx.Inference.Contradiction;
import dev.ovkit.runtime.Shape;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The shapes of what operators give that only move numbers to other places. */
final class LayoutShapes {

  private LayoutShapes() {}

  static @Nullable Shape concat(Inference known, Node node) {
    Shape first = known.shape(node.input(0));
    if (first == null) {
      return null;
    }
    int axis = ShapeRules.axis(node, "axis", 1, first.rank());
    long[] dims = first.toArray();
    dims[axis] = 0;
    for (String input : node.inputs()) {
      Shape next = known.shape(input);
      if (next == null || next.rank() != first.rank()) {
        return null;
      }
      for (int i = 0; i < dims.length; i++) {
        if (i == axis) {
          dims[i] =
              dims[i] == Shape.UNKNOWN || next.dimension(i) == Shape.UNKNOWN
                  ? Shape.UNKNOWN
                  : dims[i] + next.dimension(i);
        } else if (dims[i] == Shape.UNKNOWN) {
          dims[i] = next.dimension(i);
        } else if (next.dimension(i) != Shape.UNKNOWN && next.dimension(i) != dims[i]) {
          throw new Contradiction("cannot join " + first + " and " + next);
        }
      }
    }
    return Shape.of(dims);
  }

  static @Nullable Shape reshape(Inference known, Node node, Shape x) {
    long[] target = node.integers("shape");
    Value value = known.value(node.input(1));
    if (target != null) {
      return reshape(x, target, null);
    }
    if (value != null) {
      return reshape(x, value.dims(), value);
    }
    Shape length = known.shape(node.input(1));
    if (length == null || length.rank() != 1 || !length.isStatic() || length.dimension(0) > 64) {
      return null;
    }
    long[] unknown = new long[(int) length.dimension(0)];
    Arrays.fill(unknown, Shape.UNKNOWN);
    return Shape.of(unknown);
  }

  private static Shape reshape(Shape x, long[] target, @Nullable Value value) {
    long[] dims = target.clone();
    int rest = -1;
    boolean open = false;
    long product = 1;
    for (int i = 0; i < dims.length; i++) {
      if (dims[i] == 0) {
        dims[i] = x.dimension(i); // ONNX: zero keeps the dimension
      } else if (dims[i] == -1 && (value == null || !Double.isNaN(value.data()[i]))) {
        rest = i;
        continue;
      }
      if (dims[i] == Shape.UNKNOWN) {
        open = true;
      } else {
        product = Math.multiplyExact(product, dims[i]);
      }
    }
    if (x.isStatic() && !open) {
      if (rest >= 0 ? product == 0 || x.elements() % product != 0 : x.elements() != product) {
        throw new Contradiction("cannot turn " + x + " into " + Arrays.toString(target));
      }
      if (rest >= 0) {
        dims[rest] = x.elements() / product;
      }
    }
    return Shape.of(dims);
  }

  static Shape flatten(Shape x, int axis) {
    long before = 1;
    long after = 1;
    for (int i = 0; i < x.rank(); i++) {
      long dim = x.dimension(i);
      if (i < axis) {
        before = before == Shape.UNKNOWN || dim == Shape.UNKNOWN ? Shape.UNKNOWN : before * dim;
      } else {
        after = after == Shape.UNKNOWN || dim == Shape.UNKNOWN ? Shape.UNKNOWN : after * dim;
      }
    }
    return Shape.of(before, after);
  }

  static int[] permutation(Node node, int rank) {
    long[] perm = node.integers("perm");
    int[] axes = new int[rank];
    for (int i = 0; i < rank; i++) {
      axes[i] = perm == null ? rank - 1 - i : (int) perm[i];
    }
    return axes;
  }

  static Shape transpose(Node node, Shape x) {
    return new Shape(
        Arrays.stream(permutation(node, x.rank())).mapToObj(axis -> x.dimension(axis)).toList());
  }

  static @Nullable Shape squeeze(Inference known, Node node, Shape x) {
    long[] axes = ShapeRules.axes(known, node, 1);
    if (axes == null && (!x.isStatic() || node.has(1))) {
      return null;
    }
    List<Long> dims = new ArrayList<>();
    for (int i = 0; i < x.rank(); i++) {
      if (axes == null ? x.dimension(i) != 1 : !ShapeRules.contains(axes, i, x.rank())) {
        dims.add(x.dimension(i));
      }
    }
    return new Shape(dims);
  }

  static @Nullable Shape unsqueeze(Inference known, Node node, Shape x) {
    long[] axes = ShapeRules.axes(known, node, 1);
    if (axes == null) {
      return null;
    }
    int rank = x.rank() + axes.length;
    List<Long> dims = new ArrayList<>();
    int from = 0;
    for (int i = 0; i < rank; i++) {
      dims.add(ShapeRules.contains(axes, i, rank) ? 1L : x.dimension(from++));
    }
    return new Shape(dims);
  }

  static @Nullable Shape slice(Inference known, Node node, Shape x) {
    Slicing slicing = Slicing.of(known, node, x);
    return slicing == null ? null : slicing.shape();
  }

  static @Nullable Shape gather(Inference known, Node node, Shape x) {
    Shape indices = known.shape(node.input(1));
    if (indices == null) {
      return null;
    }
    int axis = ShapeRules.axis(node, "axis", 0, x.rank());
    List<Long> dims = new ArrayList<>(x.dimensions().subList(0, axis));
    dims.addAll(indices.dimensions());
    dims.addAll(x.dimensions().subList(axis + 1, x.rank()));
    return new Shape(dims);
  }

  static List<@Nullable Shape> split(Inference known, Node node) {
    Shape x = known.shape(node.input(0));
    long[] parts = x == null ? null : parts(known, node, x);
    if (x == null || parts == null) {
      return List.of();
    }
    int axis = ShapeRules.axis(node, "axis", 0, x.rank());
    List<@Nullable Shape> shapes = new ArrayList<>();
    for (long part : parts) {
      long[] dims = x.toArray();
      dims[axis] = part;
      shapes.add(Shape.of(dims));
    }
    return shapes;
  }

  private static long @Nullable [] parts(Inference known, Node node, Shape x) {
    long[] attribute = node.integers("split");
    if (attribute != null) {
      return attribute;
    }
    if (node.has(1)) {
      Value value = known.value(node.input(1));
      return value == null ? null : value.dims();
    }
    long size = x.dimension(ShapeRules.axis(node, "axis", 0, x.rank()));
    int n = node.outputs().size();
    long[] parts = new long[n];
    long each = size == Shape.UNKNOWN ? Shape.UNKNOWN : WindowShapes.ceilDiv(size, n);
    Arrays.fill(parts, each);
    if (each != Shape.UNKNOWN) {
      parts[n - 1] = size - each * (n - 1);
    }
    return parts;
  }

  static @Nullable Shape tile(Inference known, Node node, Shape x) {
    Value repeats = known.value(node.input(1));
    if (repeats == null || repeats.size() != x.rank()) {
      return null;
    }
    long[] dims = x.toArray();
    for (int i = 0; i < dims.length; i++) {
      long times = repeats.dims()[i];
      dims[i] = dims[i] == Shape.UNKNOWN || times < 0 ? Shape.UNKNOWN : dims[i] * times;
    }
    return Shape.of(dims);
  }

  static Shape depthToSpace(Shape x, long block) {
    return Shape.of(
        x.dimension(0),
        scaled(x.dimension(1), 1, block * block),
        scaled(x.dimension(2), block, 1),
        scaled(x.dimension(3), block, 1));
  }

  static Shape spaceToDepth(Shape x, long block) {
    return Shape.of(
        x.dimension(0),
        scaled(x.dimension(1), block * block, 1),
        scaled(x.dimension(2), 1, block),
        scaled(x.dimension(3), 1, block));
  }

  private static long scaled(long dim, long times, long by) {
    return dim == Shape.UNKNOWN ? dim : dim * times / by;
  }
}
