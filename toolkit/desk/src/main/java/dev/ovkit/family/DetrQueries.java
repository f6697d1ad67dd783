package dev.ovkit.family;

import dev.ovkit.layout.BoxForm;
import dev.ovkit.layout.BoxesAndScores;
import dev.ovkit.onnx.Node;
import dev.ovkit.onnx.Nodes.Attr;
import dev.ovkit.onnx.OnnxModel;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Detection transformers that leave choosing to the client: RT-DETR and D-FINE as Hugging Face
 * exports them ({@code logits}, {@code pred_boxes}), and RF-DETR ({@code dets}, {@code labels}).
 * Scores want a sigmoid, boxes are shares of the input, and each class of each query may be an
 * object. DETR itself and YOLOS want a softmax.
 */
public final class DetrQueries implements DetectorFamily {

  private static final Set<String> MOVING =
      Set.of("Identity", "Gather", "Slice", "Squeeze", "Unsqueeze", "Reshape", "Cast");

  @Override
  public String name() {
    return "DETR queries";
  }

  @Override
  public Preprocessing preprocessing() {
    return Preprocessing.STRETCHED_TO_UNIT;
  }

  @Override
  public Optional<Recognition> recognise(DetectorGraph detector) {
    SplitOutputs outputs = SplitOutputs.of(detector).orElse(null);
    if (outputs == null
        || outputs.classesFirst()
        || !detector.attends()
        || outputs.areProbabilities(detector)) {
      return Optional.empty();
    }
    BoxArithmetic boxes = outputs.arithmetic(detector);
    if (boxes.corners() == BoxArithmetic.Corners.REORDERED) {
      return Optional.of(
          Recognition.refused("it gives queries, but " + CandidateColumns.REORDERED));
    }
    BoxForm form =
        BoxForm.of(
            boxes.corners() == BoxArithmetic.Corners.TWO_CORNERS,
            boxes.unit() != BoxArithmetic.Unit.PIXELS);
    if (guessesBoxes(detector, outputs.boxes())) {
      return detr(detector, outputs, form).recognised();
    }
    FoundLayout found =
        FoundLayout.of(
            this,
            new BoxesAndScores(
                outputs.boxes(), outputs.scores(), form, false, true, true, outputs.classes()),
            "queries: %s, and logits of %d classes, of which a sigmoid makes scores; nothing is suppressed after it"
                .formatted(form.words(), outputs.classes()));
    // RF-DETR's backbone sees patches and its sides are exponentials; it is trained on ImageNet's
    // mean and deviation.
    boolean exponential = detector.before(outputs.boxes()).stream().anyMatch(n -> n.is("Exp"));
    return exponential || detector.seesPatches()
        ? found.with(Preprocessing.STRETCHED_AS_IMAGENET).recognised()
        : found.recognised();
  }

  /**
   * Whether a linear layer gives whole boxes, as in DETR and YOLOS; those that came after start
   * from a reference point.
   */
  private static boolean guessesBoxes(DetectorGraph detector, String boxes) {
    Node node = detector.graph().producer(boxes);
    while (node != null && MOVING.contains(node.op())) {
      node = detector.graph().producer(node.input(0));
    }
    return node != null
        && node.is("Sigmoid")
        && CandidateColumns.kind(detector, node.input(0)) == CandidateColumns.Kind.RAW;
  }

  /** Classes are shares of one, and the last of them is that of no object. */
  private FoundLayout detr(DetectorGraph detector, SplitOutputs outputs, BoxForm form) {
    int classes = outputs.classes() - 1;
    return FoundLayout.of(
            this,
            new BoxesAndScores(
                outputs.boxes(), Tail.rows(detector), form, false, false, true, classes),
            "queries as DETR's: %s, and %d classes, of which a softmax makes scores; nothing is suppressed after it"
                .formatted(form.words(), classes))
        .with(
            "a softmax of its logits, without the last class, which is that of no object",
            model -> softened(model, outputs.scores(), classes))
        .with(Preprocessing.STRETCHED_AS_IMAGENET);
  }

  private static OnnxModel softened(OnnxModel model, String logits, int classes) {
    Tail tail = new Tail(model);
    String shares = tail.op("Softmax", List.of(logits), Attr.of("axis", 2L));
    return tail.end(
        tail.op("Slice", List.of(shares, tail.longs(0), tail.longs(classes), tail.longs(2))));
  }
}
