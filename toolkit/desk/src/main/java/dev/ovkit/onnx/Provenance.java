package dev.ovkit.onnx;

import dev.ovkit.runtime.Shape;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Follows single numbers through the layout operators of a head's tail, to learn where each element
 * of an output comes from. That is the only way to tell rows in order from rows that a missing
 * transpose has scrambled: both have the same shape.
 */
public final class Provenance {

  /** Elements of the output; following more would cost more than the answer is worth. */
  private static final int MAX_ELEMENTS = 10_000_000;

  private Provenance() {}

  /**
   * For each element of {@code target} its number in {@code heads}, counted through all of them in
   * the order given; null if the way cannot be followed.
   */
  public static @Nullable Value trace(Graph graph, List<String> heads, String target) {
    Shape end = graph.staticShape(target);
    if (end == null || end.elements() > MAX_ELEMENTS) {
      return null;
    }
    Map<String, Value> ids = new HashMap<>();
    double next = 0;
    for (String head : heads) {
      Shape shape = graph.staticShape(head);
      if (shape == null || shape.elements() > MAX_ELEMENTS) {
        return null;
      }
      double[] data = new double[(int) shape.elements()];
      for (int i = 0; i < data.length; i++) {
        data[i] = next++;
      }
      ids.put(head, new Value(shape, true, data));
    }
    Inference known = graph.known();
    try {
      for (Node node : graph.nodes()) {
        List<Value> moved = ids.containsKey(node.output()) ? List.of() : moved(known, node, ids);
        for (int i = 0; i < moved.size(); i++) {
          ids.put(node.outputs().get(i), moved.get(i));
        }
      }
    } catch (RuntimeException e) {
      return null; // a node with senseless attributes: as in Inference, nothing is known behind it
    }
    return ids.get(target);
  }

  private static List<Value> moved(Inference known, Node node, Map<String, Value> ids) {
    List<Value> inputs = new ArrayList<>();
    for (String input : node.inputs()) {
      Value value = ids.get(input);
      if (value != null) {
        inputs.add(value);
      }
    }
    if (inputs.isEmpty()) {
      return List.of();
    }
    Value x = inputs.get(0);
    return switch (node.op()) {
      case "Identity",
          "Dropout",
          "Reshape",
          "Squeeze",
          "Unsqueeze",
          "Flatten",
          "Transpose",
          "Slice",
          "Split" ->
          Folding.move(known, node, inputs, MAX_ELEMENTS);
      case "Concat" ->
          inputs.size() == node.inputs().size()
              ? Folding.move(known, node, inputs, MAX_ELEMENTS)
              : List.of();
      case "Sigmoid", "Exp", "Cast", "Clip", "Add", "Sub", "Mul", "Div", "Pow", "ScatterND" -> {
        boolean one = inputs.stream().allMatch(v -> v.data() == x.data()) || node.is("ScatterND");
        yield one && x.shape().equals(known.shape(node.output())) ? List.of(x) : List.of();
      }
      default -> List.of();
    };
  }
}
