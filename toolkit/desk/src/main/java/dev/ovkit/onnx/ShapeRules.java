package dev.ovkit.onnx;

import ai.onnx.proto.OnnxMl.AttributeProto;
import dev.ovkit.onnx.Inference.Contradiction;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The shape of what an operator gives, for the operators of YOLO graphs. */
final class ShapeRules {

  private ShapeRules() {}

  /** One shape for each output; fewer, or null, where it cannot be told. */
  static List<@Nullable Shape> shapes(Inference known, Node node) {
    return switch (node.op()) {
      case "Split" -> split(known, node);
      case "TopK" -> {
        Shape one = one(known, node);
        yield Arrays.asList(one, one);
      }
      default -> Collections.singletonList(one(known, node));
    };
  }

  private static @Nullable Shape one(Inference known, Node node) {
    Shape x = known.shape(node.input(0));
    return switch (node.op()) {
      case "Relu",
          "LeakyRelu",
          "PRelu",
          "Elu",
          "Selu",
          "Sigmoid",
          "HardSigmoid",
          "HardSwish",
          "Tanh",
          "Softplus",
          "Mish",
          "Gelu",
          "Erf",
          "Clip",
          "Exp",
          "Log",
          "Sqrt",
          "Reciprocal",
          "Abs",
          "Neg",
          "Floor",
          "Ceil",
          "Round",
          "Sign",
          "Not",
          "Sin",
          "Cos",
          "Identity",
          "Dropout",
          "Cast",
          "Softmax",
          "LogSoftmax",
          "BatchNormalization",
          "InstanceNormalization",
          "LayerNormalization",
          "QuantizeLinear",
          "DequantizeLinear",
          "ScatterND",
          "ScatterElements",
          "CumSum" ->
          x;
      case "Add",
          "Sub",
          "Mul",
          "Div",
          "Pow",
          "Mod",
          "Min",
          "Max",
          "Sum",
          "Mean",
          "And",
          "Or",
          "Equal",
          "Less",
          "LessOrEqual",
          "Greater",
          "GreaterOrEqual",
          "Where" ->
          broadcast(known, node);
      case "Conv" -> x == null ? null : conv(known, node, x);
      case "ConvTranspose" -> x == null ? null : convTranspose(known, node, x);
      case "MaxPool", "AveragePool", "LpPool" -> x == null ? null : pool(node, x);
      case "GlobalAveragePool", "GlobalMaxPool" -> x == null ? null : globalPool(x);
      case "Concat" -> concat(known, node);
      case "Reshape" -> x == null ? null : reshape(known, node, x);
      case "Flatten" -> x == null ? null : flatten(x, axis(node, "axis", 1, x.rank()));
      case "Transpose" -> x == null ? null : transpose(node, x);
      case "Squeeze" -> x == null ? null : squeeze(known, node, x);
      case "Unsqueeze" -> x == null ? null : unsqueeze(known, node, x);
      case "Slice" -> x == null ? null : slice(known, node, x);
      case "Gather" -> x == null ? null : gather(known, node, x);
      case "GatherElements" -> known.shape(node.input(1));
      case "Resize", "Upsample" -> x == null ? null : resize(known, node, x);
      case "Shape" -> x == null ? null : Shape.of(x.rank());
      case "Size" -> Shape.of();
      case "Constant" -> node.constant() == null ? null : Tensors.shape(node.constant());
      case "ConstantOfShape" -> dims(known, node.input(0));
      case "Expand" -> expand(known, node, x);
      case "Tile" -> x == null ? null : tile(known, node, x);
      case "Pad" -> x == null ? null : pad(known, node, x);
      case "MatMul" -> x == null ? null : matMul(x, known.shape(node.input(1)));
      case "Gemm" -> x == null ? null : gemm(known, node, x);
      case "ReduceMean", "ReduceMax", "ReduceMin", "ReduceSum", "ReduceProd", "ReduceL2" ->
          x == null ? null : reduce(known, node, x);
      case "ArgMax", "ArgMin" ->
          x == null
              ? null
              : reduced(x, new long[] {node.integer("axis", 0)}, node.integer("keepdims", 1) == 1);
      case "DepthToSpace" -> x == null ? null : depthToSpace(x, node.integer("blocksize", 1));
      case "SpaceToDepth" -> x == null ? null : spaceToDepth(x, node.integer("blocksize", 1));
      case "TopK" -> x == null ? null : topK(known, node, x);
      default -> null;
    };
  }

