package dev.ovkit.family;

import ai.onnx.proto.OnnxMl.TensorProto;
import dev.ovkit.onnx.Graph;
import dev.ovkit.onnx.OnnxModel;
import dev.ovkit.runtime.Shape;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Finished boxes as three outputs, an object at the same place of each.
 *
 * @param boxes {@code [1, N, 4]} or {@code [N, 4]}
 * @param scores {@code [1, N]} or {@code [N]}
 * @param classes of the same form, whole numbers
 */
record Lists(String boxes, String scores, String classes) {

  /** Finds them by element type and rank. */
  static Optional<Lists> of(DetectorGraph detector) {
    Graph graph = detector.graph();
    List<String> numbers = new ArrayList<>();
    List<String> wholes = new ArrayList<>();
    for (String output : graph.outputs()) {
      Shape shape = detector.outputShape(output);
      boolean single = shape != null && shape.rank() == 2 && shape.dimension(1) == 1;
      if (detector.isInteger(output) && !single && !isCount(shape)) {
        wholes.add(output);
      } else if (graph.type(output).element() == TensorProto.DataType.FLOAT_VALUE) {
        numbers.add(output);
      }
    }
    if (numbers.size() != 2 || wholes.size() != 1) {
      return Optional.empty();
    }
    boolean first = isBoxes(detector, numbers.get(0), numbers.get(1));
    boolean second = isBoxes(detector, numbers.get(1), numbers.get(0));
    if (first == second) {
      return Optional.empty();
    }
    return Optional.of(
        new Lists(numbers.get(first ? 0 : 1), numbers.get(first ? 1 : 0), wholes.get(0)));
  }

  private static boolean isCount(@Nullable Shape shape) {
    return shape != null && shape.rank() == 1 && shape.dimension(0) == 1;
  }

  private static boolean isBoxes(DetectorGraph detector, String boxes, String scores) {
    Shape shape = detector.outputShape(boxes);
    Shape other = detector.outputShape(scores);
    return shape != null
        && shape.rank() >= 2
        && shape.dimension(shape.rank() - 1) == 4
        && (other == null || other.rank() == shape.rank() - 1);
  }

  /**
   * The rows, as many as a run may give at most, the best first.
   *
   * @param count how many of the rows there are count; the others are left out
   */
  OnnxModel best(OnnxModel model, Optional<String> count, long rows) {
    Tail tail = new Tail(model);
    String counted = scores;
    if (count.isPresent()) {
      String before =
          tail.op("Less", List.of(tail.places(rows), tail.reshape(tail.real(count.get()), 1)));
      counted = tail.op("Mul", List.of(tail.reshape(scores, -1), tail.real(before)));
    }
    return tail.end(tail.best(tail.join(boxes, counted, classes)));
  }

  OnnxModel joined(OnnxModel model) {
    Tail tail = new Tail(model);
    return tail.end(tail.join(boxes, scores, classes));
  }
}
