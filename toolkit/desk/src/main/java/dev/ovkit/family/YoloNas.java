package dev.ovkit.family;

import dev.ovkit.layout.BoxForm;
import dev.ovkit.layout.BoxesAndScores;
import java.util.Optional;

/**
 * YOLO-NAS: boxes {@code [1, N, 4]}, x1, y1, x2, y2 in pixels, and scores {@code [1, N, classes]}.
 */
public final class YoloNas implements DetectorFamily {

  @Override
  public String name() {
    return "YOLO-NAS";
  }

  @Override
  public Preprocessing preprocessing() {
    return Preprocessing.RGB_TO_UNIT;
  }

  @Override
  public Optional<Recognition> recognise(DetectorGraph detector) {
    SplitOutputs outputs =
        SplitOutputs.of(detector)
            .filter(o -> !o.classesFirst() && o.areProbabilities(detector) && !detector.attends())
            .filter(o -> detector.outputRank(o.boxes()) == 3)
            .orElse(null);
    if (outputs == null) {
      return Optional.empty();
    }
    BoxArithmetic boxes = outputs.arithmetic(detector);
    String differs =
        outputs.kind(detector) != CandidateColumns.Kind.SCORES
            ? "its scores are shares of one, of which the first or the last may be the background's"
            : boxes.corners() == BoxArithmetic.Corners.REORDERED
                ? CandidateColumns.REORDERED
                : boxes.corners() == BoxArithmetic.Corners.UNSAID
                    ? "its graph does not show what the numbers of a box are, as where anchors are added later"
                    : "";
    if (!differs.isEmpty()) {
      return Optional.of(
          Recognition.refused("it gives boxes and scores apart, but %s".formatted(differs)));
    }
    BoxForm form =
        BoxForm.of(
            boxes.corners() == BoxArithmetic.Corners.TWO_CORNERS,
            boxes.unit() == BoxArithmetic.Unit.SHARES);
    return FoundLayout.of(
            this,
            new BoxesAndScores(
                outputs.boxes(), outputs.scores(), form, false, false, false, outputs.classes()),
            "%s, and %d scores done".formatted(form.words(), outputs.classes()))
        .recognised();
  }
}
