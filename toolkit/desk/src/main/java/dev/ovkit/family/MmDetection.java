package dev.ovkit.family;

import dev.ovkit.layout.BoxForm;
import dev.ovkit.layout.EndToEnd;
import dev.ovkit.model.Resize;
import dev.ovkit.onnx.OnnxModel;
import dev.ovkit.runtime.Shape;
import java.util.List;
import java.util.Optional;

/**
 * RTMDet and its kin as mmdeploy exports them: {@code dets [1, n, 5]}, x1, y1, x2, y2 in pixels and
 * score, and {@code labels [1, n]}, suppressed in the graph.
 */
public final class MmDetection implements DetectorFamily {

  @Override
  public String name() {
    return "MMDetection";
  }

  /** RTMDet's. */
  @Override
  public Preprocessing preprocessing() {
    return Preprocessing.BGR_AS_IMAGENET.with(new Resize(Resize.Mode.LETTERBOX_TOP_LEFT, 114));
  }

  @Override
  public Optional<Recognition> recognise(DetectorGraph detector) {
    String boxes = "";
    String labels = "";
    for (String output : detector.graph().outputs()) {
      Shape shape = detector.outputShape(output);
      if (detector.isInteger(output)) {
        labels = output;
      } else if (shape != null && shape.rank() == 3 && shape.dimension(2) == 5) {
        boxes = output;
      }
    }
    if (boxes.isEmpty() || labels.isEmpty() || detector.graph().outputs().size() != 2) {
      return Optional.empty();
    }
    int classes = new ClassNumbers(detector).upTo(labels, List.of(labels));
    if (classes == 0) {
      return Optional.empty();
    }
    String rows = boxes;
    String numbers = labels;
    FoundLayout found =
        FoundLayout.of(
                this,
                new EndToEnd(Tail.rows(detector), BoxForm.CORNER_PIXELS, classes),
                "a row an object: x1, y1, x2, y2 in pixels, score, class; nothing is suppressed after it")
            .with(
                "dets and labels joined, the best %d rows".formatted(Tail.MOST),
                model -> joined(model, rows, numbers));
    // A background among the classes is SSD's; RTMDet has none.
    boolean softmax = detector.graph().nodes().stream().anyMatch(node -> node.is("Softmax"));
    return softmax ? found.with(new GraphNms().preprocessing()).recognised() : found.recognised();
  }

  private static OnnxModel joined(OnnxModel model, String boxes, String labels) {
    Tail tail = new Tail(model);
    return tail.end(
        tail.best(
            tail.concat(
                2, tail.reshape(boxes, 1, -1, 5), tail.reshape(tail.real(labels), 1, -1, 1))));
  }
}
