package dev.ovkit.family;

import dev.ovkit.layout.RankedClasses;
import dev.ovkit.model.DetectorSpec;
import dev.ovkit.model.Resize;
import dev.ovkit.onnx.Node;
import dev.ovkit.runtime.Shape;
import java.util.Map;
import java.util.Optional;

/** Classification of YOLOv8, 11 and 26: {@code [1, classes]}, probabilities. */
public final class YoloClassify implements DetectorFamily {

  @Override
  public String name() {
    return "YOLO classification";
  }

  @Override
  public Preprocessing preprocessing() {
    return Preprocessing.RGB_TO_UNIT.with(new Resize(Resize.Mode.CENTRE_CROP, 0));
  }

  @Override
  public boolean reads(Map<String, String> notes) {
    return TaskOutput.isNoted(notes, DetectorSpec.Task.CLASSIFY);
  }

  @Override
  public Optional<Recognition> recognise(DetectorGraph detector) {
    Optional<String> output = TaskOutput.ofRank(detector, 2);
    if (output.isEmpty() || detector.graph().outputs().size() != 1) {
      return Optional.empty();
    }
    Shape shape = detector.graph().shape(output.get());
    if (shape == null || shape.dimension(0) != 1 || shape.dimension(1) < 1) {
      return Optional.empty();
    }
    Node last = detector.graph().producer(output.get());
    while (last != null && (last.is("Identity") || last.is("Cast"))) {
      last = detector.graph().producer(last.input(0));
    }
    if (last == null || !last.is("Softmax")) {
      return Optional.of(
          Recognition.refused(
              "it is a classifier, but its output '%s' is not the result of a softmax, so its scores are no probabilities"
                  .formatted(output.get())));
    }
    int classes = (int) shape.dimension(1);
    return FoundLayout.of(
            this,
            new RankedClasses(output.get(), classes),
            "a probability for each of %d classes of the whole picture".formatted(classes))
        .recognised();
  }
}
