package dev.ovkit.convert;

import ai.onnx.proto.OnnxMl.TensorProto;
import dev.ovkit.ModelException;
import dev.ovkit.model.Anchor;
import dev.ovkit.model.BoxCoding;
import dev.ovkit.model.Head;
import dev.ovkit.model.HeadLayout;
import dev.ovkit.onnx.Graph;
import dev.ovkit.onnx.Node;
import dev.ovkit.onnx.Nodes;
import dev.ovkit.onnx.Nodes.Attr;
import dev.ovkit.onnx.OnnxModel;
import dev.ovkit.onnx.Shape;
import dev.ovkit.onnx.TensorType;
import dev.ovkit.onnx.Tensors;
import java.util.ArrayList;
import java.util.List;

/**
 * Decodes a detector's outputs in the graph and joins them to one output {@code [1, 4 + classes,
 * N]}: a column a candidate, its centre and size in pixels of the input, then each class's score.
 * That is the layout of YOLOv8, which other clients read; what YOLOv5 and YOLOX keep as objectness
 * is multiplied in.
 *
 * <p>Formulas as in {@link BoxCoding}: YOLOv5's raw heads {@code xy = (2 sigmoid(v) - 0.5 + cell) *
 * stride}, {@code wh = (2 sigmoid(v))^2 * anchor}; YOLOX's {@code xy = (v + cell) * stride}, {@code
 * wh = exp(v) * stride}. Candidates come by rising stride, then anchor, row and column.
 */
final class ColumnsTail {

  /** The name of the output. */
  static final String OUTPUT = "columns";

  private final Graph graph;
  private final List<Node> nodes = new ArrayList<>();

  private ColumnsTail(Graph graph) {
    this.graph = graph;
  }

  /**
   * Returns the model with its boxes decoded and joined.
   *
   * @param layout what the outputs are now, with raw heads as {@code [1, C, H, W]} or rows that are
   *     decoded or YOLOX's
   * @throws ModelException if the graph is older than opset 10 or not in f32
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
    new ColumnsTail(graph).append(layout, (int) input.dim(3), (int) input.dim(2));
    return model.with(graph);
  }

  /** Returns the name of the output, which is then the only one. */
  private String append(HeadLayout layout, int width, int height) {
    String last =
        layout instanceof HeadLayout.RawHeads raw
            ? rawHeads(raw)
            : rows((HeadLayout.FlatRows) layout, width, height);
    graph.insert(nodes);
    graph.cut(List.of(last));
    return last;
  }

  private String rawHeads(HeadLayout.RawHeads raw) {
    List<String> parts = new ArrayList<>();
    long candidates = 0;
    for (Head head : raw.heads()) {
      Shape map = shape(head.output());
      int rows = (int) map.dim(2);
      int columns = (int) map.dim(3);
      int perCell = head.anchors().size();
      long cells = (long) rows * columns;
      Shape grouped = Shape.of(1, perCell, 5 + raw.classes(), cells);
      String values = op("Sigmoid", grouped, reshape(head.output(), grouped));
      String boxes = xy(values, head.stride(), rows, columns, perCell, cells);
      String sizes = wh(values, head.anchors(), perCell, cells);
      String scores = scores(values, 2, Shape.of(1, perCell, raw.classes(), cells));
      Shape decoded = Shape.of(1, perCell, 4 + raw.classes(), cells);
      String joined = op("Concat", decoded, List.of(boxes, sizes, scores), Attr.of("axis", 2L));
      Shape turned = Shape.of(1, 4 + raw.classes(), perCell, cells);
      String moved = op("Transpose", turned, List.of(joined), Attr.of("perm", 0, 2, 1, 3));
      parts.add(reshape(moved, Shape.of(1, 4 + raw.classes(), perCell * cells)));
      candidates += perCell * cells;
    }
    return last(parts, 2, Shape.of(1, 4 + raw.classes(), candidates));
  }

  private String xy(String values, int stride, int rows, int columns, int perCell, long cells) {
    Shape pairs = Shape.of(1, perCell, 2, cells);
    float[] grid = new float[2 * rows * columns];
    for (int i = 0; i < rows * columns; i++) {
      grid[i] = (i % columns - 0.5f) * stride;
      grid[rows * columns + i] = (i / columns - 0.5f) * stride;
    }
    String scaled =
        op(
            "Mul",
            pairs,
            List.of(slice(values, 2, 0, 2, pairs), constant("scale", Shape.of(1), 2f * stride)));
    return op("Add", pairs, List.of(scaled, constant("grid", Shape.of(1, 1, 2, cells), grid)));
  }

