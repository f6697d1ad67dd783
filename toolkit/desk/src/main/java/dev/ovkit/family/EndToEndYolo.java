package dev.ovkit.family;

import dev.ovkit.layout.BoxForm;
import dev.ovkit.onnx.Node;
import dev.ovkit.runtime.Shape;
import java.util.Optional;
import java.util.Set;

/**
 * YOLOv10, YOLO26, and YOLOv8 or 11 exported with {@code nms=True}: {@code [1, N, 6]}, a row an
 * object; x1, y1, x2, y2 in pixels, score, class.
 */
public final class EndToEndYolo implements DetectorFamily {

  /** Four numbers of a box, its score, its class. */
  private static final int COLUMNS = 6;

  /** Fewer than candidates without suppression would be. */
  private static final int MOST_ROWS = 1000;

  @Override
  public String name() {
    return "YOLO end to end";
  }

  @Override
  public Preprocessing preprocessing() {
    return Preprocessing.RGB_TO_UNIT;
  }

  /** Rows that are the best of many, or what a suppression left. */
  @Override
  public Optional<Recognition> recognise(DetectorGraph detector) {
    if (detector.graph().outputs().size() != 1) {
      return Optional.empty();
    }
    String output = detector.graph().outputs().iterator().next();
    Shape shape = detector.graph().shape(output);
    if (shape == null
        || shape.rank() != 3
        || shape.dimension(2) != COLUMNS
        || shape.dimension(1) > MOST_ROWS) {
      return Optional.empty();
    }
    Set<Node> tail = detector.before(output);
    boolean chosen = tail.stream().anyMatch(n -> n.is("TopK") || n.is("NonMaxSuppression"));
    CandidateColumns columns = CandidateColumns.of(detector, output, 2);
    ClassNumbers.Numbering numbering =
        new ClassNumbers(detector).numbering(output, columns.column(COLUMNS - 1));
    // Detection transformers choose rows too, but their boxes are shares of the input.
    if (!chosen || detector.attends() || numbering.classes() == 0) {
      return Optional.empty();
    }
    Optional<String> against = columns.againstObjects();
    if (against.isPresent()) {
      return Optional.of(
          Recognition.refused(
              "its output '%s' has a row an object, but %s".formatted(output, against.get())));
    }
    BoxArithmetic boxes = columns.boxes();
    BoxForm form =
        BoxForm.of(
            boxes.corners() != BoxArithmetic.Corners.CENTRE_AND_SIZE,
            boxes.unit() == BoxArithmetic.Unit.SHARES);
    // A suppression in the graph compares corners.
    boolean shown =
        boxes.corners() != BoxArithmetic.Corners.UNSAID
            || tail.stream().anyMatch(node -> node.is("NonMaxSuppression"));
    return FoundLayout.rows(this, detector, output, form, numbering).assuming(!shown).recognised();
  }
}
