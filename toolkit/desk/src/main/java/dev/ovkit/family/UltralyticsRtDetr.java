package dev.ovkit.family;

import dev.ovkit.layout.BoxForm;
import dev.ovkit.layout.BoxesAndScores;
import dev.ovkit.runtime.Shape;
import java.util.Optional;

/**
 * RT-DETR as Ultralytics exports it: {@code [1, N, 4 + classes]}, or {@code [1, N, 6]} with the
 * best of them; centre and size in 0..1.
 */
public final class UltralyticsRtDetr implements DetectorFamily {

  @Override
  public String name() {
    return "RT-DETR by Ultralytics";
  }

  @Override
  public Preprocessing preprocessing() {
    return Preprocessing.STRETCHED_TO_UNIT;
  }

  @Override
  public Optional<Recognition> recognise(DetectorGraph detector) {
    if (detector.graph().outputs().size() != 1 || !detector.attends()) {
      return Optional.empty();
    }
    String output = detector.graph().outputs().iterator().next();
    Shape shape = detector.outputShape(output);
    if (shape == null || shape.rank() != 3 || shape.dimension(2) < 5) {
      return Optional.empty();
    }
    CandidateColumns columns = CandidateColumns.of(detector, output, 2);
    BoxArithmetic boxes = columns.boxes();
    BoxForm form =
        BoxForm.of(
            boxes.corners() == BoxArithmetic.Corners.TWO_CORNERS,
            boxes.unit() != BoxArithmetic.Unit.PIXELS);
    if (shape.dimension(2) == 6 && new ClassNumbers(detector).areChosen(output)) {
      ClassNumbers.Numbering numbering =
          new ClassNumbers(detector).numbering(output, columns.column(5));
      return numbering.classes() == 0 || columns.againstObjects().isPresent()
          ? Optional.empty()
          : FoundLayout.rows(this, detector, output, form, numbering).recognised();
    }
    CandidateColumns.Kind kind = columns.afterBox();
    // What attends may also describe a picture by features, which have any number of columns.
    if (kind != CandidateColumns.Kind.SCORES && kind != CandidateColumns.Kind.RAW
        || boxes.corners() == BoxArithmetic.Corners.REORDERED) {
      return Optional.empty();
    }
    int classes = (int) shape.dimension(2) - 4;
    boolean logits = kind == CandidateColumns.Kind.RAW;
    return FoundLayout.of(
            this,
            new BoxesAndScores(output, output, form, false, logits, true, classes),
            "queries: %s, then a %s for each of %d classes; nothing is suppressed after it"
                .formatted(form.words(), logits ? "logit" : "score", classes))
        .recognised();
  }
}
