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
        .flatMap(
            o ->
                FoundLayout.of(
                        this,
                        new BoxesAndScores(
                            o.boxes(),
                            o.scores(),
                            BoxForm.CORNER_UNIT,
                            false,
                            false,
                            false,
                            o.classes()),
                        "x1, y1, x2, y2 in 0..1, and %d scores done".formatted(o.classes()))
                    .recognised());
  }
}
