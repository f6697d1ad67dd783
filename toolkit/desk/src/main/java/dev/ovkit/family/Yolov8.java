package dev.ovkit.family;

import dev.ovkit.layout.BoxForm;
import dev.ovkit.layout.BoxesAndScores;
import dev.ovkit.layout.FlatColumns;
import dev.ovkit.onnx.Graph;
import dev.ovkit.onnx.Node;
import dev.ovkit.onnx.OnnxModel;
import dev.ovkit.onnx.Value;
import dev.ovkit.runtime.Shape;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * YOLOv8 and its kin: {@code [1, 4+nc, N]}, a column a candidate, boxes in pixels; also transposed,
 * and with boxes as shares of the input.
 */
public final class Yolov8 implements DetectorFamily {

  @Override
  public String name() {
    return "YOLOv8";
  }

  @Override
  public Preprocessing preprocessing() {
    return Preprocessing.RGB_TO_UNIT;
  }

  @Override
  public Optional<Recognition> recognise(DetectorGraph detector) {
    for (String output : detector.graph().outputs()) {
      Shape shape = detector.graph().shape(output);
      if (shape == null || shape.rank() != 3) {
        continue;
      }
      boolean columns = shape.dimension(1) < shape.dimension(2);
      int classes = (int) Math.min(shape.dimension(1), shape.dimension(2)) - 4;
      if (classes < 1) {
        continue;
      }
      List<Branch> scores =
          detector.branches().stream()
              .filter(c -> c.stride() > 0 && c.channels() == classes)
              .toList();
      if (scores.isEmpty() && columns && isDecoded(detector.graph(), output)) {
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
      if (strides.size() < 2 || cells != Math.max(shape.dimension(1), shape.dimension(2))) {
        continue;
      }
      boolean unit = isDividedBySize(detector, output);
      if (columns && !unit) {
        Optional<String> other = otherBoxes(detector.graph(), output);
        if (other.isPresent()) {
          return other.map(Recognition::refused);
        }
        return Optional.of(Recognition.of(new Found(this, output, strides, classes)));
      }
      if (columns || halves(detector, output)) {
        BoxForm form = BoxForm.of(false, unit);
        return FoundLayout.of(
                this,
                BoxesAndScores.joined(output, form, columns, false, classes),
                "%s, and %d scores done".formatted(form.words(), classes))
            .recognised();
      }
    }
    return Optional.empty();
  }

  /** Whether the last that happens to boxes is a division by the size of the input. */
  private static boolean isDividedBySize(DetectorGraph detector, String output) {
    Graph graph = detector.graph();
    Node node = graph.producer(output);
    while (node != null && (node.is("Transpose") || node.is("Identity"))) {
      node = graph.producer(node.input(0));
    }
    Node last = node != null && node.is("Concat") ? graph.producer(node.input(0)) : null;
    Value factor =
        last != null && (last.is("Div") || last.is("Mul")) ? graph.value(last.input(1)) : null;
    if (factor == null) {
      return false;
    }
    double width = detector.picture().dimension(3);
    double height = detector.picture().dimension(2);
    boolean divides = Objects.requireNonNull(last).is("Div");
    return Arrays.stream(factor.data())
        .map(number -> divides ? number : 1 / number)
        .allMatch(n -> Math.abs(n - width) < 1e-3 * n || Math.abs(n - height) < 1e-3 * n);
  }

  /** Whether a centre is computed of two corners. */
  private static boolean halves(DetectorGraph detector, String output) {
    for (Node node : detector.before(output)) {
      Value number =
          node.is("Div") || node.is("Mul") ? detector.graph().value(node.input(1)) : null;
      if (number != null && number.size() == 1 && number.data()[0] == (node.is("Div") ? 2 : 0.5)) {
        return true;
      }
    }
    return false;
  }

  /** Whether the graph puts sigmoids, and no more, beside boxes of centre and size in pixels. */
  private static boolean isDecoded(Graph graph, String output) {
    String boxes = BoxArithmetic.beside(graph, output, 1);
    Node join = graph.producer(output);
    if (boxes == null || join == null || join.inputs().size() != 2) {
      return false;
    }
    Node scores = graph.producer(join.input(1));
    return scores != null
        && scores.is("Sigmoid")
        && BoxArithmetic.of(graph, boxes)
            .equals(
                new BoxArithmetic(
                    BoxArithmetic.Unit.PIXELS, BoxArithmetic.Corners.CENTRE_AND_SIZE));
  }

  /** Why its columns are not the family's, where the graph shows that boxes are of another form. */
  private static Optional<String> otherBoxes(Graph graph, String output) {
    String boxes = BoxArithmetic.beside(graph, output, 1);
    if (boxes == null) {
      return Optional.empty();
    }
    BoxArithmetic form = BoxArithmetic.of(graph, boxes);
    String differs =
        form.unit() == BoxArithmetic.Unit.SHARES
            ? "in shares of the input (0..1)"
            : form.corners() == BoxArithmetic.Corners.TWO_CORNERS ? "as x1,y1,x2,y2" : "";
    return differs.isEmpty()
        ? Optional.empty()
        : Optional.of(
            "its output '%s' has YOLOv8's shape, but its graph gives boxes %s, where YOLOv8 has centre and size in pixels"
                .formatted(output, differs));
  }

  /** A detector of the family. */
  public record Found(Yolov8 family, String output, List<Integer> strides, int classes)
      implements FoundDetector {
    public Found {
      strides = List.copyOf(strides);
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
          ? LayoutChoice.of(new FlatColumns(output, classes))
          : LayoutChoice.NONE;
    }
  }
}
