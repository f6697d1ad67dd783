package dev.ovkit.family;

import dev.ovkit.model.DetectorSpec;
import dev.ovkit.onnx.Graph;
import dev.ovkit.onnx.Node;
import dev.ovkit.onnx.Nodes;
import dev.ovkit.onnx.Nodes.Attr;
import dev.ovkit.onnx.OnnxModel;
import dev.ovkit.onnx.Slicing;
import dev.ovkit.onnx.Tensors;
import dev.ovkit.runtime.Shape;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.IntStream;

/**
 * The output of a network of Ultralytics' that finds more than boxes, from YOLOv8 on: raw, {@code
 * [1, 4 + classes + extras, cells]}, or end to end, {@code [1, rows, 6 + extras]}, where the extras
 * come after box, score and class.
 */
record TaskOutput(String tensor, boolean endToEnd, int classes) {

  private static final int BOX_SCORE_CLASS = 6;

  /** Fewer than candidates without suppression would be. */
  private static final int MOST_ROWS = 1000;

  /** Strides of heads: the first of them and how many. */
  private static final List<Integer> STRIDES = List.of(4, 8, 16, 32, 64);

  static boolean isNoted(Map<String, String> notes, DetectorSpec.Task task) {
    return task.word().equals(notes.get("task")) && !notes.containsKey("model_family");
  }

  /** Returns the output of this rank, if there is exactly one. */
  static Optional<String> ofRank(DetectorGraph detector, int rank) {
    List<String> found =
        detector.graph().outputs().stream()
            .filter(output -> detector.outputRank(output) == rank)
            .toList();
    return found.size() == 1 ? Optional.of(found.get(0)) : Optional.empty();
  }

  /**
   * Reads the form of an output.
   *
   * @param extras how many numbers a candidate has beside box and classes
   */
  static Optional<TaskOutput> of(DetectorGraph detector, String output, int extras) {
    Shape shape = detector.outputShape(output);
    if (shape == null || shape.rank() != 3) {
      return Optional.empty();
    }
    long first = shape.dimension(1);
    long second = shape.dimension(2);
    if (second == BOX_SCORE_CLASS + extras && first <= MOST_ROWS && isChosen(detector, output)) {
      int classes =
          new ClassNumbers(detector)
              .upTo(output, CandidateColumns.of(detector, output, 2).column(BOX_SCORE_CLASS - 1));
      return classes > 0 ? Optional.of(new TaskOutput(output, true, classes)) : Optional.empty();
    }
    long classes = first - 4 - extras;
    CandidateColumns columns = CandidateColumns.of(detector, output, 1);
    // Where the graph does not show which columns are scores, what is noted must not contradict.
    boolean fits =
        columns.pieces().size() > 1
            ? columns.kind(4, 4 + classes) == CandidateColumns.Kind.SCORES
                && columns.beginsAt(4 + classes)
            : detector.labels().isEmpty() || detector.labels().size() == classes;
    return classes > 0 && isGrid(detector, second) && fits
        ? Optional.of(new TaskOutput(output, false, (int) classes))
        : Optional.empty();
  }

  /** Whether rows are the best of many, or what a suppression left. */
  private static boolean isChosen(DetectorGraph detector, String output) {
    return detector.before(output).stream()
        .anyMatch(node -> node.is("TopK") || node.is("NonMaxSuppression"));
  }

  /** Whether there is a candidate for each cell of heads of two strides or more. */
  private static boolean isGrid(DetectorGraph detector, long cells) {
    return IntStream.range(0, STRIDES.size())
        .anyMatch(
            from ->
                IntStream.rangeClosed(from + 2, STRIDES.size())
                    .anyMatch(
                        to ->
                            STRIDES.subList(from, to).stream().mapToLong(detector::cells).sum()
                                == cells));
  }

  /** Returns how it is decoded, in words. */
  String words(String extras) {
    return endToEnd
        ? "a row an object: box in pixels, score, class, %s; nothing is suppressed after it"
            .formatted(extras)
        : "a column a candidate: centre and size in pixels, %d scores, %s"
            .formatted(classes, extras);
  }

  /**
   * Puts a Split in the place of Slices that divide a tensor among them, as exporters write them
   * for rows with extras: OpenVINO 2026.4 cannot compile a Slice from 0 before a GatherElements.
   */
  static OnnxModel withSplit(OnnxModel model) {
    Graph graph = model.graph();
    boolean changed = false;
    for (Node gather : List.copyOf(graph.nodes())) {
      Node slice = gather.is("GatherElements") ? graph.producer(gather.input(0)) : null;
      if (slice != null && slice.is("Slice") && divide(graph, slice.input(0))) {
        changed = true;
      }
    }
    return changed ? model.with(graph) : model;
  }

  private record Piece(Node node, long start, long size) {}

  private static boolean divide(Graph graph, String tensor) {
    Shape whole = graph.staticShape(tensor);
    if (whole == null) {
      return false;
    }
    List<Piece> pieces = new ArrayList<>();
    OptionalInt axis = OptionalInt.empty();
    for (Node node : graph.consumers(tensor)) {
      Slicing slicing = node.is("Slice") ? Slicing.of(graph.known(), node, whole) : null;
      if (slicing == null) {
        return false;
      }
      OptionalInt cut =
          IntStream.range(0, whole.rank())
              .filter(i -> slicing.shape().dimension(i) != whole.dimension(i))
              .findFirst();
      if (cut.isEmpty() || (axis.isPresent() && !axis.equals(cut))) {
        return false;
      }
      axis = cut;
      int along = cut.getAsInt();
      if (slicing.steps()[along] != 1) {
        return false;
      }
      pieces.add(new Piece(node, slicing.starts()[along], slicing.shape().dimension(along)));
    }
    pieces.sort(Comparator.comparingLong(Piece::start));
    long end = 0;
    for (Piece piece : pieces) {
      if (piece.start() != end) {
        return false;
      }
      end += piece.size();
    }
    if (axis.isEmpty() || end != whole.dimension(axis.getAsInt())) {
      return false;
    }
    replace(graph, tensor, axis.getAsInt(), pieces);
    return true;
  }

  private static void replace(Graph graph, String tensor, int axis, List<Piece> pieces) {
    long[] sizes = pieces.stream().mapToLong(Piece::size).toArray();
    List<String> parts = pieces.stream().map(piece -> piece.node().output()).toList();
    String name = parts.get(0) + "_split";
    Attr along = Attr.of("axis", (long) axis);
    Node split =
        graph.opset() < 13
            ? Nodes.of("Split", name, List.of(tensor), parts, along, Attr.of("split", sizes))
            : Nodes.of(
                "Split",
                name,
                List.of(tensor, graph.add(Tensors.ofLongs(name + "_sizes", sizes))),
                parts,
                along);
    graph.replace(pieces.get(0).node(), split);
    graph.remove(pieces.stream().skip(1).map(Piece::node).toList());
  }
}
