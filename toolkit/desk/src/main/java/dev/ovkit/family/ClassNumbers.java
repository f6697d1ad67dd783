package dev.ovkit.family;

import dev.ovkit.onnx.Graph;
import dev.ovkit.onnx.Node;
import dev.ovkit.onnx.Value;
import dev.ovkit.runtime.Shape;
import java.util.Set;

/** What a graph says of the numbers by which it names classes. */
record ClassNumbers(DetectorGraph detector) {

  private Graph graph() {
    return detector.graph();
  }

  /** Whether the best places among all candidates and classes are taken apart. */
  boolean areChosen(String tensor) {
    return detector.before(tensor).stream()
        .anyMatch(node -> (node.is("Mod") || node.is("Div")) && isPlace(node.input(0)));
  }

  /** Whether class numbers are moved up by one, to leave 0 to the background. */
  boolean startAtOne(String classes) {
    Node node = graph().producer(classes);
    while (node != null && (node.is("Cast") || node.is("Reshape") || node.is("Unsqueeze"))) {
      node = graph().producer(node.input(0));
    }
    Value added = node != null && node.is("Add") ? graph().value(node.input(1)) : null;
    return added != null && added.size() == 1 && added.data()[0] == 1;
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
