package dev.ovkit.family;

import static dev.ovkit.family.CandidateColumns.Kind.RAW;
import static dev.ovkit.family.CandidateColumns.Kind.SCORES;

import dev.ovkit.family.BoxArithmetic.Corners;
import dev.ovkit.family.BoxArithmetic.Unit;
import dev.ovkit.layout.BoxForm;
import dev.ovkit.layout.BoxesAndScores;
import dev.ovkit.layout.FlatColumns;
import dev.ovkit.onnx.OnnxModel;
import dev.ovkit.runtime.Shape;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * YOLOv8 and its kin: {@code [1, 4+nc, N]}, a column a candidate, boxes in pixels; also transposed,
 * and with boxes as shares of the input.
 */
public final class Yolov8 implements DetectorFamily {

  private static final BoxArithmetic CENTRE_PIXELS =
      new BoxArithmetic(Unit.PIXELS, Corners.CENTRE_AND_SIZE);

  @Override
  public String name() {
    return "YOLOv8";
  }

  @Override
  public Preprocessing preprocessing() {
    return Preprocessing.RGB_TO_UNIT;
  }

  /** The last output that fits: YOLOv9 in its training form gives the auxiliary head's first. */
  @Override
  public Optional<Recognition> recognise(DetectorGraph detector) {
    List<Recognition> all = new ArrayList<>();
    for (String output : detector.graph().outputs()) {
      Shape shape = detector.graph().shape(output);
      if (shape != null && shape.rank() == 3) {
        read(detector, output, shape, 1)
            .or(() -> read(detector, output, shape, 2))
            .ifPresent(all::add);
      }
    }
    List<Recognition> found = all.stream().filter(Recognition::isDetector).toList();
    if (found.size() < 2) {
      return found.isEmpty() ? all.stream().findFirst() : Optional.of(found.get(0));
    }
    FoundDetector last = found.get(found.size() - 1).detector().orElseThrow();
    return last instanceof Found columns
        ? Optional.of(Recognition.of(columns.lastOf(found.size())))
        : Optional.of(Recognition.refused("several of its outputs have YOLOv8's shape"));
  }

  private Optional<Recognition> read(DetectorGraph detector, String output, Shape shape, int axis) {
    int classes = (int) shape.dimension(axis) - 4;
    if (classes < 1) {
      return Optional.empty();
    }
    CandidateColumns columns = CandidateColumns.of(detector, output, axis);
    CandidateColumns.Kind kind = columns.afterBox();
    BoxArithmetic boxes = noted(columns.boxes(), detector);
    List<Branch> scores =
        detector.branches().stream()
            .filter(c -> c.stride() > 0 && c.channels() == classes)
            .toList();
    boolean alike = classes == 1 || columns.column(4).isEmpty();
    boolean named = detector.labels().isEmpty() || detector.labels().size() == classes;
    if (scores.isEmpty() && axis == 1 && kind == SCORES && boxes.equals(CENTRE_PIXELS)) {
      if (!alike || !named) {
        return Optional.empty(); // such as an objectness before the scores
      }
      // YOLO-World compares embeddings, so no convolution has as many channels as classes.
      scores = detector.branches().stream().filter(branch -> branch.stride() > 0).toList();
    }
    // With as many classes as box channels both kinds of branches have one shape.
    List<Integer> strides = scores.stream().map(Branch::stride).distinct().toList();
    int cells =
        scores.stream()
            .collect(Collectors.toMap(Branch::stride, Branch::cells, (a, b) -> a))
            .values()
            .stream()
            .mapToInt(Integer::intValue)
            .sum();
    boolean fits = strides.size() >= 2 && cells == shape.dimension(3 - axis);
    if (!fits || axis == 2 && boxes.corners() == Corners.UNSAID) {
      return Optional.empty();
    }
    String differs =
        kind != SCORES && kind != RAW
            ? "behind the box there is more than scores, such as key points or coefficients of masks; a task that its exporter notes would say what"
            : boxes.corners() == Corners.REORDERED ? CandidateColumns.REORDERED : "";
    if (!differs.isEmpty()) {
      return Optional.of(
          Recognition.refused(
              "its output '%s' has YOLOv8's shape, but %s".formatted(output, differs)));
    }
    BoxForm form = BoxForm.of(boxes.corners() == Corners.TWO_CORNERS, boxes.unit() == Unit.SHARES);
    boolean assumed = boxes.corners() == Corners.UNSAID;
    if (axis == 1 && kind == SCORES && form == BoxForm.CENTRE_PIXELS) {
      List<Remark> remarks = assumed ? List.of(unshown(form)) : List.of();
      return Optional.of(Recognition.of(new Found(this, output, strides, classes, remarks)));
    }
    return FoundLayout.of(
            this,
            new BoxesAndScores(output, output, form, axis == 1, kind == RAW, false, classes),
            "%s, and %d %s"
                .formatted(form.words(), classes, kind == RAW ? "logits" : "scores done"))
        .assuming(assumed)
        .recognised();
  }

  /** What the exporter noted of its boxes, where the graph does not show it. */
  private static BoxArithmetic noted(BoxArithmetic shown, DetectorGraph detector) {
    if (shown.corners() != Corners.UNSAID) {
      return shown;
    }
    return Stream.of("boxes", "box_format")
        .map(detector::noted)
        .flatMap(
            word ->
                switch (word) {
                  case "xyxy" -> Stream.of(Corners.TWO_CORNERS);
                  case "cxcywh" -> Stream.of(Corners.CENTRE_AND_SIZE);
                  default -> Stream.empty();
                })
        .findFirst()
        .map(corners -> new BoxArithmetic(shown.unit(), corners))
        .orElse(shown);
  }

  private static Remark unshown(BoxForm form) {
    return new Remark(
        Remark.Subject.DECODING,
        "in the graph",
        "its family's: " + form.words() + FoundLayout.UNSHOWN,
        true);
  }

  /** A detector of the family. */
  public record Found(
      Yolov8 family, String output, List<Integer> strides, int classes, List<Remark> remarks)
      implements FoundDetector {
    public Found {
      strides = List.copyOf(strides);
      remarks = List.copyOf(remarks);
    }

    /** The same as the last of several outputs that have its shape. */
    private Found lastOf(int outputs) {
      Remark assumed =
          new Remark(
              Remark.Subject.DECODING,
              "of the last output",
              "%d outputs have this shape; YOLOv9 gives its auxiliary head's before the main one's"
                  .formatted(outputs),
              true);
      return new Found(
          family,
          output,
          strides,
          classes,
          Stream.concat(remarks.stream(), Stream.of(assumed)).toList());
    }

    @Override
    public List<FoundHead> heads() {
      return List.of();
    }

    @Override
    public Optional<String> whyNoLazyHeads() {
      return Optional.of("YOLOv8 has no objectness that says which cells are worth computing");
    }

    @Override
    public LayoutChoice layout(OnnxModel model, List<String> outputs, boolean decodedLater) {
      return outputs.contains(output)
          ? new LayoutChoice(Optional.of(new FlatColumns(output, classes)), remarks)
          : LayoutChoice.NONE;
    }
  }
}
