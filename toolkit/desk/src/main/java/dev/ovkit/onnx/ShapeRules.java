package dev.ovkit.onnx;

import dev.ovkit.onnx.Inference.Contradiction;
import dev.ovkit.runtime.Shape;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The shape of what an operator gives, for the operators of YOLO graphs. */
final class ShapeRules {

  /** The shape that one operator makes of its inputs; null where it is unknown. */
  private interface Rule {
    @Nullable Shape shape(Inference known, Node node);
  }

  /** A rule that needs the shape of the first input. */
  private interface RuleOfInput {
    @Nullable Shape shape(Inference known, Node node, Shape x);
  }

  private static final Map<String, Rule> RULES = new HashMap<>();

  private static void ofInput(String operators, RuleOfInput rule) {
    rule(
        operators,
        (known, node) -> {
          Shape x = known.shape(node.input(0));
          return x == null ? null : rule.shape(known, node, x);
        });
  }

  private static void rule(String operators, Rule rule) {
    for (String operator : operators.split(" ", -1)) {
      RULES.put(operator, rule);
    }
  }

  static {
    ofInput(
        "Relu LeakyRelu PRelu Elu Selu Sigmoid HardSigmoid HardSwish Tanh Softplus Mish Gelu Erf"
            + " Clip Exp Log Sqrt Reciprocal Abs Neg Floor Ceil Round Sign Not Sin Cos Identity"
            + " Dropout Cast Softmax LogSoftmax Hardmax BatchNormalization InstanceNormalization"
            + " LayerNormalization QuantizeLinear DequantizeLinear ScatterND ScatterElements"
            + " CumSum",
        (known, node, x) -> x);
    rule(
        "Add Sub Mul Div Pow Mod Min Max Sum Mean And Or Equal Less LessOrEqual Greater"
            + " GreaterOrEqual Where",
        ShapeRules::broadcast);
    ofInput("Expand", ShapeRules::expand);
    ofInput("MatMul", (known, node, x) -> matMul(x, known.shape(node.input(1))));
    ofInput("Gemm", ShapeRules::gemm);
    ofInput("ReduceMean ReduceMax ReduceMin ReduceSum ReduceProd ReduceL2", ShapeRules::reduce);
    ofInput("ArgMax ArgMin", (known, node, x) -> argument(node, x));
    ofInput("TopK", ShapeRules::topK);

    ofInput("Shape", (known, node, x) -> Shape.of(x.rank()));
    rule("Size", (known, node) -> Shape.of());
    rule(
        "Constant",
        (known, node) -> node.constant() == null ? null : Tensors.shape(node.constant()));
    rule("ConstantOfShape", (known, node) -> dims(known, node.input(0)));
    rule("GatherElements", (known, node) -> known.shape(node.input(1)));

    ofInput("Conv", WindowShapes::conv);
    ofInput("ConvTranspose", WindowShapes::convTranspose);
    ofInput("MaxPool AveragePool LpPool", (known, node, x) -> WindowShapes.pool(node, x));
    ofInput("GlobalAveragePool GlobalMaxPool", (known, node, x) -> WindowShapes.globalPool(x));
    ofInput("Resize Upsample", WindowShapes::resize);
    ofInput("Pad", WindowShapes::pad);

    rule("Concat", LayoutShapes::concat);
    ofInput("Reshape", LayoutShapes::reshape);
    ofInput(
        "Flatten", (known, node, x) -> LayoutShapes.flatten(x, axis(node, "axis", 1, x.rank())));
    ofInput("Transpose", (known, node, x) -> LayoutShapes.transpose(node, x));
    ofInput("Squeeze", LayoutShapes::squeeze);
    ofInput("Unsqueeze", LayoutShapes::unsqueeze);
    ofInput("Slice", LayoutShapes::slice);
    ofInput("Gather", LayoutShapes::gather);
    ofInput("Tile", LayoutShapes::tile);
    ofInput(
        "DepthToSpace",
        (known, node, x) -> LayoutShapes.depthToSpace(x, node.integer("blocksize", 1)));
    ofInput(
        "SpaceToDepth",
        (known, node, x) -> LayoutShapes.spaceToDepth(x, node.integer("blocksize", 1)));
  }

  private ShapeRules() {}

  /** One shape for each output; fewer, or null, where they are unknown. */
  static List<@Nullable Shape> shapes(Inference known, Node node) {
    if (node.is("Split")) {
      return LayoutShapes.split(known, node);
    }
    Rule rule = RULES.get(node.op());
    Shape one = rule == null ? null : rule.shape(known, node);
    return node.is("TopK") ? Arrays.asList(one, one) : Collections.singletonList(one);
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

  static boolean contains(long[] axes, int axis, int rank) {
    return Arrays.stream(axes).anyMatch(a -> (a < 0 ? a + rank : a) == axis);
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
      long left = i <= a.rank() ? a.dimension(-i) : 1;
      long right = i <= b.rank() ? b.dimension(-i) : 1;
      if (left != right && left > 1 && right > 1) {
        throw new Contradiction("cannot join " + a + " and " + b);
      }
      // An unknown one gives way to a known one, but not to 1.
      dims[rank - i] =
          left == right || right == 1 ? left : left == 1 ? right : Math.max(left, right);
    }
    return Shape.of(dims);
  }

  private static @Nullable Shape expand(Inference known, Node node, Shape x) {
    Shape target = dims(known, node.input(1));
    return target == null ? null : broadcast(x, target);
  }

  // ---- products and reductions

  private static @Nullable Shape matMul(Shape a, @Nullable Shape b) {
    if (b == null || a.rank() < 2 || b.rank() < 2) {
      return null;
    }
    Shape batch =
        broadcast(
            new Shape(a.dimensions().subList(0, a.rank() - 2)),
            new Shape(b.dimensions().subList(0, b.rank() - 2)));
    List<Long> dims = new ArrayList<>(batch.dimensions());
    dims.add(a.dimension(-2));
    dims.add(b.dimension(-1));
    return new Shape(dims);
  }

  private static @Nullable Shape gemm(Inference known, Node node, Shape a) {
    Shape b = known.shape(node.input(1));
    return b == null
        ? null
        : Shape.of(
            a.dimension(node.integer("transA", 0) == 1 ? 1 : 0),
            b.dimension(node.integer("transB", 0) == 1 ? 0 : 1));
  }

  private static @Nullable Shape reduce(Inference known, Node node, Shape x) {
    long[] axes = axes(known, node, 1);
    if (axes == null && (node.has(1) || node.integer("noop_with_empty_axes", 0) == 1)) {
      return null;
    }
    return reduced(x, axes, node.integer("keepdims", 1) == 1);
  }

  private static Shape argument(Node node, Shape x) {
    long[] axis = {node.integer("axis", 0)};
    return reduced(x, axis, node.integer("keepdims", 1) == 1);
  }

  private static Shape reduced(Shape x, long @Nullable [] axes, boolean keep) {
    List<Long> dims = new ArrayList<>();
    for (int i = 0; i < x.rank(); i++) {
      if (axes != null && !contains(axes, i, x.rank())) {
        dims.add(x.dimension(i));
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
