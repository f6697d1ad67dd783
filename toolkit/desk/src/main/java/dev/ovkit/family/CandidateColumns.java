package dev.ovkit.family;

import dev.ovkit.family.BoxArithmetic.Corners;
import dev.ovkit.family.BoxArithmetic.Unit;
import dev.ovkit.onnx.Node;
import dev.ovkit.onnx.Value;
import dev.ovkit.runtime.Shape;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * The columns of an output's candidates, taken apart into what computes them. A shape alone does
 * not say what a column means: a score, a key point and a class number look the same.
 *
 * @param pieces from the first column to the last
 */
record CandidateColumns(DetectorGraph detector, List<Piece> pieces) {

  /** Columns that a tensor holds by themselves; one tensor for each head that they come from. */
  record Piece(List<String> tensors, long columns) {
    Piece {
      tensors = List.copyOf(tensors);
    }
  }

  /** What numbers are, by the operator that made them. */
  enum Kind {
    /** A sigmoid made them. */
    SCORES,
    /** A softmax made them. */
    SHARES,
    /** A convolution or a linear layer made them, and nothing came after it. */
    RAW,
    /** Whole numbers, such as those of classes. */
    WHOLE,
    OTHER
  }

  static final String REORDERED = "the numbers of its boxes are put into another order";

  private static final int BOX = 4;

  /** No head is that long; a walk also goes that deep at most. */
  private static final int MOST_STEPS = 2_000;

  /** What leaves the numbers of a column as they are, and the columns where they are. */
  private static final Set<String> PASSING = Set.of("Identity", "Cast", "Dropout");

  /** What moves, chooses or bounds numbers. */
  private static final Set<String> MOVING =
      Set.of(
          "Identity",
          "Cast",
          "Dropout",
          "Reshape",
          "Transpose",
          "Squeeze",
          "Unsqueeze",
          "Flatten",
          "Slice",
          "Split",
          "Gather",
          "GatherElements",
          "GatherND",
          "TopK",
          "ReduceMax",
          "Sqrt",
          "Clip");

  CandidateColumns {
    pieces = List.copyOf(pieces);
  }

  /** Takes the columns apart that lie on an axis of an output. */
  static CandidateColumns of(DetectorGraph detector, String output, int axis) {
    return new CandidateColumns(detector, new Walk(detector).apart(output, axis));
  }

  /** How the first four columns are computed, which are taken to be a box. */
  BoxArithmetic boxes() {
    List<String> parts = boxParts();
    return parts.isEmpty() ? BoxArithmetic.UNSAID : boxes(detector, parts);
  }

  /** The tensors of the first four columns, in order; none if no tensor ends with them. */
  List<String> boxParts() {
    List<String> parts = new ArrayList<>();
    long columns = 0;
    for (Piece piece : pieces) {
      if (columns < BOX) {
        parts.add(piece.tensors().get(0));
        columns += piece.columns();
      }
    }
    return columns == BOX ? parts : List.of();
  }

  /** How boxes are computed; they are shares too if no number in it is large enough for pixels. */
  static BoxArithmetic boxes(DetectorGraph detector, List<String> parts) {
    BoxArithmetic form = BoxArithmetic.of(detector.graph(), parts);
    return form.unit() == Unit.UNSAID
            && form.corners() != Corners.UNSAID
            && parts.stream().allMatch(detector::isShare)
        ? new BoxArithmetic(Unit.SHARES, form.corners())
        : form;
  }

  /** Why rows are not box, score, class, in words, where the graph shows it. */
  Optional<String> againstObjects() {
    if (kind(BOX, BOX + 1) == Kind.WHOLE || kind(BOX + 1, BOX + 2) == Kind.SCORES) {
      return Optional.of("the class comes before the score");
    }
    Kind first = kind(0, 1);
    if (pieces.get(0).columns() < BOX && (first == Kind.WHOLE || first == Kind.SCORES)) {
      return Optional.of("class and score come before the box");
    }
    Corners corners = boxes().corners();
    if (corners == Corners.REORDERED) {
      return Optional.of(REORDERED);
    }
    return pieces.get(0).columns() < BOX && corners == Corners.UNSAID
        ? Optional.of("how its boxes are put together does not show what their numbers are")
        : Optional.empty();
  }

  /** The tensors that hold one column and nothing else; none if the graph does not show it. */
  List<String> column(int number) {
    long at = 0;
    for (Piece piece : pieces) {
      if (at == number && piece.columns() == 1) {
        return piece.tensors();
      }
      at += piece.columns();
    }
    return List.of();
  }

  /** Whether what computes this column computes none before it. */
  boolean beginsAt(long column) {
    long at = 0;
    for (Piece piece : pieces) {
      if (at == column) {
        return true;
      }
      at += piece.columns();
    }
    return false;
  }

  /** What the columns behind the box are; OTHER if they are not alike, or start inside a piece. */
  Kind afterBox() {
    return kind(BOX, Integer.MAX_VALUE);
  }

  /** What the columns of a range are; OTHER if they are not alike, or no piece begins with them. */
  Kind kind(long from, long to) {
    long at = 0;
    List<Kind> kinds = new ArrayList<>();
    boolean begins = false;
    for (Piece piece : pieces) {
      begins |= at == from;
      if (at < to && at + piece.columns() > from) {
        kinds.add(kind(piece));
      }
      at += piece.columns();
    }
    return begins && kinds.stream().distinct().count() == 1 ? kinds.get(0) : Kind.OTHER;
  }

