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
    return SplitOutputs.of(detector)
        .filter(o -> !o.classesFirst() && o.areProbabilities(detector) && !detector.attends())
        .filter(o -> detector.outputRank(o.boxes()) == 3)
        .flatMap(
            o ->
                FoundLayout.of(
                        this,
                        new BoxesAndScores(
                            o.boxes(),
                            o.scores(),
                            BoxForm.CORNER_PIXELS,
                            false,
                            false,
                            false,
                            o.classes()),
                        "x1, y1, x2, y2 in pixels, and %d scores done".formatted(o.classes()))
                    .recognised());
  }
}
