package dev.ovkit.family;

import dev.ovkit.layout.BoxForm;
import dev.ovkit.layout.BoxesAndScores;
import java.util.Optional;

/**
 * YOLOv4 and YOLOv3 as pytorch-YOLOv4 exports them: boxes {@code [1, N, 1, 4]}, x1, y1, x2, y2 in
 * 0..1, and confidences {@code [1, N, classes]}.
 */
public final class Yolov4 implements DetectorFamily {

  @Override
  public String name() {
    return "YOLOv4";
  }

  @Override
  public Preprocessing preprocessing() {
    return Preprocessing.STRETCHED_TO_UNIT;
  }

  @Override
  public Optional<Recognition> recognise(DetectorGraph detector) {
    return SplitOutputs.of(detector)
        .filter(o -> !o.classesFirst() && detector.outputRank(o.boxes()) == 4)
        .filter(o -> o.areProbabilities(detector))
        .flatMap(outputs -> read(detector, outputs));
  }

  private Optional<Recognition> read(DetectorGraph detector, SplitOutputs outputs) {
    BoxArithmetic boxes = outputs.arithmetic(detector);
    if (boxes.corners() == BoxArithmetic.Corners.REORDERED) {
      return Optional.of(
          Recognition.refused("it has YOLOv4's outputs, but " + CandidateColumns.REORDERED));
    }
    BoxForm form =
        BoxForm.of(
            boxes.corners() != BoxArithmetic.Corners.CENTRE_AND_SIZE,
            boxes.unit() != BoxArithmetic.Unit.PIXELS);
    return FoundLayout.of(
            this,
            new BoxesAndScores(
                outputs.boxes(), outputs.scores(), form, false, false, false, outputs.classes()),
            "%s, and %d scores done".formatted(form.words(), outputs.classes()))
        .recognised();
  }
}
