package dev.ovkit.family;

import dev.ovkit.head.Anchor;
import dev.ovkit.onnx.Graph;
import dev.ovkit.onnx.Node;
import dev.ovkit.onnx.Value;
import dev.ovkit.runtime.Shape;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;

/** The anchors that a YOLOv5-type graph holds where it decodes boxes itself. */
record DecodedAnchors(Graph graph) {

  /** The anchors by which the squared sizes are multiplied; empty if the graph does not do that. */
  List<Anchor> anchors(Branch head, int count, Collection<Node> tail) {
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

  /** Whether a node squares what it reads. */
  boolean isSquare(Node node) {
    if (node.is("Mul")) {
      return node.input(0).equals(node.input(1));
    }
    Value exponent = node.is("Pow") ? graph.value(node.input(1)) : null;
    return exponent != null && exponent.size() == 1 && exponent.data()[0] == 2;
  }
}
