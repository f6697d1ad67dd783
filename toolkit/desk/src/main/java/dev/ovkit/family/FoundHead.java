package dev.ovkit.family;

import dev.ovkit.head.Anchor;
import dev.ovkit.runtime.Shape;
import java.util.List;

/**
 * One detection head in a graph.
 *
 * @param node the node that gives it; may have no name
 * @param tensor the tensor {@code [1, channels, height, width]}
 * @param stride pixels of the input per cell
 * @param anchors as the graph's decoding has them; empty if it has none
 */
public record FoundHead(String node, String tensor, Shape shape, int stride, List<Anchor> anchors) {
  public FoundHead {
    anchors = List.copyOf(anchors);
  }

  /** The node's name, or the tensor's if it has none. */
  public String title() {
    return node.isEmpty() ? tensor : node;
  }
}