  static int axis(Node node, String name, long absent, int rank) {
    long axis = node.integer(name, absent);
    return (int) (axis < 0 ? axis + rank : axis);
  }

  /** The axes of Squeeze, Reduce…: an attribute in old opsets, an input in new ones. */
  static long @Nullable [] axes(Inference known, Node node, int input) {
    long[] attribute = node.integers("axes");
    Value value = node.has(input) ? known.value(node.input(input)) : null;
    return attribute != null ? attribute : value != null ? value.dims() : null;
  }

  private static @Nullable Shape dims(Inference known, String name) {
    Value value = known.value(name);
    return value == null ? null : Shape.of(value.dims());
  }

  // ---- element by element

  private static @Nullable Shape broadcast(Inference known, Node node) {
    Shape result = Shape.of();
    for (String input : node.inputs()) {
      Shape next = known.shape(input);
      if (next == null) {
        return null;
      }
      result = broadcast(result, next);
    }
    return result;
  }

  static Shape broadcast(Shape a, Shape b) {
    int rank = Math.max(a.rank(), b.rank());
    long[] dims = new long[rank];
    for (int i = 1; i <= rank; i++) {
      long left = i <= a.rank() ? a.dim(-i) : 1;
      long right = i <= b.rank() ? b.dim(-i) : 1;
      if (left != right && left > 1 && right > 1) {
        throw new Contradiction("cannot join " + a + " and " + b);
      }
      // An unknown one gives way to a known one, but not to 1.
      dims[rank - i] =
          left == right || right == 1 ? left : left == 1 ? right : Math.max(left, right);
    }
    return Shape.of(dims);
  }

  private static @Nullable Shape expand(Inference known, Node node, @Nullable Shape x) {
    Shape target = dims(known, node.input(1));
    return x == null || target == null ? null : broadcast(x, target);
  }

  // ---- windows

  private static @Nullable Shape conv(Inference known, Node node, Shape x) {
    Shape w = known.shape(node.input(1));
    if (w == null || w.rank() != x.rank()) {
      return null;
    }
    long group = node.integer("group", 1);
    if (x.dim(1) != Shape.UNKNOWN && x.dim(1) != w.dim(1) * group) {
      throw new Contradiction(
          "wants " + w.dim(1) * group + " channels and gets " + x.dim(1) + " (" + x + ")");
    }
    Shape bias = node.has(2) ? known.shape(node.input(2)) : null;
    if (bias != null && bias.isStatic() && bias.elements() != w.dim(0)) {
      throw new Contradiction("gives " + w.dim(0) + " channels, but has a bias of " + bias);
    }
    long[] kernel = Arrays.copyOfRange(w.toArray(), 2, w.rank());
    return windows(node, x, w.dim(0), kernel);
  }

  private static @Nullable Shape pool(Node node, Shape x) {
    long[] kernel = node.integers("kernel_shape");
    return kernel == null ? null : windows(node, x, x.dim(1), kernel);
  }

