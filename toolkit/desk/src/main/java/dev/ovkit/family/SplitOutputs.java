package dev.ovkit.family;

import dev.ovkit.onnx.Graph;
import dev.ovkit.onnx.Node;
import dev.ovkit.runtime.Shape;
import java.util.List;
import java.util.Optional;

/**
 * Boxes and scores as two outputs, whatever their names and order.
 *
 * @param boxes {@code [1, N, 4]} or {@code [1, N, 1, 4]}
 * @param scores {@code [1, N, classes]} or {@code [1, classes, N]}
 */
record SplitOutputs(String boxes, String scores, boolean classesFirst, int classes) {

  /** Finds them in a graph that has these two outputs alone. */
  static Optional<SplitOutputs> of(DetectorGraph detector) {
    if (detector.graph().outputs().size() != 2) {
      return Optional.empty();
    }
    String[] outputs = detector.graph().outputs().toArray(String[]::new);
    Optional<SplitOutputs> first = of(detector, outputs[0], outputs[1]);
    Optional<SplitOutputs> second = of(detector, outputs[1], outputs[0]);
    // With four classes both have the shape of boxes.
    boolean swapped =
        first.isEmpty()
            || second.isPresent()
                && second.get().looksLikeScores(detector)
                && !first.get().looksLikeScores(detector);
    return swapped ? second : first;
  }

  private boolean looksLikeScores(DetectorGraph detector) {
    return detector.attends() ? isLinear(detector) : areProbabilities(detector);
  }

  /** Whether scores are what a linear layer gives. */
  private boolean isLinear(DetectorGraph detector) {
    Graph graph = detector.graph();
    Node node = graph.producer(scores);
    while (node != null
        && List.of("Gather", "Unsqueeze", "Squeeze", "Concat", "Identity", "Slice", "Reshape")
            .contains(node.op())) {
      node = graph.producer(node.input(0));
    }
    if (node != null && node.is("Add")) {
      boolean biasFirst = graph.isConstant(node.input(0));
      node = graph.producer(node.input(biasFirst ? 1 : 0));
    }
    return node != null && (node.is("MatMul") || node.is("Gemm"));
  }

  private static Optional<SplitOutputs> of(DetectorGraph detector, String boxes, String scores) {
    Shape box = detector.outputShape(boxes);
    Shape score = detector.outputShape(scores);
    if (box == null
        || score == null
        || score.rank() != 3
        || box.dimension(box.rank() - 1) != 4
        || !(box.rank() == 3 || (box.rank() == 4 && box.dimension(2) == 1))
        || detector.isInteger(scores)) {
      return Optional.empty();
    }
    long count = box.dimension(1);
    boolean classesFirst =
        count != Shape.UNKNOWN && score.dimension(1) != count && score.dimension(2) == count;
    long classes = score.dimension(classesFirst ? 1 : 2);
    boolean fits = classesFirst || score.dimension(1) == count;
    return fits && classes != Shape.UNKNOWN && classes > 0
        ? Optional.of(new SplitOutputs(boxes, scores, classesFirst, (int) classes))
        : Optional.empty();
  }

  /** What the scores are. */
  CandidateColumns.Kind kind(DetectorGraph detector) {
    return CandidateColumns.kind(detector, scores);
  }

  /** How the boxes are computed. */
  BoxArithmetic arithmetic(DetectorGraph detector) {
    return CandidateColumns.of(detector, boxes, detector.outputRank(boxes) - 1).boxes();
  }

  /** Whether the scores are shares of one: a sigmoid or a softmax is the last that counts. */
  boolean areProbabilities(DetectorGraph detector) {
    Graph graph = detector.graph();
    Node node = graph.producer(scores);
    while (node != null) {
      switch (node.op()) {
        case "Sigmoid", "Softmax", "HardSigmoid" -> {
          return true;
        }
        case "Transpose",
            "Reshape",
            "Concat",
            "Identity",
            "Slice",
            "Squeeze",
            "Unsqueeze",
            "Mul",
            "Sqrt",
            "Flatten",
            "Cast",
            "Gather",
            "Split" ->
            node = graph.producer(node.input(0));
        default -> {
          return false;
        }
      }
    }
    return false;
  }
}
