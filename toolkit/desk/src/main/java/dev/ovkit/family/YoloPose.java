package dev.ovkit.family;

import dev.ovkit.layout.Poses;
import dev.ovkit.model.DetectorSpec;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/** Key points of YOLOv8, 11 and 26; how many an object has is noted as {@code kpt_shape}. */
public final class YoloPose implements DetectorFamily {

  @Override
  public String name() {
    return "YOLO pose";
  }

  @Override
  public Preprocessing preprocessing() {
    return Preprocessing.RGB_TO_UNIT;
  }

  @Override
  public boolean reads(Map<String, String> notes) {
    return TaskOutput.isNoted(notes, DetectorSpec.Task.POSE);
  }

  @Override
  public Optional<Recognition> recognise(DetectorGraph detector) {
    List<Integer> shape =
        Pattern.compile("\\d{1,4}")
            .matcher(detector.noted("kpt_shape"))
            .results()
            .map(match -> Integer.valueOf(match.group()))
            .toList();
    if (shape.size() != 2 || shape.get(0) < 1 || shape.get(1) < 2 || shape.get(1) > 3) {
      return Optional.of(
          Recognition.refused(
              "its exporter notes the task 'pose', but not how many key points an object has (kpt_shape is '%s', expected such as [17, 3])"
                  .formatted(detector.noted("kpt_shape"))));
    }
    int points = shape.get(0);
    int dimensions = shape.get(1);
    if (detector.graph().outputs().size() != 1) {
      return Optional.empty();
    }
    return TaskOutput.ofRank(detector, 3)
        .flatMap(
            output ->
                TaskOutput.of(detector, output, points * dimensions)
                    .map(table -> pose(table, points, dimensions))
                    .or(() -> Optional.of(misfit(detector, output))));
  }

  private Recognition pose(TaskOutput table, int points, int dimensions) {
    return Recognition.of(
        FoundLayout.of(
                this,
                new Poses(table.tensor(), table.endToEnd(), points, dimensions, table.classes()),
                table.words("%d key points of %d numbers".formatted(points, dimensions)))
            .with(name() + ": its own output is kept", TaskOutput::withSplit));
  }

  private static Recognition misfit(DetectorGraph detector, String output) {
    return Recognition.refused(
        "its exporter notes key points of the shape %s and %d class names, which its output '%s' %s does not fit"
            .formatted(
                detector.noted("kpt_shape"),
                detector.labels().size(),
                output,
                detector.outputShape(output)));
  }
}
