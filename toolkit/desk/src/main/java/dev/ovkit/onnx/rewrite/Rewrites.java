package dev.ovkit.onnx.rewrite;

import dev.ovkit.onnx.Graph;
import dev.ovkit.onnx.OnnxModel;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;

/** The exact rewrites in their order: first those that uncover the patterns of later ones. */
public final class Rewrites {

  private static final List<Rewrite> ALL =
      List.of(
          new FoldShapes(),
          new DropNoOps(),
          new FoldBatchNorm(),
          new MergeBranches(),
          new FocusToConv(),
          new ChainPools(),
          new HardSwishForm(),
          new ConvBeforeUpsample(),
          new SplitSingleOutput(),
          new SortShuffledChannels());

  /** Below it operators have other attributes than the rules know. */
  private static final int OLDEST_OPSET = 9;

  private Rewrites() {}

  /** Rewrites a graph into one that computes the same, faster. */
  public static Rewritten apply(OnnxModel model) {
    return apply(model, ALL);
  }

  /** The same with only those rewrites whose title, as {@link Rewritten} has it, is wanted. */
  public static Rewritten apply(OnnxModel model, Predicate<String> wanted) {
    return apply(model, ALL.stream().filter(rewrite -> wanted.test(rewrite.title())).toList());
  }

  public static Rewritten apply(OnnxModel model, List<Rewrite> rewrites) {
    Graph graph = model.graph();
    Map<String, Integer> fired = new LinkedHashMap<>();
    if (graph.opset() < OLDEST_OPSET || graph.contradiction() != null || hasInnerGraphs(graph)) {
      return new Rewritten(model, fired);
    }
    for (Rewrite rewrite : rewrites) {
      int times = rewrite.apply(graph);
      if (times > 0) {
        fired.put(rewrite.title(), times);
        graph.dropUnreachable();
      }
    }
    return new Rewritten(fired.isEmpty() ? model : model.with(graph), fired);
  }

  /** Branches and loops read tensors by name from within: renaming around them is not safe. */
  private static boolean hasInnerGraphs(Graph graph) {
    return graph.nodes().stream()
        .flatMap(node -> node.proto().getAttributeList().stream())
        .anyMatch(attribute -> attribute.hasG() || attribute.getGraphsCount() > 0);
  }
}