  private static Shape windows(Node node, Shape x, long channels, long[] kernel) {
    int n = kernel.length;
    long[] strides = orElse(node.integers("strides"), n, 1);
    long[] dilations = orElse(node.integers("dilations"), n, 1);
    long[] pads = orElse(node.integers("pads"), 2 * n, 0);
    String auto = node.text("auto_pad", "NOTSET");
    boolean ceil = node.integer("ceil_mode", 0) == 1;
    long[] dims = new long[n + 2];
    dims[0] = x.dim(0);
    dims[1] = channels;
    for (int i = 0; i < n; i++) {
      long size = x.dim(i + 2);
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

  private static @Nullable Shape convTranspose(Inference known, Node node, Shape x) {
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
    dims[0] = x.dim(0);
    dims[1] = w.dim(1) * node.integer("group", 1);
    for (int i = 0; i < n; i++) {
      long size = x.dim(i + 2);
      dims[i + 2] =
          fixed != null
              ? fixed[i]
              : size == Shape.UNKNOWN
                  ? Shape.UNKNOWN
                  : strides[i] * (size - 1)
                      + extra[i]
                      + (w.dim(i + 2) - 1) * dilations[i]
                      + 1
                      - pads[i]
                      - pads[i + n];
    }
    return Shape.of(dims);
  }

  private static Shape globalPool(Shape x) {
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

  private static long ceilDiv(long a, long b) {
    return -Math.floorDiv(-a, b);
  }

  private static @Nullable Shape resize(Inference known, Node node, Shape x) {
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
            x.dim(i) == Shape.UNKNOWN || Double.isNaN(scales.data()[i])
                ? Shape.UNKNOWN
                : (long) Math.floor(x.dim(i) * scales.data()[i]);
      }
    }
    return Shape.of(dims);
  }

  private static @Nullable Shape pad(Inference known, Node node, Shape x) {
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

  // ---- layout

  private static @Nullable Shape concat(Inference known, Node node) {
    Shape first = known.shape(node.input(0));
    if (first == null) {
      return null;
    }
    int axis = axis(node, "axis", 1, first.rank());
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
              dims[i] == Shape.UNKNOWN || next.dim(i) == Shape.UNKNOWN
                  ? Shape.UNKNOWN
                  : dims[i] + next.dim(i);
        } else if (dims[i] == Shape.UNKNOWN) {
          dims[i] = next.dim(i);
        } else if (next.dim(i) != Shape.UNKNOWN && next.dim(i) != dims[i]) {
          throw new Contradiction("cannot join " + first + " and " + next);
        }
      }
    }
    return Shape.of(dims);
  }

  private static @Nullable Shape reshape(Inference known, Node node, Shape x) {
    long[] target = node.integers("shape");
    Value value = known.value(node.input(1));
    if (target != null) {
      return reshape(x, target, null);
    }
    if (value != null) {
      return reshape(x, value.dims(), value);
    }
    Shape length = known.shape(node.input(1));
    if (length == null || length.rank() != 1 || !length.isStatic() || length.dim(0) > 64) {
      return null;
    }
    long[] unknown = new long[(int) length.dim(0)];
    Arrays.fill(unknown, Shape.UNKNOWN);
    return Shape.of(unknown);
  }

  static Shape reshape(Shape x, long[] target, @Nullable Value value) {
    long[] dims = target.clone();
    int rest = -1;
    boolean open = false;
    long product = 1;
    for (int i = 0; i < dims.length; i++) {
      if (dims[i] == 0) {
        dims[i] = x.dim(i); // ONNX: zero keeps the dimension
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
      long dim = x.dim(i);
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

  private static Shape transpose(Node node, Shape x) {
    return new Shape(
        Arrays.stream(permutation(node, x.rank())).mapToObj(axis -> x.dim(axis)).toList());
  }

  static @Nullable Shape squeeze(Inference known, Node node, Shape x) {
    long[] axes = axes(known, node, 1);
    if (axes == null && (!x.isStatic() || node.has(1))) {
      return null;
    }
    List<Long> dims = new ArrayList<>();
    for (int i = 0; i < x.rank(); i++) {
      if (axes == null ? x.dim(i) != 1 : !contains(axes, i, x.rank())) {
        dims.add(x.dim(i));
      }
    }
    return new Shape(dims);
  }

  static @Nullable Shape unsqueeze(Inference known, Node node, Shape x) {
    long[] axes = axes(known, node, 1);
    if (axes == null) {
      return null;
    }
    int rank = x.rank() + axes.length;
    List<Long> dims = new ArrayList<>();
    int from = 0;
    for (int i = 0; i < rank; i++) {
      dims.add(contains(axes, i, rank) ? 1L : x.dim(from++));
    }
    return new Shape(dims);
  }

  private static boolean contains(long[] axes, int axis, int rank) {
    return Arrays.stream(axes).anyMatch(a -> (a < 0 ? a + rank : a) == axis);
  }

  private static @Nullable Shape slice(Inference known, Node node, Shape x) {
    Slicing slicing = Slicing.of(known, node, x);
    return slicing == null ? null : slicing.shape();
  }

  private static @Nullable Shape gather(Inference known, Node node, Shape x) {
    Shape indices = known.shape(node.input(1));
    if (indices == null) {
      return null;
    }
    int axis = axis(node, "axis", 0, x.rank());
    List<Long> dims = new ArrayList<>(x.dims().subList(0, axis));
    dims.addAll(indices.dims());
    dims.addAll(x.dims().subList(axis + 1, x.rank()));
    return new Shape(dims);
  }

  private static List<@Nullable Shape> split(Inference known, Node node) {
    Shape x = known.shape(node.input(0));
    long[] parts = x == null ? null : parts(known, node, x);
    if (x == null || parts == null) {
      return List.of();
    }
    int axis = axis(node, "axis", 0, x.rank());
    List<@Nullable Shape> shapes = new ArrayList<>();
    for (long part : parts) {
      long[] dims = x.toArray();
      dims[axis] = part;
      shapes.add(Shape.of(dims));
    }
    return shapes;
  }

  static long @Nullable [] parts(Inference known, Node node, Shape x) {
    long[] attribute = node.integers("split");
    if (attribute != null) {
      return attribute;
    }
    if (node.has(1)) {
      Value value = known.value(node.input(1));
      return value == null ? null : value.dims();
    }
    long size = x.dim(axis(node, "axis", 0, x.rank()));
    int n = node.outputs().size();
    long[] parts = new long[n];
    long each = size == Shape.UNKNOWN ? Shape.UNKNOWN : ceilDiv(size, n);
    Arrays.fill(parts, each);
    if (each != Shape.UNKNOWN) {
      parts[n - 1] = size - each * (n - 1);
    }
    return parts;
  }

  private static @Nullable Shape tile(Inference known, Node node, Shape x) {
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

  private static Shape depthToSpace(Shape x, long block) {
    return Shape.of(
        x.dim(0),
        scaled(x.dim(1), 1, block * block),
        scaled(x.dim(2), block, 1),
        scaled(x.dim(3), block, 1));
  }

  private static Shape spaceToDepth(Shape x, long block) {
    return Shape.of(
        x.dim(0),
        scaled(x.dim(1), block * block, 1),
        scaled(x.dim(2), 1, block),
        scaled(x.dim(3), 1, block));
  }

  private static long scaled(long dim, long times, long by) {
    return dim == Shape.UNKNOWN ? dim : dim * times / by;
  }

  // ---- products and reductions

  private static @Nullable Shape matMul(Shape a, @Nullable Shape b) {
    if (b == null || a.rank() < 2 || b.rank() < 2) {
      return null;
    }
    Shape batch =
        broadcast(
            new Shape(a.dims().subList(0, a.rank() - 2)),
            new Shape(b.dims().subList(0, b.rank() - 2)));
    List<Long> dims = new ArrayList<>(batch.dims());
    dims.add(a.dim(-2));
    dims.add(b.dim(-1));
    return new Shape(dims);
  }

  private static @Nullable Shape gemm(Inference known, Node node, Shape a) {
    Shape b = known.shape(node.input(1));
    return b == null
        ? null
        : Shape.of(
            a.dim(node.integer("transA", 0) == 1 ? 1 : 0),
            b.dim(node.integer("transB", 0) == 1 ? 0 : 1));
  }

  private static @Nullable Shape reduce(Inference known, Node node, Shape x) {
    long[] axes = axes(known, node, 1);
    if (axes == null && (node.has(1) || node.integer("noop_with_empty_axes", 0) == 1)) {
      return null;
    }
    return reduced(x, axes, node.integer("keepdims", 1) == 1);
  }

  private static Shape reduced(Shape x, long @Nullable [] axes, boolean keep) {
    List<Long> dims = new ArrayList<>();
    for (int i = 0; i < x.rank(); i++) {
      if (axes != null && !contains(axes, i, x.rank())) {
        dims.add(x.dim(i));
      } else if (keep) {
        dims.add(1L);
      }
    }
    return new Shape(dims);
  }

  private static Shape topK(Inference known, Node node, Shape x) {
    Value k = known.value(node.input(1));
    long[] dims = x.toArray();
    dims[axis(node, "axis", -1, dims.length)] =
        k != null && k.isWhole() ? (long) k.data()[0] : node.integer("k", Shape.UNKNOWN);
    return Shape.of(dims);
  }
}
