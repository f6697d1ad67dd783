package dev.ovkit.onnx.rewrite;

import dev.ovkit.onnx.Graph;
import dev.ovkit.onnx.Node;
import dev.ovkit.onnx.Nodes;
import dev.ovkit.onnx.Nodes.Attr;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Chains the parallel max-pools of SPP: a maximum over 9x9 is one over 5x5 of one over 5x5, since
 * values outside the map never win.
 */
final class ChainPools implements Rewrite {

  @Override
  public String title() {
    return "SPP's max-pools chained";
  }

  @Override
  public int apply(Graph graph) {
    int times = 0;
    for (Node node : List.copyOf(graph.nodes())) {
      if (size(node) > 0 && graph.nodes().contains(node)) {
        List<Node> pools = new ArrayList<>();
        graph.consumers(node.input(0)).stream().filter(n -> size(n) > 0).forEach(pools::add);
        pools.sort(Comparator.comparingInt(ChainPools::size));
        times += chained(graph, pools) ? 1 : 0;
      }
    }
    return times;
  }

  private static boolean chained(Graph graph, List<Node> pools) {
    List<Node> fresh = new ArrayList<>();
    for (int i = 1; i < pools.size(); i++) {
      Node smaller = pools.get(i - 1);
      long kernel = size(pools.get(i)) - size(smaller) + 1L;
      if (kernel < 3) {
        return false;
      }
      long pad = kernel / 2;
      fresh.add(
          Nodes.with(
              Nodes.withInputs(pools.get(i), smaller.output()),
              Attr.of("kernel_shape", kernel, kernel),
              Attr.of("pads", pad, pad, pad, pad)));
    }
    for (int i = 0; i < fresh.size(); i++) {
      graph.replace(pools.get(i + 1), fresh.get(i));
    }
    return !fresh.isEmpty();
  }

  /** The odd kernel size of a square max-pool that keeps the size of the map, else 0. */
  private static int size(Node node) {
    long[] kernel = node.integers("kernel_shape");
    if (!node.is("MaxPool")
        || node.outputs().size() != 1
        || kernel == null
        || kernel.length != 2
        || kernel[0] != kernel[1]
        || kernel[0] % 2 == 0
        || node.integer("ceil_mode", 0) != 0
        || !node.text("auto_pad", "NOTSET").equals("NOTSET")
        || !allAre(1, node.integers("strides"))
        || !allAre(1, node.integers("dilations"))
        || node.integers("pads") == null
        || !allAre(kernel[0] / 2, node.integers("pads"))) {
      return 0;
    }
    return (int) kernel[0];
  }

  private static boolean allAre(long wanted, long @Nullable [] numbers) {
    return numbers == null || Arrays.stream(numbers).allMatch(n -> n == wanted);
  }
}
