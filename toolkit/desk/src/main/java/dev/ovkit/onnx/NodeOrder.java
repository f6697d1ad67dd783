package dev.ovkit.onnx;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.PriorityQueue;
import java.util.Set;

/** The order in which a graph's nodes can be run. */
final class NodeOrder {

  private NodeOrder() {}

  /**
   * Returns the nodes in an order in which they can be run, as near to the present one as possible.
   *
   * @throws IllegalArgumentException if they feed each other in a circle
   */
  static List<Node> of(Graph graph) {
    List<Node> nodes = graph.nodes();
    Map<Node, Integer> place = new HashMap<>();
    Map<Node, Integer> waiting = new HashMap<>();
    PriorityQueue<Integer> ready = new PriorityQueue<>();
    for (int i = 0; i < nodes.size(); i++) {
      Node node = nodes.get(i);
      long open =
          node.reads().stream().map(graph::producer).filter(Objects::nonNull).distinct().count();
      place.put(node, i);
      waiting.put(node, (int) open);
      if (open == 0) {
        ready.add(i);
      }
    }
    List<Node> order = new ArrayList<>(nodes.size());
    while (!ready.isEmpty()) {
      Node node = nodes.get(ready.remove());
      order.add(node);
      Set<Node> readers = new LinkedHashSet<>();
      node.outputs().forEach(output -> readers.addAll(graph.consumers(output)));
      for (Node reader : readers) {
        if (waiting.merge(reader, -1, Integer::sum) == 0) {
          ready.add(place.get(reader));
        }
      }
    }
    if (order.size() != nodes.size()) {
      throw new IllegalArgumentException("the nodes feed each other in a circle");
    }
    return order;
  }
}
