package dev.ovkit.onnx;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.TensorProto.DataType;
import dev.ovkit.runtime.Shape;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.DoubleBinaryOperator;
import java.util.function.DoubleUnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Computes operators on known numbers: the arithmetic on shapes that an exporter leaves in a graph
 * that nobody simplified, and grids and anchors. Integers stay exact up to 2^53.
 */
final class Folding {

  private Folding() {}

  /** What the node gives, or an empty list where it is unknown or would be too large. */
  static List<Value> fold(Inference known, Node node, int limit) {
    Value constant = constant(node);
    if (constant != null) {
      return constant.size() > limit ? List.of() : List.of(constant);
    }
    List<Value> inputs = new ArrayList<>();
    if (node.is("Shape") || node.is("Size")) {
      Value value = ofShape(node, known.shape(node.input(0)));
      return value == null ? List.of() : List.of(value);
    }
    for (String input : node.inputs()) {
      Value value = known.value(input);
      if (value != null) {
        inputs.add(value);
      }
    }
    if (inputs.isEmpty()) {
      return List.of();
    }
    if (node.is("Range")) { // its shape is known only with its numbers
      Value range = range(inputs, limit);
      return range == null ? List.of() : List.of(range);
    }
    List<@Nullable Shape> shapes = ShapeRules.shapes(known, node);
    for (Shape shape : shapes) {
      if (shape == null || !shape.isStatic() || shape.elements() > limit) {
        return List.of();
      }
    }
    List<Value> moved = move(known, node, inputs, limit);
    if (!moved.isEmpty()) {
      return moved;
    }
    Value computed = compute(node, inputs, shapes.isEmpty() ? null : shapes.get(0));
    return computed == null ? List.of() : List.of(computed);
  }

  private static @Nullable Value constant(Node node) {
    TensorProto tensor = node.constant();
    return tensor == null ? null : Value.of(tensor);
  }

  private static @Nullable Value ofShape(Node node, @Nullable Shape shape) {
    if (shape == null) {
      return null;
    }
    if (node.is("Size")) {
      double size = shape.isStatic() ? shape.elements() : Double.NaN;
      return new Value(Shape.of(), true, new double[] {size});
    }
    int from = ShapeRules.axis(node, "start", 0, shape.rank());
    int to = ShapeRules.axis(node, "end", shape.rank(), shape.rank());
    double[] data = new double[Math.max(0, to - from)];
    for (int i = 0; i < data.length; i++) {
      long dim = shape.dimension(from + i);
      data[i] = dim == Shape.UNKNOWN ? Double.NaN : dim;
    }
    return new Value(Shape.of(data.length), true, data);
  }

  /**
   * What operators give that only move elements about; empty for others.
   *
   * @param inputs only the first is moved, except by Concat
   */
  static List<Value> move(Inference known, Node node, List<Value> inputs, int limit) {
    Value x = inputs.get(0);
    List<@Nullable Shape> shapes = ShapeRules.shapes(known, node);
    Shape to = shapes.isEmpty() ? null : shapes.get(0);
    if (to == null || !to.isStatic() || to.elements() > limit) {
      return List.of();
    }
    return switch (node.op()) {
      case "Identity", "Dropout" -> List.of(x);
      case "Reshape", "Squeeze", "Unsqueeze", "Flatten" -> List.of(x.reshaped(to));
      case "Transpose" -> {
        int[] axes = LayoutShapes.permutation(node, x.shape().rank());
        long[] steps = Value.steps(x.shape());
        yield List.of(x.strided(to, 0, Arrays.stream(axes).mapToLong(a -> steps[a]).toArray()));
      }
      case "Expand" -> List.of(x.broadcast(to));
      case "Slice" -> {
        Slicing slicing = Slicing.of(known, node, x.shape());
        if (slicing == null) {
          yield List.of();
        }
        long[] steps = Value.steps(x.shape());
        long start = 0;
        for (int i = 0; i < steps.length; i++) {
          start += slicing.starts()[i] * steps[i];
          steps[i] *= slicing.steps()[i];
        }
        yield List.of(x.strided(to, start, steps));
      }
      case "Split" -> {
        int axis = ShapeRules.axis(node, "axis", 0, x.shape().rank());
        long[] steps = Value.steps(x.shape());
        List<Value> parts = new ArrayList<>();
        long start = 0;
        for (Shape part : shapes) {
          if (part == null) {
            yield List.of();
          }
          parts.add(x.strided(part, start, steps));
          start += part.dimension(axis) * steps[axis];
        }
        yield parts;
      }
      case "Concat" -> List.of(concat(node, to, inputs));
      default -> List.of();
    };
  }

  private static Value concat(Node node, Shape to, List<Value> inputs) {
    int axis = ShapeRules.axis(node, "axis", 1, to.rank());
    long[] steps = Value.steps(to);
    double[] data = new double[Math.toIntExact(to.elements())];
    long outer = axis == 0 ? 1 : to.elements() / steps[axis - 1];
    int start = 0;
    for (Value input : inputs) {
      int run = (int) (input.shape().dimension(axis) * steps[axis]);
      for (int i = 0; i < outer; i++) {
        int row = (int) (i * steps[axis] * to.dimension(axis));
        System.arraycopy(input.data(), i * run, data, row + start, run);
      }
      start += run;
    }
    return new Value(to, inputs.get(0).integer(), data);
  }

