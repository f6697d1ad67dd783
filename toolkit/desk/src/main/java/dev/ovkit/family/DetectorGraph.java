package dev.ovkit.family;

import ai.onnx.proto.OnnxMl.TensorProto;
import dev.ovkit.onnx.Graph;
import dev.ovkit.onnx.Node;
import dev.ovkit.onnx.Provenance;
import dev.ovkit.onnx.TensorInfo;
import dev.ovkit.onnx.Value;
import dev.ovkit.runtime.Shape;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** A graph that takes one picture, as families look at it: from its last convolutions on. */
public final class DetectorGraph {

  private final Graph graph;
  private final Map<String, String> metadata;
  private final List<String> labels;
  private final Shape picture;
  private final PictureInput input;
  private final List<Branch> branches;

  DetectorGraph(PictureInput input, Graph graph, Shape picture) {
    this.graph = graph;
    this.picture = picture;
    this.input = input;
    this.metadata = input.model().metadata();
    this.labels = input.model().labels();
    this.branches = lastConvolutions(picture);
  }

  public Graph graph() {
    return graph;
  }

  /** The shape of the picture. */
  Shape picture() {
    return picture;
  }

  /** Whether an input beside the picture was fixed. */
  public boolean hasFixed(PictureInput.Fixed kind) {
    return input.has(kind);
  }

  /** What the exporter noted under a key; empty if nothing. */
  public String noted(String key) {
    return metadata.getOrDefault(key, "");
  }

  /** The class names that the exporter noted; empty if none. */
  public List<String> labels() {
    return labels;
  }

  /** The last convolutions, by rising stride. */
  public List<Branch> branches() {
    return branches;
  }

  private List<Branch> lastConvolutions(Shape picture) {
    List<Branch> found = new ArrayList<>();
    Deque<String> open = new ArrayDeque<>(graph.outputs());
    Set<String> seen = new HashSet<>(open);
    Set<Node> convolutions = new LinkedHashSet<>();
    while (!open.isEmpty()) {
      Node node = graph.producer(open.pop());
      if (node == null) {
        continue;
      }
      if (isConvolution(node)) {
        convolutions.add(node);
        continue;
      }
      for (String read : node.reads()) {
        if (seen.add(read)) {
          open.push(read);
        }
      }
    }
    for (Node node : convolutions) {
      Node end = withConstants(node);
      Shape shape = graph.shape(end.output());
      if (shape != null && shape.rank() == 4) {
        found.add(new Branch(end, end.output(), shape, stride(picture, shape)));
      }
    }
    found.sort(Comparator.comparingInt(Branch::stride));
    return List.copyOf(found);
  }

  private static boolean isConvolution(Node node) {
    return node.is("Conv") || node.is("ConvTranspose") || node.op().endsWith("Conv");
  }

  /** Steps over a bias or a factor per channel that the exporter left beside the convolution. */
  private Node withConstants(Node convolution) {
    Node end = convolution;
    while (true) {
      Node next = graph.onlyConsumer(end.output());
      if (next == null || !(next.is("Add") || next.is("Mul"))) {
        return end;
      }
      String other = next.input(0).equals(end.output()) ? next.input(1) : next.input(0);
      Shape shape = graph.shape(other);
      if (!graph.isConstant(other) || shape == null || !isPerChannel(shape)) {
        return end;
      }
      end = next;
    }
  }

  private static boolean isPerChannel(Shape shape) {
    return shape.isStatic()
        && shape.rank() >= 3
        && shape.elements() == shape.dimension(shape.rank() - 3);
  }

  /** Pixels per cell; 0 if that is no power of two or differs between the axes. */
  private static int stride(Shape picture, Shape head) {
    long high = head.dimension(2);
    long wide = head.dimension(3);
    if (high <= 0
        || wide <= 0
        || picture.dimension(2) % high != 0
        || picture.dimension(3) % wide != 0) {
      return 0;
    }
    long stride = picture.dimension(2) / high;
    return stride == picture.dimension(3) / wide && Long.bitCount(stride) == 1 ? (int) stride : 0;
  }

  /** Whether a tensor is {@code [1, rows, columns]}. */
  public boolean isShape(String tensor, long rows, long columns) {
    Shape shape = graph.shape(tensor);
    return shape != null
        && shape.rank() == 3
        && shape.dimension(1) == rows
        && shape.dimension(2) == columns;
  }

  /**
   * Follows the numbers of heads, anchor-major, to a flat output.
   *
   * @param columns numbers of a candidate
   */
  public Rows rows(List<Branch> heads, int anchors, int columns, String output) {
    Value ids = Provenance.trace(graph, heads.stream().map(Branch::tensor).toList(), output);
    if (ids == null) {
      return Rows.UNTRACED;
    }
    double[] data = ids.data();
    int at = 0;
    int start = 0;
    for (Branch head : heads) {
      for (int anchor = 0; anchor < anchors; anchor++) {
        for (int cell = 0; cell < head.cells(); cell++) {
          for (int column = 0; column < columns; column++) {
            int channel = anchor * columns + column;
            if (data[at++] != start + channel * head.cells() + cell) {
              return Rows.SCRAMBLED;
            }
          }
        }
      }
      start += head.channels() * head.cells();
    }
    return Rows.IN_ORDER;
  }

  /** The nodes that a tensor is computed by, nearest first, back to the last convolutions. */
  public Set<Node> before(String tensor) {
    Set<Node> nodes = new LinkedHashSet<>();
    Deque<String> open = new ArrayDeque<>(List.of(tensor));
    while (!open.isEmpty()) {
      Node node = graph.producer(open.poll());
      if (node != null && !isConvolution(node) && nodes.add(node)) {
        open.addAll(node.reads());
      }
    }
    return nodes;
  }

