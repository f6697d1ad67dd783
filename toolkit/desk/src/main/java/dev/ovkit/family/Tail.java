package dev.ovkit.family;

import ai.onnx.proto.OnnxMl.TensorProto;
import dev.ovkit.onnx.Graph;
import dev.ovkit.onnx.Node;
import dev.ovkit.onnx.Nodes;
import dev.ovkit.onnx.Nodes.Attr;
import dev.ovkit.onnx.OnnxModel;
import dev.ovkit.onnx.TensorType;
import dev.ovkit.onnx.Tensors;
import dev.ovkit.runtime.Shape;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * What is added behind a graph that finishes its boxes, but gives them as lists of their own: it
 * joins them to rows, {@code [1, N, 6]}: x1, y1, x2, y2, score, class.
 */
final class Tail {

  /** The tensor of the rows. */
  static final String ROWS = "detections";

  /** The column of a row's class. */
  private static final int CLASS = 5;

  /** Objects kept from a list whose length is known only after inference. */
  static final int MOST = 300;

  private final OnnxModel model;
  private final Graph graph;
  private final List<Node> nodes = new ArrayList<>();

  Tail(OnnxModel model) {
    this.model = model;
    this.graph = model.graph();
  }

  String op(String type, List<String> inputs, Attr... attributes) {
    String name = name(type.toLowerCase(Locale.ROOT));
    nodes.add(Nodes.of(type, name, inputs, List.of(name), attributes));
    return name;
  }

  private String name(String wish) {
    return graph.fresh(ROWS + "_" + wish, new TensorType(0, null));
  }

  String reshape(String tensor, long... shape) {
    return op("Reshape", List.of(tensor, longs(shape)));
  }

  String real(String tensor) {
    return op("Cast", List.of(tensor), Attr.of("to", (long) TensorProto.DataType.FLOAT_VALUE));
  }

  String gather(String tensor, int axis, String places) {
    return op("Gather", List.of(tensor, places), Attr.of("axis", (long) axis));
  }

  String concat(int axis, String... tensors) {
    return op("Concat", List.of(tensors), Attr.of("axis", (long) axis));
  }

  String longs(long... values) {
    return graph.add(Tensors.ofLongs(ROWS + "_longs", values));
  }

  String reals(Shape shape, float... values) {
    return graph.add(Tensors.of(ROWS + "_reals", shape, values));
  }

  /** The numbers 0, 1, 2, …, as many as there are rows. */
  String places(long rows) {
    float[] places = new float[Math.toIntExact(rows)];
    for (int i = 0; i < places.length; i++) {
      places[i] = i;
    }
    return reals(Shape.of(rows), places);
  }

  /** Joins lists of boxes, scores and classes, whatever their rank. */
  String join(String boxes, String scores, String classes) {
    return concat(
        2, reshape(boxes, 1, -1, 4), reshape(scores, 1, -1, 1), reshape(real(classes), 1, -1, 1));
  }

  /**
   * The best {@link #MOST} rows, by falling score, filled up with zeros: a length that is known
   * before a run.
   */
  String best(String rows) {
    String filled = concat(1, rows, reals(Shape.of(1, MOST, 6), new float[MOST * 6]));
    String scores = op("Slice", List.of(filled, longs(4), longs(5), longs(2)));
    String places = name("places");
    nodes.add(
        Nodes.of(
            "TopK",
            places,
            List.of(reshape(scores, 1, -1), longs(MOST)),
            List.of(name("values"), places),
            Attr.of("axis", 1L)));
    return gather(filled, 1, reshape(places, MOST));
  }

  /** The name that {@link #end} gives: {@link #ROWS}, unless the graph has such a tensor itself. */
  static String rows(DetectorGraph detector) {
    return detector.graph().fresh(ROWS);
  }

  /** The model in which a tensor has the name {@link #rows}. */
  OnnxModel end(String rows) {
    nodes.add(Nodes.of("Identity", "", List.of(rows), List.of(graph.fresh(ROWS))));
    graph.insert(nodes);
    return model.with(graph);
  }

  /** The model whose rows, of so many columns, count their classes from 0 instead of 1. */
  static OnnxModel fromZero(OnnxModel model, String rows, int columns) {
    Tail tail = new Tail(model);
    float[] less = new float[columns];
    less[CLASS] = 1;
    return tail.end(tail.op("Sub", List.of(rows, tail.reals(Shape.of(1, 1, columns), less))));
  }
}
