package dev.ovkit.convert;

import ai.onnx.proto.OnnxMl.TensorProto;
import dev.ovkit.ModelException;
import dev.ovkit.head.GraphWriter;
import dev.ovkit.model.HeadLayout;
import dev.ovkit.model.InputSize;
import dev.ovkit.onnx.Graph;
import dev.ovkit.onnx.Node;
import dev.ovkit.onnx.Nodes;
import dev.ovkit.onnx.Nodes.Attr;
import dev.ovkit.onnx.OnnxModel;
import dev.ovkit.onnx.TensorType;
import dev.ovkit.onnx.Tensors;
import dev.ovkit.runtime.Shape;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/**
 * Decodes a detector's outputs in the graph and joins them to one output {@code [1, 4 + classes,
 * N]}: a column a candidate, its centre and size in pixels of the input, then each class's score.
 * That is the layout of YOLOv8, which other clients read; what YOLOv5 and YOLOX keep as objectness
 * is multiplied in.
 *
 * <p>The layout says how it is decoded; this writes the operators of ONNX.
 */
final class ColumnsTail implements GraphWriter {

  /** The name of the output. */
  static final String OUTPUT = "columns";

  private final String file;
  private final Graph graph;
  private final List<Node> nodes = new ArrayList<>();

  private ColumnsTail(String file, Graph graph) {
    this.file = file;
    this.graph = graph;
  }

  /**
   * Returns the model with its boxes decoded and joined.
   *
   * @param layout what the outputs are now, with raw heads as {@code [1, C, H, W]} or rows that are
   *     decoded or YOLOX's
   * @throws ModelException if the graph is older than opset 10, not in f32, or finishes its boxes
   */
  static OnnxModel appendTo(OnnxModel model, HeadLayout layout) {
    Graph graph = model.graph();
    Shape input = model.inputs().get(0).shape();
    int element = graph.type(model.outputs().get(0).name()).element();
    if (model.opset() < 10 || element != TensorProto.DataType.FLOAT_VALUE || input == null) {
      throw new ModelException(
          "'%s' cannot have its boxes decoded in the graph: it has opset %d and elements of type %d, expected opset 10 or later and f32 (1)"
              .formatted(model.file(), model.opset(), element));
    }
    new ColumnsTail(model.file(), graph)
        .append(layout, (int) input.dimension(3), (int) input.dimension(2));
    return model.with(graph);
  }

  /** Returns the name of the output, which is then the only one. */
  private String append(HeadLayout layout, int width, int height) {
    String last =
        layout
            .decodeInGraph(this, new InputSize(width, height))
            .orElseThrow(
                () ->
                    new ModelException(
                        "'%s' cannot have its boxes decoded in the graph: the layout '%s' is more than a box and a score for each class, or nothing may be suppressed after it; leave out --output columns"
                            .formatted(file, layout.name())));
    graph.insert(nodes);
    graph.cut(List.of(last));
    return last;
  }

  @Override
  public long[] shape(String tensor) {
    Shape shape = graph.staticShape(tensor);
    if (shape == null) {
      throw new IllegalArgumentException("the shape of '" + tensor + "' is open");
    }
    return shape.toArray();
  }

  @Override
  public String op(String type, long[] shape, String... inputs) {
    return op(type, shape, List.of(inputs));
  }

  private String op(String type, long[] shape, List<String> inputs, Attr... attributes) {
    String name =
        graph.fresh(
            OUTPUT + "_" + type.toLowerCase(Locale.ROOT),
            new TensorType(TensorProto.DataType.FLOAT_VALUE, Shape.of(shape)));
    nodes.add(Nodes.of(type, name, inputs, List.of(name), attributes));
    return name;
  }

  @Override
  public String reshape(String tensor, long... shape) {
    return op("Reshape", shape, List.of(tensor, longs("shape", shape)));
  }

  @Override
  public String transpose(String tensor, long[] shape, int... permutation) {
    long[] order = Arrays.stream(permutation).asLongStream().toArray();
    return op("Transpose", shape, List.of(tensor), Attr.of("perm", order));
  }

  @Override
  public String concat(List<String> tensors, int axis, long... shape) {
    return op("Concat", shape, tensors, Attr.of("axis", (long) axis));
  }

  @Override
  public String concatLast(List<String> tensors, int axis, long... shape) {
    String name =
        graph.fresh(OUTPUT, new TensorType(TensorProto.DataType.FLOAT_VALUE, Shape.of(shape)));
    nodes.add(Nodes.of("Concat", "", tensors, List.of(name), Attr.of("axis", (long) axis)));
    return name;
  }

  @Override
  public String slice(String tensor, int axis, long from, long to, long... shape) {
    return op(
        "Slice",
        shape,
        List.of(tensor, longs("start", from), longs("end", to), longs("axis", axis)));
  }

  @Override
  public String constant(String name, long[] shape, float... values) {
    return graph.add(Tensors.of(OUTPUT + "_" + name, Shape.of(shape), values));
  }

  private String longs(String name, long... values) {
    return graph.add(Tensors.ofLongs(OUTPUT + "_" + name, values));
  }
}
