package dev.ovkit.family;

import dev.ovkit.layout.BoxForm;
import dev.ovkit.layout.EndToEnd;
import dev.ovkit.model.Colour;
import dev.ovkit.model.Resize;
import dev.ovkit.onnx.OnnxModel;
import dev.ovkit.runtime.Shape;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.BinaryOperator;
import java.util.function.UnaryOperator;

/**
 * SSD and others that suppress in the graph and give lists: boxes, scores and classes, perhaps with
 * a count, or the indices that NonMaxSuppression selected beside all boxes and scores.
 */
public final class GraphNms implements DetectorFamily {

  private static final Preprocessing SSD =
      new Preprocessing(
          Colour.RGB,
          "SSD is trained on RGB, and cameras and OpenCV give BGR",
          List.of(127f),
          List.of(128f),
          "SSD is trained around 0; a graph cannot show another choice: --mean, --scale-values",
          new Resize(Resize.Mode.STRETCH, 0),
          "as SSD does it");

  @Override
  public String name() {
    return "NMS in the graph";
  }

  @Override
  public Preprocessing preprocessing() {
    return SSD;
  }

  @Override
  public Optional<Recognition> recognise(DetectorGraph detector) {
    int outputs = detector.graph().outputs().size();
    if (outputs != 3 && outputs != 4
        || detector.graph().nodes().stream()
            .noneMatch(node -> node.is("NonMaxSuppression") || node.is("If"))) {
      return Optional.empty();
    }
    Optional<Recognition> selected = outputs == 3 ? selected(detector) : Optional.empty();
    return selected.isPresent() ? selected : lists(detector, outputs == 4);
  }

  private Optional<Recognition> lists(DetectorGraph detector, boolean counted) {
    Lists lists = Lists.of(detector).orElse(null);
    if (lists == null || detector.attends()) {
      return Optional.empty();
    }
    Optional<String> count =
        detector.graph().outputs().stream()
            .filter(o -> !List.of(lists.boxes(), lists.scores(), lists.classes()).contains(o))
            .findFirst();
    int classes = new ClassNumbers(detector).upTo(lists.classes(), List.of(lists.classes()));
    if (classes == 0 || counted && detector.rowsOf(lists.scores()) < 1) {
      return Optional.empty();
    }
    return found(
        detector,
        lists.boxes(),
        classes,
        model -> lists.best(model, count, detector.rowsOf(lists.scores())));
  }

  private Optional<Recognition> found(
      DetectorGraph detector, String boxes, int classes, UnaryOperator<OnnxModel> joined) {
    BoxForm form = BoxForm.of(true, detector.isShare(boxes));
    FoundLayout found =
        FoundLayout.of(
                this,
                new EndToEnd(Tail.rows(detector), form, classes),
                "a row an object: %s, score, class; nothing is suppressed after it"
                    .formatted(form.words()))
            .with("its lists joined, the best %d rows".formatted(Tail.MOST), joined);
    if (detector.normalises()) {
      return found.with(Preprocessing.STRETCHED_TO_UNIT).recognised();
    }
    boolean softmax = detector.graph().nodes().stream().anyMatch(node -> node.is("Softmax"));
    return found.with(softmax ? SSD : Preprocessing.RGB_TO_UNIT).recognised();
  }

  /** Boxes {@code [1, N, 4]}, scores {@code [1, classes, N]}, indices {@code [n, 3]}. */
  private Optional<Recognition> selected(DetectorGraph detector) {
    List<String> numbers = new ArrayList<>();
    String indices = "";
    for (String output : detector.graph().outputs()) {
      if (!detector.isInteger(output)) {
        numbers.add(output);
      } else if (detector.outputRank(output) == 2) {
        indices = output;
      }
    }
    if (numbers.size() != 2 || indices.isEmpty()) {
      return Optional.empty();
    }
    boolean first = detector.isBoxes(numbers.get(0));
    String boxes = numbers.get(first ? 0 : 1);
    String scores = numbers.get(first ? 1 : 0);
    Shape all = detector.graph().shape(scores);
    if (!detector.isBoxes(boxes)
        || all == null
        || all.rank() != 3
        || !all.isStatic()
        || detector.rowsOf(boxes) != all.dimension(2)) {
      return Optional.empty();
    }
    String chosen = indices;
    return found(
        detector,
        boxes,
        (int) all.dimension(1),
        model -> picked(model, boxes, scores, chosen, all.dimension(2)));
  }

  private static OnnxModel picked(
      OnnxModel model, String boxes, String scores, String indices, long count) {
    Tail tail = new Tail(model);
    BinaryOperator<String> times = (a, b) -> tail.op("Mul", List.of(a, b));
    String classes = tail.gather(indices, 1, tail.longs(1));
    String places = tail.gather(indices, 1, tail.longs(2));
    String flat = tail.op("Add", List.of(times.apply(classes, tail.longs(count)), places));
    String box = tail.gather(tail.reshape(boxes, -1, 4), 0, tail.reshape(places, -1));
    String score = tail.gather(tail.reshape(scores, -1), 0, tail.reshape(flat, -1));
    return tail.end(tail.best(tail.join(box, score, classes)));
  }
}