  private static @Nullable Value compute(Node node, List<Value> in, @Nullable Shape to) {
    Value x = in.get(0);
    return switch (node.op()) {
      case "Add" -> binary(in, to, Double::sum);
      case "Sub" -> binary(in, to, (a, b) -> a - b);
      case "Mul" -> binary(in, to, (a, b) -> a * b);
      case "Div" -> binary(in, to, x.integer() ? (a, b) -> truncated(a / b) : (a, b) -> a / b);
      case "Mod" -> binary(in, to, (a, b) -> a - b * Math.floor(a / b));
      case "Pow" -> binary(in, to, Math::pow);
      case "Min" -> binary(in, to, Math::min);
      case "Max" -> binary(in, to, Math::max);
      case "Equal" -> whole(in) ? binary(in, to, (a, b) -> a == b ? 1 : 0) : null;
      case "Less" -> whole(in) ? binary(in, to, (a, b) -> a < b ? 1 : 0) : null;
      case "Greater" -> whole(in) ? binary(in, to, (a, b) -> a > b ? 1 : 0) : null;
      case "Not" -> unary(x, a -> a == 0 ? 1 : 0);
      case "Where" -> where(in, to);
      case "Neg" -> unary(x, a -> -a);
      case "Abs" -> unary(x, Math::abs);
      case "Floor" -> unary(x, Math::floor);
      case "Ceil" -> unary(x, Math::ceil);
      case "Round" -> unary(x, Math::rint);
      case "Sqrt" -> unary(x, Math::sqrt);
      case "Exp" -> unary(x, Math::exp);
      case "Cast" -> cast(x, (int) node.integer("to", 0));
      case "Gather" -> gather(in, to);
      case "ConstantOfShape" -> filled(node, to);
      case "ReduceProd" -> x.shape().rank() == 1 ? reduceProd(x, to) : null;
      default -> null;
    };
  }

  private static double truncated(double number) {
    return number < 0 ? Math.ceil(number) : Math.floor(number);
  }

  private static boolean whole(List<Value> in) {
    return in.stream().allMatch(Value::isWhole);
  }

  private static Value unary(Value x, DoubleUnaryOperator operator) {
    return new Value(x.shape(), x.integer(), Arrays.stream(x.data()).map(operator).toArray());
  }

  private static @Nullable Value binary(
      List<Value> in, @Nullable Shape to, DoubleBinaryOperator operator) {
    if (to == null || in.size() != 2) {
      return null;
    }
    double[] a = in.get(0).broadcast(to).data();
    double[] b = in.get(1).broadcast(to).data();
    double[] result = new double[a.length];
    for (int i = 0; i < result.length; i++) {
      result[i] = operator.applyAsDouble(a[i], b[i]);
    }
    return new Value(to, in.get(0).integer(), result);
  }

  private static @Nullable Value where(List<Value> in, @Nullable Shape to) {
    if (to == null || in.size() != 3 || !in.get(0).isWhole()) {
      return null;
    }
    double[] condition = in.get(0).broadcast(to).data();
    double[] yes = in.get(1).broadcast(to).data();
    double[] no = in.get(2).broadcast(to).data();
    double[] result = new double[condition.length];
    for (int i = 0; i < result.length; i++) {
      result[i] = condition[i] != 0 ? yes[i] : no[i];
    }
    return new Value(to, in.get(1).integer(), result);
  }

  private static Value cast(Value x, int type) {
    boolean integer = Tensors.isInteger(type);
    Value cast = integer && !x.integer() ? unary(x, Folding::truncated) : x;
    return new Value(cast.shape(), integer, cast.data());
  }

  private static @Nullable Value gather(List<Value> in, @Nullable Shape to) {
    Value x = in.get(0);
    if (to == null || in.size() != 2 || x.shape().rank() != 1 || !in.get(1).isWhole()) {
      return null;
    }
    double[] indices = in.get(1).data();
    return x.picked(to, i -> (int) (indices[i] < 0 ? indices[i] + x.size() : indices[i]));
  }

  private static @Nullable Value filled(Node node, @Nullable Shape to) {
    if (to == null || !to.isStatic()) {
      return null;
    }
    AttributeProto value = node.attribute("value");
    Value one =
        value == null
            ? new Value(Shape.of(1), Tensors.isInteger(DataType.FLOAT_VALUE), new double[1])
            : Value.of(value.getT());
    return one == null || one.size() != 1 ? null : one.picked(to, i -> 0);
  }

  private static @Nullable Value range(List<Value> in, int limit) {
    if (in.size() != 3 || !whole(in)) {
      return null;
    }
    double start = in.get(0).data()[0];
    double step = in.get(2).data()[0];
    double length = Math.max(0, Math.ceil((in.get(1).data()[0] - start) / step));
    if (!(length <= limit)) {
      return null;
    }
    double[] data = new double[(int) length];
    for (int i = 0; i < data.length; i++) {
      data[i] = start + i * step;
    }
    return new Value(Shape.of(data.length), in.get(0).integer(), data);
  }

  private static @Nullable Value reduceProd(Value x, @Nullable Shape to) {
    double product = Arrays.stream(x.data()).reduce(1, (a, b) -> a * b);
    return to == null ? null : new Value(to, x.integer(), new double[] {product});
  }
}