  private String wh(String values, List<Anchor> anchors, int perCell, long cells) {
    Shape pairs = Shape.of(1, perCell, 2, cells);
    float[] sides = new float[2 * perCell];
    for (int i = 0; i < perCell; i++) {
      sides[2 * i] = 4 * anchors.get(i).width();
      sides[2 * i + 1] = 4 * anchors.get(i).height();
    }
    String part = slice(values, 2, 2, 4, pairs);
    String squared = op("Mul", pairs, List.of(part, part));
    return op(
        "Mul", pairs, List.of(squared, constant("anchors", Shape.of(1, perCell, 2, 1), sides)));
  }

  private String rows(HeadLayout.FlatRows rows, int width, int height) {
    long candidates = shape(rows.output()).dim(1);
    int classes = rows.classes();
    String columns =
        op(
            "Transpose",
            Shape.of(1, 5 + classes, candidates),
            List.of(rows.output()),
            Attr.of("perm", 0, 2, 1));
    String scores;
    Shape each = Shape.of(1, classes, candidates);
    if (rows.logits()) {
      Shape all = Shape.of(1, 1 + classes, candidates);
      String values = op("Sigmoid", all, slice(columns, 1, 4, 5 + classes, all));
      scores =
          product(
              slice(values, 1, 1, 1 + classes, each),
              slice(values, 1, 0, 1, Shape.of(1, 1, candidates)),
              each);
    } else {
      scores = scores(columns, 1, each);
    }
    List<String> parts = new ArrayList<>();
    Shape pairs = Shape.of(1, 2, candidates);
    if (rows.boxes() == BoxCoding.PIXELS) {
      parts.add(slice(columns, 1, 0, 4, Shape.of(1, 4, candidates)));
    } else {
      int n = Math.toIntExact(candidates);
      float[] offsets = new float[2 * n];
      float[] strides = new float[n];
      int at = 0;
      for (Head head : rows.heads()) {
        int across = width / head.stride();
        for (int cell = 0; cell < across * (height / head.stride()); cell++, at++) {
          strides[at] = head.stride();
          offsets[at] = (float) (cell % across) * head.stride();
          offsets[n + at] = (float) (cell / across) * head.stride();
        }
      }
      String stride = constant("strides", Shape.of(1, 1, candidates), strides);
      String scaled = op("Mul", pairs, List.of(slice(columns, 1, 0, 2, pairs), stride));
      parts.add(op("Add", pairs, List.of(scaled, constant("grid", pairs, offsets))));
      String grown = op("Exp", pairs, slice(columns, 1, 2, 4, pairs));
      parts.add(op("Mul", pairs, List.of(grown, stride)));
    }
    parts.add(scores);
    return last(parts, 1, Shape.of(1, 4 + classes, candidates));
  }

  private String scores(String values, int axis, Shape shape) {
    long[] one = shape.toArray();
    one[axis] = 1;
    int classes = (int) shape.dim(axis);
    return product(
        slice(values, axis, 5, 5 + classes, shape),
        slice(values, axis, 4, 5, Shape.of(one)),
        shape);
  }

  private String product(String classes, String objectness, Shape shape) {
    return op("Mul", shape, List.of(classes, objectness));
  }

  // ---- nodes

  private String last(List<String> parts, int axis, Shape shape) {
    String name = graph.fresh(OUTPUT, new TensorType(TensorProto.DataType.FLOAT_VALUE, shape));
    nodes.add(Nodes.of("Concat", "", parts, List.of(name), Attr.of("axis", (long) axis)));
    return name;
  }

  private String op(String type, Shape shape, String input) {
    return op(type, shape, List.of(input));
  }

  private String op(String type, Shape shape, List<String> inputs, Attr... attributes) {
    String name =
        graph.fresh(
            OUTPUT + "_" + type.toLowerCase(java.util.Locale.ROOT),
            new TensorType(TensorProto.DataType.FLOAT_VALUE, shape));
    nodes.add(Nodes.of(type, name, inputs, List.of(name), attributes));
    return name;
  }

  private String reshape(String tensor, Shape to) {
    return op("Reshape", to, List.of(tensor, longs("shape", to.toArray())));
  }

  private String slice(String tensor, int axis, long from, long to, Shape shape) {
    return op(
        "Slice",
        shape,
        List.of(tensor, longs("start", from), longs("end", to), longs("axis", axis)));
  }

  private String longs(String name, long... values) {
    return graph.add(Tensors.ofLongs(OUTPUT + "_" + name, values));
  }

  private String constant(String name, Shape shape, float... values) {
    return graph.add(Tensors.of(OUTPUT + "_" + name, shape, values));
  }

  private Shape shape(String tensor) {
    Shape shape = graph.staticShape(tensor);
    if (shape == null) {
      throw new IllegalArgumentException("the shape of '" + tensor + "' is open");
    }
    return shape;
  }
}
