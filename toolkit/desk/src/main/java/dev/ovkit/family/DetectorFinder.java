package dev.ovkit.family;

import dev.ovkit.family.DetectorFamily.FlatOutput;
import dev.ovkit.family.DetectorFamily.FoundHead;
import dev.ovkit.family.DetectorFamily.Rows;
import dev.ovkit.family.DetectorFamily.Tail;
import dev.ovkit.family.DetectorFamily.Unknown;
import dev.ovkit.family.DetectorFamily.Yolov5;
import dev.ovkit.family.DetectorFamily.Yolov8;
import dev.ovkit.family.DetectorFamily.Yolox;
import dev.ovkit.model.Anchor;
import dev.ovkit.model.BoxCoding;
import dev.ovkit.onnx.Graph;
import dev.ovkit.onnx.Node;
import dev.ovkit.onnx.Provenance;
import dev.ovkit.onnx.Shape;
import dev.ovkit.onnx.Value;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Finds detection heads by topology. It starts from the last convolutions, those from which a way
 * leads to an output through no other convolution, and asks what shape they have, at which stride,
 * and how they are joined. Neither names nor the order of nodes count.
 */
public final class DetectorFinder {

  /** The last tensor of one way before the graph starts to shuffle and decode. */
  private record Candidate(Node node, String tensor, Shape shape, int stride) {

    int channels() {
      return (int) shape.dim(1);
    }

    int cells() {
      return (int) (shape.dim(2) * shape.dim(3));
    }
  }

  /** How a head's channels are divided. */
  private record Split(int anchors, int columns) {}

  /** Keeps the number of cells countable. */
  private static final long MAX_SIDE = 1 << 15;

  private final Graph graph;

  public DetectorFinder(Graph graph) {
    this.graph = graph;
  }

  public DetectorFamily find() {
    if (graph.inputs().size() != 1) {
      return new Unknown(
          "it has " + graph.inputs().size() + " inputs, where a detector has one picture");
    }
    String input = graph.inputs().iterator().next();
    Shape picture = graph.shape(input);
    if (picture == null || picture.rank() != 4) {
      return new Unknown("its input '" + input + "' is no picture 1x3xHxW but " + picture);
    }
    if (picture.dim(2) == Shape.UNKNOWN || picture.dim(3) == Shape.UNKNOWN) {
      return new Unknown("the size of its input is left open (" + picture + ")");
    }
    if (picture.dim(2) > MAX_SIDE || picture.dim(3) > MAX_SIDE) {
      return new Unknown("its input is larger than any picture (" + picture + ")");
    }
    List<Candidate> last = lastConvolutions(picture);
    return yolov5ByReshape(last)
        .or(() -> yolox(last))
        .or(() -> yolov8(last))
        .or(() -> yolov5ByOutput(last))
        .orElseGet(() -> new Unknown(unknown(last)));
  }

  private static String unknown(List<Candidate> last) {
    return "its last convolutions form no known heads: "
        + last.stream()
            .limit(6)
            .map(c -> c.node().title() + " " + c.shape())
            .collect(Collectors.joining(", ", "", last.size() > 6 ? ", …" : ""));
  }

  // ---- the last convolutions

