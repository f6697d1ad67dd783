package dev.ovkit.onnx.rewrite;

import dev.ovkit.onnx.Graph;
import dev.ovkit.onnx.Node;
import dev.ovkit.onnx.Value;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Takes out Dropout, which does nothing once training is over, and Identity. */
final class DropNoOps implements Rewrite {

  @Override
  public String title() {
    return "Dropout and Identity removed";
  }

  @Override
  public int apply(Graph graph) {
    List<Node> gone = new ArrayList<>();
    Map<String, String> origins = new HashMap<>();
    for (Node node : graph.nodes()) { // in order: what feeds it is known by now
      if (isNoOp(graph, node) && !graph.isOutput(node.output())) {
        gone.add(node);
        origins.put(node.output(), origins.getOrDefault(node.input(0), node.input(0)));
      }
    }
    graph.remove(gone);
    graph.redirect(origins);
    return gone.size();
  }

  private static boolean isNoOp(Graph graph, Node node) {
    if (node.is("Identity")) {
      return true;
    }
    if (!node.is("Dropout")) {
      return false;
    }
    boolean maskIsRead =
        node.outputs().size() > 1
            && (graph.isOutput(node.outputs().get(1))
                || !graph.consumers(node.outputs().get(1)).isEmpty());
    Value training = node.has(2) ? graph.value(node.input(2)) : null;
    boolean trains = node.has(2) && (training == null || training.data()[0] != 0);
    return !maskIsRead && !trains;
  }
}
