package dev.ovkit.family;

import dev.ovkit.onnx.Graph;
import dev.ovkit.onnx.Node;
import dev.ovkit.runtime.Shape;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;

/**
 * Signs that raw maps of YOLOv5's shape are another family's, whose boxes are coded otherwise or
 * belong to other anchors. The maps themselves do not show it; the network before them may.
 */
final class RawMapEvidence {

  private static final int SEVERAL = 4;

  /** Activations between a convolution and its reader; each value keeps its place. */
  private static final Set<String> ACTIVATIONS =
      Set.of("Mul", "Sigmoid", "LeakyRelu", "Relu", "HardSwish", "HardSigmoid", "Silu", "Swish");

  /** Returns what speaks against YOLOv5, in words. */
  static Optional<String> against(DetectorGraph detector) {
    Graph graph = detector.graph();
    for (Node node : graph.nodes()) {
      if (node.is("Mish") || node.is("Softplus")) {
        return Optional.of("its activation is Mish, as in YOLOv4");
      }
      if (node.is("Concat") && convolutions(graph, node) >= SEVERAL) {
        return Optional.of(
            "%s joins %d branches of convolutions, as YOLOv7 does"
                .formatted(node.title(), convolutions(graph, node)));
      }
      if (node.is("Add") && addsUpsampled(graph, node)) {
        return Optional.of(
            "%s adds an enlarged map to another, where YOLOv5 joins them".formatted(node.title()));
      }
    }
    return comeCoarseFirst(graph)
        ? Optional.of("its maps come from coarse to fine, as in Darknet's YOLOv3 and YOLOv4")
        : Optional.empty();
  }

  private static long convolutions(Graph graph, Node concat) {
    return concat.inputs().stream().filter(input -> isConvolved(graph, input)).count();
  }

  private static boolean isConvolved(Graph graph, String tensor) {
    Node node = graph.producer(tensor);
    while (node != null && ACTIVATIONS.contains(node.op())) {
      node = graph.producer(node.input(0));
    }
    return node != null && (node.is("Conv") || node.is("BatchNormalization"));
  }

  private static boolean addsUpsampled(Graph graph, Node add) {
    return add.inputs().stream()
        .map(graph::producer)
        .filter(Objects::nonNull)
        .anyMatch(node -> node.is("Resize") || node.is("Upsample"));
  }

  private static boolean comeCoarseFirst(Graph graph) {
    List<Long> heights =
        graph.outputs().stream()
            .map(graph::shape)
            .filter(shape -> shape != null && shape.rank() >= 4)
            .map(RawMapEvidence::height)
            .toList();
    return heights.size() > 1 && heights.get(0) < heights.get(heights.size() - 1);
  }

  private static long height(Shape map) {
    return map.dimension(2);
  }

  private RawMapEvidence() {}
}