  private List<Candidate> lastConvolutions(Shape picture) {
    List<Candidate> found = new ArrayList<>();
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
        found.add(new Candidate(end, end.output(), shape, stride(picture, shape)));
      }
    }
    found.sort(Comparator.comparingInt(Candidate::stride));
    return found;
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
    return shape.isStatic() && shape.rank() >= 3 && shape.elements() == shape.dim(shape.rank() - 3);
  }

  /** Pixels per cell; 0 if that is no power of two or differs between the axes. */
  private static int stride(Shape picture, Shape head) {
    long high = head.dim(2);
    long wide = head.dim(3);
    if (high <= 0 || wide <= 0 || picture.dim(2) % high != 0 || picture.dim(3) % wide != 0) {
      return 0;
    }
    long stride = picture.dim(2) / high;
    return stride == picture.dim(3) / wide && Long.bitCount(stride) == 1 ? (int) stride : 0;
  }

  // ---- YOLOv5

  /** Heads that feed Detect's reshape to {@code [1, na, 5+nc, H, W]}. */
  private Optional<DetectorFamily> yolov5ByReshape(List<Candidate> last) {
    Map<Split, List<Candidate>> groups = new LinkedHashMap<>();
    for (Candidate candidate : last) {
      Split split = candidate.stride() == 0 ? null : detectReshape(candidate);
      if (split != null) {
        groups.computeIfAbsent(split, s -> new ArrayList<>()).add(candidate);
      }
    }
    return groups.entrySet().stream()
        .filter(group -> distinctStrides(group.getValue()))
        .max(Comparator.comparingInt(group -> group.getValue().size()))
        .map(group -> yolov5(group.getValue(), group.getKey(), last, List.of()));
  }

  private @Nullable Split detectReshape(Candidate head) {
    for (Node reader : graph.consumers(head.tensor())) {
      Shape to = reader.is("Reshape") ? graph.shape(reader.output()) : null;
      if (to != null
          && to.rank() == 5
          && to.dim(2) >= 6
          && to.dim(1) * to.dim(2) == head.channels()
          && to.dim(3) == head.shape().dim(2)
          && to.dim(4) == head.shape().dim(3)) {
        return new Split((int) to.dim(1), (int) to.dim(2));
      }
    }
    return null;
  }

  /** Heads that are outputs themselves, or that a flat output's width divides evenly. */
  private Optional<DetectorFamily> yolov5ByOutput(List<Candidate> last) {
    Map<Integer, List<Candidate>> groups = new LinkedHashMap<>();
    for (Candidate candidate : last) {
      if (candidate.stride() > 1) {
        groups.computeIfAbsent(candidate.channels(), c -> new ArrayList<>()).add(candidate);
      }
    }
    for (List<Candidate> group : groups.values()) {
      int channels = group.get(0).channels();
      if (group.size() < 2 || !distinctStrides(group)) {
        continue;
      }
      int cells = group.stream().mapToInt(Candidate::cells).sum();
      for (String output : graph.outputs()) {
        Shape flat = graph.shape(output);
        if (flat != null && flat.rank() == 3 && flat.dim(2) >= 6) {
          long anchors = channels / flat.dim(2);
          if (anchors * flat.dim(2) == channels && anchors * cells == flat.dim(1)) {
            Split split = new Split((int) anchors, (int) flat.dim(2));
            return Optional.of(yolov5(group, split, last, List.of()));
          }
        }
      }
      boolean outputs = group.stream().allMatch(c -> graph.isOutput(c.tensor()));
      if (outputs && channels % 3 == 0 && channels / 3 >= 6) {
        String note =
            "the graph does not say how many anchors a cell has; taken to be 3, so that its "
                + channels
                + " channels are 3 x (5 + "
                + (channels / 3 - 5)
                + ")";
        return Optional.of(yolov5(group, new Split(3, channels / 3), last, List.of(note)));
      }
    }
    return Optional.empty();
  }

  private static boolean distinctStrides(List<Candidate> group) {
    return group.stream().map(Candidate::stride).distinct().count() == group.size();
  }

  private DetectorFamily yolov5(
      List<Candidate> group, Split split, List<Candidate> last, List<String> notes) {
    for (Candidate other : last) {
      if (!group.contains(other) && looksLikeMasks(other, split)) {
        return new Unknown(
            "it also gives masks ("
                + other.node().title()
                + " "
                + other.shape()
                + "): a segmentation model, which is not supported");
      }
    }
    List<Set<Node>> tails = tails(group);
    if (tails.stream().flatMap(Set::stream).anyMatch(node -> node.is("Exp"))) {
      return new Unknown(
          "its heads have YOLOv5's shape, but boxes are decoded with exp, as in YOLOv3 and YOLOv4");
    }
    List<FoundHead> heads = new ArrayList<>();
    for (int i = 0; i < group.size(); i++) {
      heads.add(found(group.get(i), anchors(group.get(i), split.anchors(), tails.get(i))));
    }
    boolean decoded = heads.stream().noneMatch(head -> head.anchors().isEmpty());
    boolean squared = tails.stream().flatMap(Set::stream).anyMatch(this::isSquare);
    boolean sigmoid = tails.stream().flatMap(Set::stream).anyMatch(node -> node.is("Sigmoid"));
    Tail tail = decoded || squared ? Tail.DECODED : sigmoid ? Tail.SIGMOID : Tail.LOGITS;
    return new Yolov5(heads, split.anchors(), split.columns() - 5, flat(group, split, tail), notes);
  }

  /** A map of prototypes, as YOLOv5-seg has it: finer than the heads and an output of its own. */
  private boolean looksLikeMasks(Candidate other, Split split) {
    return other.stride() > 0
        && other.channels() < split.columns() - 5
        && graph.outputs().stream()
            .map(graph::shape)
            .anyMatch(s -> s != null && s.rank() == 4 && s.equals(other.shape()));
  }

  private Optional<FlatOutput> flat(List<Candidate> group, Split split, Tail tail) {
    long rows = (long) split.anchors() * group.stream().mapToInt(Candidate::cells).sum();
    return graph.outputs().stream()
        .filter(name -> isShape(name, rows, split.columns()))
        .findFirst()
        .map(name -> new FlatOutput(name, tail, rows(group, split, name)));
  }

  private boolean isShape(String tensor, long rows, long columns) {
    Shape shape = graph.shape(tensor);
    return shape != null && shape.rank() == 3 && shape.dim(1) == rows && shape.dim(2) == columns;
  }

  private Rows rows(List<Candidate> heads, Split split, String output) {
    Value ids = Provenance.trace(graph, heads.stream().map(Candidate::tensor).toList(), output);
    if (ids == null) {
      return Rows.UNTRACED;
    }
    double[] data = ids.data();
    int at = 0;
    int start = 0;
    for (Candidate head : heads) {
      for (int anchor = 0; anchor < split.anchors(); anchor++) {
        for (int cell = 0; cell < head.cells(); cell++) {
          for (int column = 0; column < split.columns(); column++) {
            int channel = anchor * split.columns() + column;
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

  /** For each head the nodes behind it, up to where another head joins in. */
  private List<Set<Node>> tails(List<Candidate> group) {
    List<Set<Node>> all = group.stream().map(head -> behind(head.tensor())).toList();
    List<Set<Node>> own = new ArrayList<>();
    for (Set<Node> tail : all) {
      Set<Node> alone = new LinkedHashSet<>(tail);
      all.stream().filter(other -> other != tail).forEach(alone::removeAll);
      own.add(alone);
    }
    return own;
  }

  private Set<Node> behind(String tensor) {
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

  /** The anchors by which the squared sizes are multiplied; empty if the graph does not do that. */
  private List<Anchor> anchors(Candidate head, int count, Collection<Node> tail) {
    for (Node node : tail) {
      if (!node.is("Mul")) {
        continue;
      }
      for (int side = 0; side < 2; side++) {
        Node square = graph.producer(node.input(side));
        Value factor = graph.value(node.input(1 - side));
        Shape shape = graph.staticShape(node.output());
        if (square != null
            && isSquare(square)
            && factor != null
            && shape != null
            && shape.elements() == 2L * count * head.cells()) {
          List<Anchor> anchors = anchors(factor.broadcast(shape), count, head.cells());
          if (!anchors.isEmpty()) {
            return anchors;
          }
        }
      }
    }
    return List.of();
  }

  private static List<Anchor> anchors(Value factor, int count, int cells) {
    List<Anchor> anchors = new ArrayList<>();
    double[] data = factor.data();
    for (int i = 0; i < count; i++) {
      int first = i * cells * 2;
      for (int at = first; at < first + cells * 2; at++) {
        if (data[at] != data[first + (at - first) % 2] || !(data[at] > 0)) {
          return List.of(); // differs from cell to cell: a grid, not anchors
        }
      }
      anchors.add(new Anchor((float) data[first], (float) data[first + 1]));
    }
    return anchors;
  }

  private boolean isSquare(Node node) {
    if (node.is("Mul")) {
      return node.input(0).equals(node.input(1));
    }
    Value exponent = node.is("Pow") ? graph.value(node.input(1)) : null;
    return exponent != null && exponent.size() == 1 && exponent.data()[0] == 2;
  }

  private static FoundHead found(Candidate head, List<Anchor> anchors) {
    return new FoundHead(head.node().name(), head.tensor(), head.shape(), head.stride(), anchors);
  }

  // ---- YOLOX

  /** One stride of YOLOX: where box, objectness and classes are joined. */
  private record Triple(Candidate joined, boolean objectnessDone, boolean classesDone) {}

  private Optional<DetectorFamily> yolox(List<Candidate> last) {
    Map<String, Candidate> byTensor =
        last.stream().collect(Collectors.toMap(Candidate::tensor, c -> c));
    Map<Integer, List<Triple>> groups = new LinkedHashMap<>();
    for (Node node : graph.nodes()) {
      Triple triple =
          node.is("Concat") && node.inputs().size() == 3 ? triple(node, byTensor) : null;
      if (triple != null) {
        groups.computeIfAbsent(triple.joined().channels(), c -> new ArrayList<>()).add(triple);
      }
    }
    return groups.values().stream()
        .filter(group -> group.size() > 1)
        .filter(group -> distinctStrides(group.stream().map(Triple::joined).toList()))
        .findFirst()
        .map(this::yoloxOf);
  }

  private @Nullable Triple triple(Node concat, Map<String, Candidate> byTensor) {
    Candidate box = byTensor.get(concat.input(0));
    Node objectness = sigmoidOf(concat.input(1));
    Node classes = sigmoidOf(concat.input(2));
    Candidate objectnessHead =
        byTensor.get(objectness == null ? concat.input(1) : objectness.input(0));
    Candidate classesHead = byTensor.get(classes == null ? concat.input(2) : classes.input(0));
    Shape shape = graph.shape(concat.output());
    if (box == null || objectnessHead == null || classesHead == null || shape == null) {
      return null;
    }
    boolean fits =
        box.channels() == 4
            && objectnessHead.channels() == 1
            && shape.rank() == 4
            && shape.dim(1) == 5 + classesHead.channels()
            && box.stride() > 0
            && box.stride() == objectnessHead.stride()
            && box.stride() == classesHead.stride();
    return fits
        ? new Triple(
            new Candidate(concat, concat.output(), shape, box.stride()),
            objectness != null,
            classes != null)
        : null;
  }

  private @Nullable Node sigmoidOf(String tensor) {
    Node node = graph.producer(tensor);
    return node != null && node.is("Sigmoid") ? node : null;
  }

  private DetectorFamily yoloxOf(List<Triple> triples) {
    List<Candidate> heads =
        triples.stream()
            .map(Triple::joined)
            .sorted(Comparator.comparingInt(Candidate::stride))
            .toList();
    int columns = heads.get(0).channels();
    int rows = heads.stream().mapToInt(Candidate::cells).sum();
    Optional<String> output =
        graph.outputs().stream().filter(name -> isShape(name, rows, columns)).findFirst();
    if (output.isEmpty()) {
      return new Unknown(
          "it has YOLOX's heads, but no output 1x" + rows + "x" + columns + " that joins them");
    }
    long done =
        triples.stream().filter(Triple::objectnessDone).count()
            + triples.stream().filter(Triple::classesDone).count();
    if (done != 0 && done != 2L * triples.size()) {
      return new Unknown(
          "it has YOLOX's heads, but only some of objectness and classes pass a sigmoid");
    }
    boolean decoded =
        heads.stream().flatMap(head -> behind(head.tensor()).stream()).anyMatch(n -> n.is("Exp"));
    return new Yolox(
        heads.stream().map(head -> found(head, List.of())).toList(),
        columns - 5,
        output.get(),
        decoded ? BoxCoding.PIXELS : BoxCoding.YOLOX,
        done == 0,
        rows(heads, new Split(1, columns), output.get()));
  }

  // ---- YOLOv8

  private Optional<DetectorFamily> yolov8(List<Candidate> last) {
    for (String output : graph.outputs()) {
      Shape shape = graph.shape(output);
      if (shape == null || shape.rank() != 3 || shape.dim(1) < 5 || shape.dim(1) >= shape.dim(2)) {
        continue;
      }
      int classes = (int) shape.dim(1) - 4;
      List<Candidate> scores =
          last.stream().filter(c -> c.stride() > 0 && c.channels() == classes).toList();
      // With as many classes as box channels both kinds of branches have one shape.
      List<Integer> strides = scores.stream().map(Candidate::stride).distinct().toList();
      int cells =
          scores.stream()
              .collect(Collectors.toMap(Candidate::stride, Candidate::cells, (a, b) -> a))
              .values()
              .stream()
              .mapToInt(Integer::intValue)
              .sum();
      if (strides.size() > 1 && cells == shape.dim(2)) {
        return Optional.of(new Yolov8(output, strides, classes));
      }
    }
    return Optional.empty();
  }
}
