package dev.ovkit.family;

import dev.ovkit.layout.RotatedBoxes;
import dev.ovkit.model.DetectorSpec;
import java.util.Map;
import java.util.Optional;

/** Oriented boxes of YOLOv8, 11 and 26: the angle in radians is the last number. */
public final class YoloRotated implements DetectorFamily {

  @Override
  public String name() {
    return "YOLO oriented boxes";
  }

  @Override
  public Preprocessing preprocessing() {
    return Preprocessing.RGB_TO_UNIT;
  }

  @Override
  public boolean reads(Map<String, String> notes) {
    return TaskOutput.isNoted(notes, DetectorSpec.Task.OBB);
  }

  @Override
  public Optional<Recognition> recognise(DetectorGraph detector) {
    if (detector.graph().outputs().size() != 1) {
      return Optional.empty();
    }
    return TaskOutput.ofRank(detector, 3)
        .flatMap(output -> TaskOutput.of(detector, output, 1))
        .flatMap(
            table ->
                FoundLayout.of(
                        this,
                        new RotatedBoxes(table.tensor(), table.endToEnd(), table.classes()),
                        table.words("angle in radians"))
                    .with(name() + ": its own output is kept", TaskOutput::withSplit)
                    .recognised());
  }
}
