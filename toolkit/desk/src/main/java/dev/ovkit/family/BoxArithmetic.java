package dev.ovkit.family;

import dev.ovkit.onnx.Graph;
import dev.ovkit.onnx.Node;
import dev.ovkit.onnx.Value;
import dev.ovkit.runtime.Shape;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * How a graph computes boxes just before it puts them beside their scores.
 *
 * @param unit what their numbers count
 * @param corners which four numbers they are
 */
public record BoxArithmetic(Unit unit, Corners corners) {

  /** What the numbers of a box count. */
  public enum Unit {
    /** Pixels of the input: the graph multiplies by strides last. */
    PIXELS,
    /** Shares of the input: a sigmoid comes last, or a division by its size. */
    SHARES,
    UNSAID
  }

  /** Which four numbers a box is. */
  public enum Corners {
    /** Centre, width and height: a mean of two corners beside their difference. */
    CENTRE_AND_SIZE,
    /** Two corners: one below the cell, one above. */
    TWO_CORNERS,
    /** Numbers that the graph puts into another order last. */
    REORDERED,
    UNSAID
  }

  static final BoxArithmetic UNSAID = new BoxArithmetic(Unit.UNSAID, Corners.UNSAID);

  private static final double A_SHARE = 1.5;

  /** How far beside the picture a cell's box may begin, as a share of the picture. */
  private static final double BESIDE = 0.01;

  private static final int COLUMNS = 4;

  /** What moves numbers and leaves them as they are, or chooses among candidates. */
  private static final Set<String> MOVING =
      Set.of(
          "Reshape",
          "Transpose",
          "Identity",
          "Squeeze",
          "Unsqueeze",
          "Cast",
          "Flatten",
          "Clip",
          "GatherElements",
          "GatherND");

  /** Follows boxes back from the tensor that holds them alone. */
  public static BoxArithmetic of(Graph graph, String boxes) {
    Value constant = graph.value(boxes);
    if (constant != null && constant.size() > 0) {
      double largest = Arrays.stream(constant.data()).max().orElse(0);
      return new BoxArithmetic(
          largest <= A_SHARE ? Unit.SHARES : Unit.PIXELS, corners(constant, largest));
    }
    Unit unit = Unit.UNSAID;
    Node node = graph.producer(boxes);
    while (node != null) {
      if (node.is("Concat") && joinsColumns(graph, node)) {
        BoxArithmetic parts = of(graph, node.inputs());
        return new BoxArithmetic(unit == Unit.UNSAID ? parts.unit() : unit, parts.corners());
      }
      if (node.is("Sigmoid")) {
        return new BoxArithmetic(unit == Unit.UNSAID ? Unit.SHARES : unit, Corners.UNSAID);
      }
      if (reorders(graph, node)) {
        return new BoxArithmetic(unit, Corners.REORDERED);
      }
      if (!isFactor(node) && !MOVING.contains(node.op()) && !node.is("Concat")) {
        break;
      }
      unit = unit == Unit.UNSAID ? unit(graph, node) : unit;
      node = graph.producer(data(graph, node));
    }
    return new BoxArithmetic(unit, Corners.UNSAID);
  }

  /** What the numbers of a table of boxes are, cell by cell and row by row, as grids have them. */
  private static Corners corners(Value table, double largest) {
    Shape shape = table.shape();
    if (shape.rank() != 3
        || shape.dimension(0) != 1
        || shape.dimension(1) * shape.dimension(2) != table.size()
        || table.size() < 2 * COLUMNS) {
      return Corners.UNSAID;
    }
    int axis = shape.dimension(1) == COLUMNS ? 1 : 2;
    if (shape.dimension(axis) != COLUMNS) {
      return Corners.UNSAID;
    }
    int boxes = table.size() / COLUMNS;
    double[][] columns = new double[COLUMNS][boxes];
    for (int i = 0; i < table.size(); i++) {
      columns[axis == 1 ? i / boxes : i % COLUMNS][axis == 1 ? i % boxes : i / COLUMNS] =
          table.data()[i];
    }
    boolean right = columns[0][1] != columns[0][0];
    boolean down = columns[1][1] != columns[1][0];
    if (right == down) {
      return Corners.UNSAID;
    }
    boolean ordered = true;
    boolean centred = true;
    for (int i = 0; i < boxes; i++) {
      ordered &= columns[2][i] > columns[0][i] && columns[3][i] > columns[1][i];
      centred &=
          columns[2][i] > 0
              && columns[3][i] > 0
              && columns[0][i] - columns[2][i] / 2 > -BESIDE * largest
              && columns[1][i] - columns[3][i] / 2 > -BESIDE * largest;
    }
    return down
        ? Corners.REORDERED
        : ordered ? Corners.TWO_CORNERS : centred ? Corners.CENTRE_AND_SIZE : Corners.UNSAID;
  }

