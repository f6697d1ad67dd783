package dev.ovkit.family;

import dev.ovkit.layout.FlatColumns;
import dev.ovkit.onnx.Graph;
import dev.ovkit.onnx.OnnxModel;
import dev.ovkit.runtime.Shape;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/** YOLOv8 and its kin: {@code [1, 4+nc, N]}, a column a candidate, boxes in pixels. */
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
    Graph graph = detector.graph();
    for (String output : graph.outputs()) {
      Shape shape = graph.shape(output);
      if (shape == null
          || shape.rank() != 3
          || shape.dimension(1) < 5
          || shape.dimension(1) >= shape.dimension(2)) {
        continue;
      }
      int classes = (int) shape.dimension(1) - 4;
      List<Branch> scores =
          detector.branches().stream()
              .filter(c -> c.stride() > 0 && c.channels() == classes)
              .toList();
      // With as many classes as box channels both kinds of branches have one shape.
      List<Integer> strides = scores.stream().map(Branch::stride).distinct().toList();
      int cells =
          scores.stream()
              .collect(Collectors.toMap(Branch::stride, Branch::cells, (a, b) -> a))
              .values()
              .stream()
              .mapToInt(Integer::intValue)
              .sum();
      if (strides.size() > 1 && cells == shape.dimension(2)) {
        return Optional.of(Recognition.of(new Found(this, output, strides, classes)));
      }
    }
    return Optional.empty();
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
