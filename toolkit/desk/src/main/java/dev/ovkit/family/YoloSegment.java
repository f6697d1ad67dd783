package dev.ovkit.family;

import dev.ovkit.layout.Segments;
import dev.ovkit.model.DetectorSpec;
import dev.ovkit.runtime.Shape;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/**
 * Instance segmentation of YOLOv8, 11 and 26: candidates with coefficients, and prototypes {@code
 * [1, coefficients, H / 4, W / 4]}.
 */
public final class YoloSegment implements DetectorFamily {

  @Override
  public String name() {
    return "YOLO segmentation";
  }

  @Override
  public Preprocessing preprocessing() {
    return Preprocessing.RGB_TO_UNIT;
  }

  @Override
  public boolean reads(Map<String, String> notes) {
    return TaskOutput.isNoted(notes, DetectorSpec.Task.SEGMENT);
  }

  @Override
  public Optional<Recognition> recognise(DetectorGraph detector) {
    Optional<String> prototypes = TaskOutput.ofRank(detector, 4);
    if (prototypes.isEmpty() || detector.graph().outputs().size() != 2) {
      return Optional.empty();
    }
    Shape maps = Objects.requireNonNull(detector.outputShape(prototypes.get()));
    int coefficients = (int) maps.dimension(1);
    return TaskOutput.ofRank(detector, 3)
        .flatMap(output -> TaskOutput.of(detector, output, coefficients))
        .flatMap(
            table ->
                FoundLayout.of(
                        this,
                        new Segments(
                            table.tensor(),
                            table.endToEnd(),
                            prototypes.get(),
                            coefficients,
                            table.classes()),
                        table.words("%d coefficients of the prototypes".formatted(coefficients)))
                    .with(name() + ": its own outputs are kept", TaskOutput::withSplit)
                    .recognised());
  }
}
