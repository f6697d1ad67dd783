package dev.ovkit.onnx;

import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.TensorProto.DataType;
import dev.ovkit.runtime.Shape;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Walks a graph once, in order, and notes the type of every tensor and the numbers of the small
 * ones. It knows the operators that YOLO graphs are made of; what comes out of another is unknown,
 * unless the file says it.
 */
final class Inference {

  /** Larger tensors are weights or grids of a size that no rule needs. */
  private static final int MAX_FOLDED = 1 << 17;

  /** For all tensors together; what is computed beyond it counts as unknown. */
  private static final long MOST_NUMBERS = 1 << 23;

  /** A graph that contradicts itself: shapes that cannot meet in one operator. */
  static final class Contradiction extends RuntimeException {
    private static final long serialVersionUID = 1;

    Contradiction(String message) {
      super(message);
    }
  }

  private final Map<String, TensorType> declared;
  private final Map<String, TensorProto> constants;
  private final Map<String, TensorType> types;
  private final Map<String, Value> values;
  private @Nullable String contradiction;
  private long numbers;

  /**
   * @param declared types of the graph's inputs and, as a last resort, of inner tensors
   */
  Inference(Map<String, TensorType> declared, Map<String, TensorProto> constants) {
    this(declared, constants, new HashMap<>(), new HashMap<>());
  }

  /** What an earlier walk found. */
  Inference(
      Map<String, TensorType> declared,
      Map<String, TensorProto> constants,
      Map<String, TensorType> types,
      Map<String, Value> values) {
    this.declared = declared;
    this.constants = constants;
    this.types = types;
    this.values = values;
  }

  void run(Iterable<String> inputs, Iterable<Node> nodes) {
    inputs.forEach(name -> types.put(name, declared.getOrDefault(name, TensorType.UNKNOWN)));
    constants.forEach(
        (name, tensor) ->
            types.put(name, new TensorType(tensor.getDataType(), Tensors.shape(tensor))));
    nodes.forEach(this::visit);
  }

  Map<String, TensorType> types() {
    return types;
  }

  Map<String, Value> values() {
    return values;
  }

  /** The first place where shapes cannot meet, in words; null where there is none. */
  @Nullable String contradiction() {
    return contradiction;
  }

  private void visit(Node node) {
    List<Value> folded = List.of();
    List<@Nullable Shape> shapes = List.of();
    try {
      folded = fold(node);
      shapes =
          folded.isEmpty()
              ? ShapeRules.shapes(this, node)
              : new ArrayList<>(folded.stream().map(Value::shape).toList());
    } catch (Contradiction e) {
      if (contradiction == null) {
        contradiction = node.title() + " (" + node.op() + ") " + e.getMessage();
      }
    } catch (RuntimeException e) {
      // A node with missing inputs or senseless attributes: nothing is known of what it gives.
      shapes = List.of();
    }
    for (int i = 0; i < node.outputs().size(); i++) {
      String name = node.outputs().get(i);
      if (i < folded.size()) {
        values.put(name, folded.get(i));
        numbers += folded.get(i).size();
      }
      Shape shape = i < shapes.size() ? shapes.get(i) : null;
      TensorType said = declared.getOrDefault(name, TensorType.UNKNOWN);
      int element = elementType(node, i);
      types.put(
          name,
          new TensorType(
              element == 0 ? said.element() : element, shape == null ? said.shape() : shape));
    }
  }

  private List<Value> fold(Node node) {
    if (numbers > MOST_NUMBERS) {
      return List.of();
    }
    for (String input : node.inputs()) {
      if (!input.isEmpty() && !node.is("Shape") && !node.is("Size") && value(input) == null) {
        return List.of();
      }
    }
    return Folding.fold(this, node, MAX_FOLDED);
  }

  /** The known numbers of a tensor, or null. */
  @Nullable Value value(String name) {
    Value value = values.get(name);
    TensorProto tensor = constants.get(name);
    if (value == null && tensor != null && holdsAtMost(tensor, MAX_FOLDED)) {
      value = Value.of(tensor);
      if (value != null) {
        values.put(name, value);
      }
    }
    return value;
  }

  private static boolean holdsAtMost(TensorProto tensor, int elements) {
    Shape shape = Tensors.shape(tensor);
    return fitsIntoMemory(shape) && shape.elements() <= elements;
  }

  @Nullable Shape shape(String name) {
    return types.getOrDefault(name, TensorType.UNKNOWN).shape();
  }

  private int elementType(Node node, int output) {
    return switch (node.op()) {
      case "Constant" -> {
        TensorProto tensor = node.constant();
        yield tensor == null ? 0 : tensor.getDataType();
      }
      case "ConstantOfShape" -> {
        var value = node.attribute("value");
        yield value == null ? DataType.FLOAT_VALUE : value.getT().getDataType();
      }
      case "Cast" -> (int) node.integer("to", 0);
      case "Shape", "Size", "NonZero", "ArgMax", "ArgMin", "NonMaxSuppression" ->
          DataType.INT64_VALUE;
      case "Equal", "Less", "LessOrEqual", "Greater", "GreaterOrEqual", "Not", "And", "Or" ->
          DataType.BOOL_VALUE;
      case "TopK" -> output == 1 ? DataType.INT64_VALUE : elementOf(node, 0);
      case "Where" -> elementOf(node, 1);
      case "DequantizeLinear" -> elementOf(node, 1);
      case "QuantizeLinear" -> node.has(2) ? elementOf(node, 2) : DataType.UINT8_VALUE;
      case "If", "Loop", "Scan" -> 0;
      default -> node.op().contains("::") ? 0 : elementOf(node, 0);
    };
  }

  private int elementOf(Node node, int input) {
    return types.getOrDefault(node.input(input), TensorType.UNKNOWN).element();
  }

  /** Whether an array of the JVM could hold the elements of this static shape. */
  static boolean fitsIntoMemory(Shape shape) {
    try {
      return shape.elements() < Integer.MAX_VALUE;
    } catch (ArithmeticException e) {
      return false;
    }
  }
}