  /** Follows boxes back from the tensors that hold their columns, in order. */
  static BoxArithmetic of(Graph graph, List<String> parts) {
    if (parts.size() == 1) {
      return of(graph, parts.get(0));
    }
    if (parts.size() != 2 && parts.size() != COLUMNS) {
      return UNSAID;
    }
    Unit unit = Unit.UNSAID;
    Node node = graph.producer(parts.get(0));
    while (node != null && (isFactor(node) || MOVING.contains(node.op()))) {
      unit = unit == Unit.UNSAID && !halves(graph, node) ? unit(graph, node) : unit;
      node = graph.producer(data(graph, node));
    }
    Corners corners =
        corners(graph, peeled(graph, parts.get(0)), peeled(graph, parts.get(parts.size() / 2)));
    return new BoxArithmetic(unit, corners);
  }

  private static boolean isFactor(Node node) {
    return node.is("Mul") || node.is("Div");
  }

  /** Whether columns of one box are put side by side, not boxes of several heads. */
  private static boolean joinsColumns(Graph graph, Node concat) {
    Shape shape = graph.shape(concat.output());
    if (shape == null || shape.rank() == 0 || concat.inputs().size() < 2) {
      return concat.inputs().size() == 2;
    }
    return shape.dimension(Math.floorMod(concat.integer("axis", 0), shape.rank())) == COLUMNS;
  }

  /** Whether the four numbers of each box change places. */
  private static boolean reorders(Graph graph, Node node) {
    Value places = node.is("Gather") ? graph.value(node.input(1)) : null;
    return places != null && places.size() == COLUMNS && places.data()[0] != 0;
  }

  /** The tensor that a node moves or multiplies. */
  private static String data(Graph graph, Node node) {
    return isFactor(node) && graph.isConstant(node.input(0)) ? node.input(1) : node.input(0);
  }

  private static Unit unit(Graph graph, Node node) {
    double by = isFactor(node) ? largestFactor(graph, node) : Double.NaN;
    if (by > A_SHARE) {
      return node.is("Mul") ? Unit.PIXELS : Unit.SHARES;
    }
    return by < 1 / A_SHARE ? Unit.SHARES : Unit.UNSAID;
  }

  /** The largest number that a product or quotient has on its constant side; NaN without one. */
  private static double largestFactor(Graph graph, Node node) {
    String constant = graph.isConstant(node.input(0)) ? node.input(0) : node.input(1);
    Value value = graph.value(constant);
    return value == null ? Double.NaN : Arrays.stream(value.data()).max().orElse(Double.NaN);
  }

  /** Whether a node makes numbers smaller by a constant, as what turns pixels into shares does. */
  static boolean shrinks(Graph graph, Node node) {
    if (!isFactor(node)) {
      return false;
    }
    boolean divides = node.is("Div");
    boolean first = !divides && graph.isConstant(node.input(0));
    Value by = graph.value(node.input(first ? 0 : 1));
    return by != null
        && Arrays.stream(by.data()).anyMatch(n -> divides ? n > A_SHARE : n > 0 && n < 1 / A_SHARE);
  }

  /** Whether a node takes the half, as of the sum of two corners. */
  private static boolean halves(Graph graph, Node node) {
    return isFactor(node) && largestFactor(graph, node) == (node.is("Mul") ? 0.5 : 2);
  }

  /** The node that computes a tensor, but for what moves and scales its numbers afterwards. */
  private static @Nullable Node peeled(Graph graph, String tensor) {
    Node node = graph.producer(tensor);
    while (node != null
        && (MOVING.contains(node.op())
            || isFactor(node)
                && !halves(graph, node)
                && !Double.isNaN(largestFactor(graph, node)))) {
      node = graph.producer(data(graph, node));
    }
    return node;
  }

  private static Corners corners(Graph graph, @Nullable Node first, @Nullable Node second) {
    if (first == null || second == null) {
      return Corners.UNSAID;
    }
    if (first.is("Sub") && second.is("Add")) {
      return Corners.TWO_CORNERS;
    }
    boolean mean = halves(graph, first) && second.is("Sub");
    return mean || second.is("Exp") || second.is("Pow") ? Corners.CENTRE_AND_SIZE : Corners.UNSAID;
  }
}