  /** Whether some columns from here on are scores and others something else. */
  boolean mixesScores(long from) {
    long at = 0;
    List<Kind> kinds = new ArrayList<>();
    for (Piece piece : pieces) {
      if (at >= from) {
        kinds.add(kind(piece));
      }
      at += piece.columns();
    }
    return kinds.contains(Kind.SCORES) && kinds.stream().distinct().count() > 1;
  }

  private Kind kind(Piece piece) {
    Walk walk = new Walk(detector);
    List<Kind> kinds = piece.tensors().stream().map(walk::kind).distinct().toList();
    return kinds.size() == 1 ? kinds.get(0) : Kind.OTHER;
  }

  /** Returns what the numbers of a tensor are. */
  static Kind kind(DetectorGraph detector, String tensor) {
    return new Walk(detector).kind(tensor);
  }

  /** A way back through a graph, of a bounded number of steps. */
  private static final class Walk {
    private final DetectorGraph detector;
    private int steps = MOST_STEPS;

    Walk(DetectorGraph detector) {
      this.detector = detector;
    }

    List<Piece> apart(String tensor, int axis) {
      String at = tensor;
      int along = axis;
      while (steps-- > 0) {
        Node node = detector.graph().producer(at);
        Shape shape = detector.graph().shape(at);
        if (node == null || shape == null || along >= shape.rank()) {
          break;
        }
        long[] order = node.is("Transpose") ? node.integers("perm") : null;
        if (order != null && along < order.length) {
          along = (int) order[along];
        } else if (node.is("Concat")) {
          boolean side = Math.floorMod(node.integer("axis", 0), shape.rank()) == along;
          int column = along;
          List<List<Piece>> parts =
              node.inputs().stream().map(input -> apart(input, column)).toList();
          List<Piece> joined = side ? parts.stream().flatMap(List::stream).toList() : above(parts);
          return joined.isEmpty() ? leaf(at, along) : joined;
        } else if (!PASSING.contains(node.op()) && !keeps(node, shape, along)) {
          break;
        }
        at = node.input(0);
      }
      return leaf(at, along);
    }

    private List<Piece> leaf(String tensor, int axis) {
      Shape shape = detector.graph().shape(tensor);
      long columns = shape == null || axis >= shape.rank() ? 0 : shape.dimension(axis);
      return List.of(new Piece(List.of(tensor), columns));
    }

    /** Whether a reshape leaves the axis and all before it. */
    private boolean keeps(Node node, Shape to, int axis) {
      Shape from = node.is("Reshape") ? detector.graph().shape(node.input(0)) : null;
      if (from == null || axis >= from.rank()) {
        return false;
      }
      for (int i = 0; i <= axis; i++) {
        if (from.dimension(i) != to.dimension(i)) {
          return false;
        }
      }
      return true;
    }

    /** The pieces of heads that lie one after another; none if the heads differ. */
    private static List<Piece> above(List<List<Piece>> heads) {
      List<Piece> joined = new ArrayList<>(heads.get(0));
      for (List<Piece> head : heads.subList(1, heads.size())) {
        if (head.size() != joined.size()) {
          return List.of();
        }
        for (int i = 0; i < head.size(); i++) {
          if (head.get(i).columns() != joined.get(i).columns()) {
            return List.of();
          }
          List<String> tensors = new ArrayList<>(joined.get(i).tensors());
          tensors.addAll(head.get(i).tensors());
          joined.set(i, new Piece(tensors, head.get(i).columns()));
        }
      }
      return joined;
    }

    Kind kind(String tensor) {
      String at = tensor;
      while (steps-- > 0) {
        if (detector.isInteger(at)) {
          return Kind.WHOLE;
        }
        Node node = detector.graph().producer(at);
        if (node == null) {
          return Kind.OTHER;
        }
        switch (node.op()) {
          case "Sigmoid", "HardSigmoid" -> {
            return Kind.SCORES;
          }
          case "Softmax" -> {
            return Kind.SHARES;
          }
          case "Clip" -> {
            Value most = node.has(2) ? detector.graph().value(node.input(2)) : null;
            if (most != null ? most.data()[0] <= 1 : node.real("max", Float.MAX_VALUE) <= 1) {
              return Kind.SCORES;
            }
          }
          case "Conv", "ConvTranspose", "MatMul", "Gemm" -> {
            return Kind.RAW;
          }
          case "Concat" -> {
            List<Kind> kinds = node.inputs().stream().map(this::kind).distinct().toList();
            return kinds.size() == 1 ? kinds.get(0) : Kind.OTHER;
          }
          case "Add" -> {
            boolean constant = detector.graph().isConstant(node.input(0));
            Kind added = kind(node.input(constant ? 1 : 0));
            boolean moved = constant || detector.graph().isConstant(node.input(1));
            return moved && (added == Kind.RAW || added == Kind.WHOLE) ? added : Kind.OTHER;
          }
          case "Mul" -> {
            // Objectness times class.
            boolean scores =
                kind(node.input(0)) == Kind.SCORES && kind(node.input(1)) == Kind.SCORES;
            return scores ? Kind.SCORES : Kind.OTHER;
          }
          default -> {
            if (!MOVING.contains(node.op())) {
              return Kind.OTHER;
            }
          }
        }
        at = node.input(0);
      }
      return Kind.OTHER;
    }
  }
}
