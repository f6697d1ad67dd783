package dev.ovkit.onnx;

import dev.ovkit.runtime.Shape;
import java.util.HashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * How large the tensors of a graph may be. A file of a hundred bytes can ask for any amount of
 * memory, which the converter would take before anything can be said.
 */
final class GraphBounds {

  /** One tensor: 1 GiB as f32. The largest one of a detector on 4K frames has half of that. */
  private static final long MOST_ELEMENTS = 1L << 28;

  /** All that is computed from constants alone: grids and anchors have some 100,000. */
  private static final long MOST_FOLDED = 1L << 25;

  private GraphBounds() {}

  /** Says in words that follow the file's name which tensor is too large; null if none is. */
  static @Nullable String excess(Graph graph) {
    Set<String> constants = new HashSet<>();
    long folded = 0;
    for (Node node : graph.nodes()) {
      boolean constant =
          node.reads().stream()
              .allMatch(name -> graph.isConstant(name) || constants.contains(name));
      for (String output : node.outputs()) {
        long elements = elements(graph.shape(output));
        if (elements > MOST_ELEMENTS) {
          return "cannot be computed: the tensor '%s' (%s) has more than %d elements"
              .formatted(output, graph.shape(output), MOST_ELEMENTS);
        }
        if (constant) {
          constants.add(output);
          folded += node.is("Constant") ? 0 : elements;
        }
      }
      if (folded > MOST_FOLDED) {
        return "computes more than %d numbers from constants alone, the last in '%s'; simplify it first"
            .formatted(MOST_FOLDED, node.title());
      }
    }
    return null;
  }

  /** Zero where the size is not known. */
  private static long elements(@Nullable Shape shape) {
    if (shape == null || !shape.isStatic()) {
      return 0;
    }
    try {
      return shape.elements();
    } catch (ArithmeticException e) {
      return Long.MAX_VALUE;
    }
  }
}