  /** The shape of an output: what follows from the graph, else what the file declares. */
  public @Nullable Shape outputShape(String output) {
    Shape shape = graph.shape(output);
    if (shape != null) {
      return shape;
    }
    for (TensorInfo declared : input.declared()) {
      if (declared.name().equals(output)) {
        return declared.shape();
      }
    }
    return null;
  }

  /** The rank of an output; 0 if unknown. */
  public int outputRank(String output) {
    Shape shape = outputShape(output);
    return shape == null ? 0 : shape.rank();
  }

  /** The rows of an output, its last but one dimension, or its last if it has no columns. */
  long rowsOf(String output) {
    Shape shape = outputShape(output);
    return shape == null || shape.rank() == 0 ? 0 : shape.dimension(Math.min(1, shape.rank() - 1));
  }

  /** Whether an output ends in the four numbers of a box. */
  boolean isBoxes(String output) {
    Shape shape = outputShape(output);
    return shape != null && shape.rank() > 1 && shape.dimension(shape.rank() - 1) == 4;
  }

  /** Whether boxes are computed by attention, so that it is a detection transformer. */
  boolean attends() {
    return graph.outputs().stream()
        .flatMap(output -> before(output).stream())
        .anyMatch(node -> node.is("GridSample") || (node.is("Softmax") && weighs(node)));
  }

  /**
   * Whether the shares of a softmax weigh what is computed, not the constant bins of a distance.
   */
  private boolean weighs(Node softmax) {
    String shares = softmax.output();
    Node reader = graph.onlyConsumer(shares);
    while (reader != null && (reader.is("Reshape") || reader.is("Identity"))) {
      shares = reader.output();
      reader = graph.onlyConsumer(shares);
    }
    return reader != null
        && reader.is("MatMul")
        && reader.input(0).equals(shares)
        && !graph.isConstant(reader.input(1));
  }

  /** Whether the first convolution cuts the picture into patches, as vision transformers do. */
  boolean seesPatches() {
    for (Node node : fromInput()) {
      long[] kernel = node.is("Conv") ? node.integers("kernel_shape") : null;
      long[] strides = node.is("Conv") ? node.integers("strides") : null;
      if (kernel != null && strides != null) {
        return kernel[0] >= 8 && kernel[0] == strides[0];
      }
    }
    return false;
  }

  /** Whether the graph subtracts a mean and divides by a deviation itself. */
  boolean normalises() {
    for (Node node : fromInput()) {
      if (isConvolution(node)) {
        return false;
      }
      if (node.is("Sub")) {
        return true;
      }
    }
    return false;
  }

  /** The nodes behind the picture, nearest first, up to the first convolution. */
  private List<Node> fromInput() {
    List<Node> nodes = new ArrayList<>();
    Deque<String> open = new ArrayDeque<>(graph.inputs());
    Set<Node> seen = new HashSet<>();
    while (!open.isEmpty()) {
      for (Node reader : graph.consumers(open.poll())) {
        if (seen.add(reader)) {
          nodes.add(reader);
          if (isConvolution(reader)) {
            return nodes;
          }
          open.addAll(reader.outputs());
        }
      }
    }
    return nodes;
  }

  /** The cells of a grid over the picture; the last row and column may reach beyond it. */
  long cells(int stride) {
    return ((picture.dimension(2) + stride - 1) / stride)
        * ((picture.dimension(3) + stride - 1) / stride);
  }

  /** The strides of the last convolutions with this number of channels. */
  Set<Integer> gridsOf(int channels) {
    Set<Integer> strides = new LinkedHashSet<>();
    for (Branch branch : branches) {
      if (branch.channels() == channels && branch.stride() > 0) {
        strides.add(branch.stride());
      }
    }
    return strides;
  }

  /** Whether boxes are shares of the input: no number that they are computed with is larger. */
  boolean isShare(String boxes) {
    for (Node node : before(boxes)) {
      for (String read : node.reads()) {
        Value value = isInteger(read) ? null : graph.value(read);
        if (value != null) {
          for (double number : value.data()) {
            if (number > 2) {
              return false;
            }
          }
        }
      }
    }
    return true;
  }

  /** Whether a tensor holds whole numbers. */
  public boolean isInteger(String tensor) {
    int element = graph.type(tensor).element();
    return element == TensorProto.DataType.INT64_VALUE
        || element == TensorProto.DataType.INT32_VALUE;
  }

  /** For each head the nodes behind it, up to where another head joins in. */
  public List<Set<Node>> tails(List<Branch> group) {
    List<Set<Node>> all = group.stream().map(head -> behind(head.tensor())).toList();
    List<Set<Node>> own = new ArrayList<>();
    for (Set<Node> tail : all) {
      Set<Node> alone = new LinkedHashSet<>(tail);
      all.stream().filter(other -> other != tail).forEach(alone::removeAll);
      own.add(alone);
    }
    return own;
  }

  /** The nodes behind a tensor, up to the next convolutions. */
  public Set<Node> behind(String tensor) {
    Set<Node> nodes = new LinkedHashSet<>();
    Deque<String> open = new ArrayDeque<>(List.of(tensor));
    while (!open.isEmpty()) {
      for (Node reader : graph.consumers(open.pop())) {
        if (!isConvolution(reader) && nodes.add(reader)) {
          open.addAll(reader.outputs());
        }
      }
    }
    return nodes;
  }
}
