package dev.ovkit.family;

import dev.ovkit.layout.Layouts;
import dev.ovkit.onnx.Node;
import dev.ovkit.runtime.Shape;
import java.util.Optional;

/** YOLOv6: {@code [1, cells, 5 + classes]}, centre and size in pixels, and an objectness of 1. */
public final class Yolov6 implements DetectorFamily {

  @Override
  public String name() {
    return "YOLOv6";
  }

  @Override
  public Preprocessing preprocessing() {
    return Preprocessing.RGB_TO_UNIT;
  }

  @Override
  public Optional<Recognition> recognise(DetectorGraph detector) {
    if (detector.graph().outputs().size() != 1) {
      return Optional.empty();
    }
    String output = detector.graph().outputs().iterator().next();
    Shape shape = detector.outputShape(output);
    if (shape == null || shape.rank() != 3 || shape.dimension(2) < 6) {
      return Optional.empty();
    }
    int classes = (int) shape.dimension(2) - 5;
    boolean joined =
        detector.gridsOf(classes).stream().mapToLong(detector::cells).sum() == shape.dimension(1)
            && detector.before(output).stream().anyMatch(node -> addsOnes(detector, node));
    if (!joined) {
      return Optional.empty();
    }
    BoxArithmetic boxes = CandidateColumns.of(detector, output, 2).boxes();
    boolean another =
        boxes.unit() == BoxArithmetic.Unit.SHARES
            || boxes.corners() == BoxArithmetic.Corners.TWO_CORNERS
            || boxes.corners() == BoxArithmetic.Corners.REORDERED;
    return another
        ? Optional.of(
            Recognition.refused(
                "it has YOLOv6's output, but its boxes are not centre and size in pixels"))
        : FoundLayout.of(
                this,
                Layouts.pixelRows(output, classes),
                "centre and size in pixels, an objectness of 1, and %d scores done"
                    .formatted(classes))
            .recognised();
  }

  /** A column that no convolution computes. */
  private static boolean addsOnes(DetectorGraph detector, Node node) {
    return node.is("Concat")
        && node.inputs().size() > 2
        && node.inputs().stream()
            .filter(input -> detector.graph().isConstant(input))
            .map(input -> detector.graph().shape(input))
            .anyMatch(shape -> shape != null && shape.rank() == 3 && shape.dimension(2) == 1);
  }
}
