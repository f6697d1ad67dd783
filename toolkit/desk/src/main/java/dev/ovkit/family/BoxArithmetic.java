package dev.ovkit.family;

import dev.ovkit.onnx.Graph;
import dev.ovkit.onnx.Node;
import dev.ovkit.onnx.Value;
import dev.ovkit.runtime.Shape;
import java.util.Arrays;
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
    UNSAID
  }

  private static final double A_SHARE = 1.5;

  /** What moves numbers and leaves them as they are. */
  private static final Set<String> MOVING =
      Set.of("Reshape", "Transpose", "Identity", "Squeeze", "Unsqueeze", "Cast", "Flatten");

  /** Follows boxes back from the tensor that holds them alone. */
  public static BoxArithmetic of(Graph graph, String boxes) {
    Value constant = graph.value(boxes);
    if (constant != null && constant.size() > 0) {
      double largest = Arrays.stream(constant.data()).max().orElse(0);
      return new BoxArithmetic(largest <= A_SHARE ? Unit.SHARES : Unit.PIXELS, Corners.UNSAID);
    }
    Unit unit = Unit.UNSAID;
    Node node = graph.producer(boxes);
    while (node != null) {
      if (node.is("Concat")) {
        return new BoxArithmetic(unit, corners(graph, node));
      }
      String data = node.input(0);
      if (node.is("Mul") || node.is("Div")) {
        double by = largestFactor(graph, node);
        data = graph.isConstant(node.input(0)) ? node.input(1) : node.input(0);
        if (unit == Unit.UNSAID && by > A_SHARE) {
          unit = node.is("Mul") ? Unit.PIXELS : Unit.SHARES;
        } else if (unit == Unit.UNSAID && by < 1 / A_SHARE) {
          unit = Unit.SHARES;
        }
      } else if (node.is("Sigmoid")) {
        return new BoxArithmetic(unit == Unit.UNSAID ? Unit.SHARES : unit, Corners.UNSAID);
      } else if (!MOVING.contains(node.op())) {
        break;
      }
      node = graph.producer(data);
    }
    return new BoxArithmetic(unit, Corners.UNSAID);
  }

  /** The largest number that a product or quotient has on its constant side; NaN without one. */
  private static double largestFactor(Graph graph, Node node) {
    String constant = graph.isConstant(node.input(0)) ? node.input(0) : node.input(1);
    Value value = graph.value(constant);
    return value == null ? Double.NaN : Arrays.stream(value.data()).max().orElse(Double.NaN);
  }

  private static Corners corners(Graph graph, Node concat) {
    if (concat.inputs().size() != 2) {
      return Corners.UNSAID;
    }
    @Nullable Node first = graph.producer(concat.input(0));
    @Nullable Node second = graph.producer(concat.input(1));
    if (first == null || second == null) {
      return Corners.UNSAID;
    }
    if (first.is("Sub") && second.is("Add")) {
      return Corners.TWO_CORNERS;
    }
    return (first.is("Div") || first.is("Mul")) && second.is("Sub")
        ? Corners.CENTRE_AND_SIZE
        : Corners.UNSAID;
  }

  /** Returns the tensor of boxes that an output puts before its scores, on this axis; or null. */
  static @Nullable String beside(Graph graph, String output, int axis) {
    Node node = graph.producer(output);
    while (node != null && node.is("Identity")) {
      node = graph.producer(node.input(0));
    }
    if (node == null || !node.is("Concat")) {
      return null;
    }
    Shape shape = graph.shape(node.input(0));
    return shape != null
            && shape.rank() == 3
            && shape.dimension(axis) == 4
            && (node.integer("axis", 0) + 3) % 3 == axis
        ? node.input(0)
        : null;
  }
}
