package dev.ovkit.family;

import dev.ovkit.onnx.Graph;
import dev.ovkit.onnx.Node;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** Why a graph is none that ovkit reads, in words: its operators, its task, or its layout. */
final class Foreign {

  private static final int MOST_SHOWN = 6;

  /** What computes in 8 bits; that weights are kept in 8 bits alone does no harm. */
  private static final Set<String> EIGHT_BIT =
      Set.of(
          "QuantizeLinear",
          "DynamicQuantizeLinear",
          "QLinearConv",
          "QLinearMatMul",
          "ConvInteger",
          "MatMulInteger");

  /** Returns why no graph with these operators can be read, if so. */
  static Optional<String> operators(Graph graph) {
    for (Node node : graph.nodes()) {
      String op = node.op();
      if (EIGHT_BIT.contains(op)) {
        return Optional.of(
            "it is INT8 already (%s), which OpenVINO computes otherwise than ONNX Runtime does; export it in float and make it INT8 with 'ovkit quantize'"
                .formatted(op));
      }
      if (op.contains("EfficientNMS_TRT") || op.contains("BatchedNMS")) {
        return Optional.of(
            "it holds %s, an operator of TensorRT that OpenVINO does not know; export it without TensorRT's suppression (YOLOv7: --grid alone, or --end2end --max-wh 640)"
                .formatted(op));
      }
      if (op.contains("DecodeImage") || op.contains("ImageDecoder")) {
        return Optional.of(
            "it decodes picture files itself (%s), which OpenVINO cannot; export it without pre-processing"
                .formatted(op));
      }
    }
    return Optional.empty();
  }

  /** Returns why no family reads a graph. */
  static Recognition unread(Map<String, String> notes, DetectorGraph detector) {
    Graph graph = detector.graph();
    String outputs = outputs(graph);
    String task = notes.getOrDefault("task", "detect");
    if (!task.equals("detect")) {
      return Recognition.settled(
          "its exporter notes the task '%s', of which this form is not read: %s"
              .formatted(task, outputs));
    }
    String family = notes.get("model_family");
    if (family != null) {
      return Recognition.settled(
          "its exporter notes the family '%s', of which this form is not read: %s"
              .formatted(family, outputs));
    }
    if (graph.count("NonMaxSuppression") > 0) {
      return Recognition.settled(
          "suppression is in its graph (NonMaxSuppression), in a form that is not read: "
              + outputs);
    }
    if (detector.branches().isEmpty()) {
      return Recognition.refused(
          "no convolution leads to its outputs, which are %s".formatted(outputs));
    }
    return Recognition.refused(
        "its last convolutions form no known heads: %s; its outputs are %s"
            .formatted(convolutions(detector.branches()), outputs));
  }

  private static String outputs(Graph graph) {
    return graph.outputs().stream()
        .limit(MOST_SHOWN)
        .map(name -> name + " " + (graph.shape(name) == null ? "of any shape" : graph.shape(name)))
        .collect(Collectors.joining(", ", "", graph.outputs().size() > MOST_SHOWN ? ", …" : ""));
  }

  private static String convolutions(List<Branch> last) {
    return last.stream()
        .limit(MOST_SHOWN)
        .map(branch -> branch.node().title() + " " + branch.shape())
        .collect(Collectors.joining(", ", "", last.size() > MOST_SHOWN ? ", …" : ""));
  }

  private Foreign() {}
}
