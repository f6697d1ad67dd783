package dev.ovkit.family;

import dev.ovkit.onnx.Graph;
import dev.ovkit.onnx.Node;
import dev.ovkit.onnx.Value;
import dev.ovkit.runtime.Shape;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;

/** What a graph says of the numbers by which it names classes. */
record ClassNumbers(DetectorGraph detector) {

  /** What leaves numbers as they are, or chooses among them. */
  private static final Set<String> MOVING =
      Set.of(
          "Identity",
          "Cast",
          "Reshape",
          "Squeeze",
          "Unsqueeze",
          "Flatten",
          "Transpose",
          "Expand",
          "Slice",
          "Gather",
          "GatherElements",
          "GatherND");

  private static final Pattern BACKGROUND =
      Pattern.compile("_*(background|bg)_*", Pattern.CASE_INSENSITIVE);

  private Graph graph() {
    return detector.graph();
  }

  /** Whether the best places among all candidates and classes are taken apart. */
  boolean areChosen(String tensor) {
    return detector.before(tensor).stream()
        .anyMatch(node -> (node.is("Mod") || node.is("Div")) && isPlace(node.input(0)));
  }

  /** Whether class numbers are moved up by one, to leave 0 to the background. */
  private boolean startAtOne(String classes) {
    Node node = graph().producer(classes);
    while (node != null && MOVING.contains(node.op())) {
      node = graph().producer(node.input(0));
    }
    return node != null && node.is("Add") && (isOne(node.input(0)) || isOne(node.input(1)));
  }

  /** The largest number of a table that class numbers are looked up in; -1 if there is none. */
  private int largestListed(String classes) {
    Node node = graph().producer(classes);
    while (node != null && MOVING.contains(node.op())) {
      Value table = node.is("Gather") ? graph().value(node.input(0)) : null;
      if (table != null && table.size() > 1) {
        return (int) Arrays.stream(table.data()).max().orElse(-1);
      }
      node = graph().producer(node.input(0));
    }
    return -1;
  }

  private boolean isOne(String tensor) {
    Value value = graph().value(tensor);
    return value != null && value.size() == 1 && value.data()[0] == 1;
  }

  /**
   * How the numbers in a column of rows name classes.
   *
   * @param classes how many numbers there are, from 0; 0 if nothing says it
   * @param movedDown whether ovkit takes 1 off each, so that they fit the exporter's names
   */
  record Numbering(int classes, boolean movedDown) {}

  /**
   * Reads the numbering of rows. Where 0 is left to a background, the exporter's names say whether
   * it is the first of them.
   *
   * @param rows the rows
   * @param column the tensors of their class numbers; empty if the graph does not show them
   */
  Numbering numbering(String rows, List<String> column) {
    int count = count(rows);
    int listed = column.stream().mapToInt(this::largestListed).max().orElse(-1) + 1;
    if (count > 0 && listed > count) {
      return new Numbering(listed, false);
    }
    if (count == 0 || column.isEmpty() || !column.stream().allMatch(this::startAtOne)) {
      return new Numbering(count, false);
    }
    List<String> names = detector.labels();
    if (!names.isEmpty() && BACKGROUND.matcher(names.get(0)).matches()) {
      return new Numbering(names.size(), false);
    }
    return names.size() == count ? new Numbering(count, true) : new Numbering(count + 1, false);
  }

  /** How many numbers from 0 on it takes to name the classes of rows as they stand. */
  int upTo(String rows, List<String> column) {
    Numbering numbering = numbering(rows, column);
    return numbering.classes() + (numbering.movedDown() ? 1 : 0);
  }

  /**
   * How many classes the class numbers in a tensor run over; 0 if neither graph nor metadata says
   * it.
   */
  int count(String tensor) {
    Set<Node> nodes = detector.before(tensor);
    for (Node node : nodes) {
      // The best places among all candidates and classes, taken apart.
      if ((node.is("Mod") || node.is("Div")) && isPlace(node.input(0))) {
        Value divisor = graph().value(node.input(1));
        if (divisor != null && divisor.size() == 1 && divisor.data()[0] >= 1) {
          return (int) divisor.data()[0];
        }
      }
    }
    for (Node node : nodes) {
      Shape scores = node.is("ArgMax") ? graph().shape(node.input(0)) : null;
      if (scores != null) {
        return known(scores, Math.floorMod((int) node.integer("axis", 0), scores.rank()));
      }
    }
    for (Node node : nodes) {
      Shape scores = node.is("NonMaxSuppression") ? graph().shape(node.input(1)) : null;
      // All classes may share one suppression, their boxes shifted apart.
      if (scores != null && scores.rank() == 3 && scores.dimension(1) > 1) {
        return known(scores, 1);
      }
    }
    if (!detector.labels().isEmpty()) {
      return detector.labels().size();
    }
    for (Node node : nodes) {
      Shape weights = node.is("MatMul") ? graph().shape(node.input(1)) : null;
      if (weights != null && weights.rank() == 2 && weights.dimension(1) > 1) {
        return (int) weights.dimension(1);
      }
    }
    for (Node node : nodes) {
      Shape shares = node.is("Softmax") ? graph().shape(node.input(0)) : null;
      if (shares != null && shares.rank() > 1 && shares.dimension(shares.rank() - 1) > 1) {
        return (int) shares.dimension(shares.rank() - 1);
      }
    }
    for (Node node : nodes) {
      // torchvision suppresses class by class, and leaves 0 to the background.
      if (node.is("Concat")
          && node.inputs().stream()
              .map(graph()::producer)
              .allMatch(from -> from != null && from.is("ConstantOfShape"))) {
        return node.inputs().size() + 1;
      }
    }
    return 0;
  }

  /** Whether a tensor holds the places that a TopK found. */
  private boolean isPlace(String tensor) {
    Node node = graph().producer(tensor);
    while (node != null && (node.is("Cast") || node.is("Identity") || node.is("Flatten"))) {
      tensor = node.input(0);
      node = graph().producer(tensor);
    }
    return node != null && node.is("TopK") && !tensor.equals(node.output());
  }

  private int known(Shape shape, int axis) {
    return shape.dimension(axis) == Shape.UNKNOWN
        ? detector.labels().size()
        : (int) shape.dimension(axis);
  }
}
