package dev.ovkit.family;

import dev.ovkit.layout.BoxForm;
import dev.ovkit.layout.BoxesAndScores;
import dev.ovkit.layout.EndToEnd;
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
    if (shape.dimension(2) == 6 && new ClassNumbers(detector).areChosen(output)) {
      int classes = new ClassNumbers(detector).count(output);
      return classes == 0
          ? Optional.empty()
          : FoundLayout.of(
                  this,
                  new EndToEnd(output, BoxForm.CENTRE_UNIT, classes),
                  "a row an object: centre and size in 0..1, score, class; nothing is suppressed after it")
              .recognised();
    }
    int classes = (int) shape.dimension(2) - 4;
    return FoundLayout.of(
            this,
            BoxesAndScores.joined(output, BoxForm.CENTRE_UNIT, false, true, classes),
            "queries: centre and size in 0..1, then a score for each of %d classes; nothing is suppressed after it"
                .formatted(classes))
        .recognised();
  }
}
