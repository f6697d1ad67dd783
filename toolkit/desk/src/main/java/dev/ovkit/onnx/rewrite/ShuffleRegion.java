package dev.ovkit.onnx.rewrite;

import dev.ovkit.onnx.Graph;
import dev.ovkit.onnx.Node;
import dev.ovkit.onnx.Slicing;
import dev.ovkit.runtime.Shape;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * The nodes of a graph that shuffle channels (Concat, Reshape, Transpose, Reshape) and deal the
 * shuffled ones out (Slice, Split), and where each channel comes from.
 */
final class ShuffleRegion {

  /** One channel of a tensor. */
  record Channel(String tensor, int index) {}

  /** Exits that share sources, so that they can only be rewritten together. */
  record Component(Set<String> exits, Set<String> sources, int shuffles) {}

  private final Graph graph;
  private final Map<String, List<Channel>> origins = new LinkedHashMap<>();
  private final Set<Node> nodes = new HashSet<>();
  private final Set<String> shuffled = new HashSet<>();

  ShuffleRegion(Graph graph) {
    this.graph = graph;
    for (Node node : graph.nodes()) {
      if (node.is("Reshape")) {
        findShuffle(node);
      } else if (origins.containsKey(node.input(0))) {
        findPieces(node);
      }
    }
  }

  /** Where the channels of an exit come from: channels of sources. */
  List<Channel> origins(String exit) {
    return origins.getOrDefault(exit, List.of());
  }

  boolean contains(Node node) {
    return nodes.contains(node);
  }

  private void findShuffle(Node last) {
    Node turn = graph.producer(last.input(0));
    Node first = turn == null ? null : graph.producer(turn.input(0));
    if (turn == null || first == null || !turn.is("Transpose") || !first.is("Reshape")) {
      return;
    }
    Shape in = graph.staticShape(first.input(0));
    Shape split = graph.staticShape(first.output());
    boolean shuffles =
        in != null
            && split != null
            && in.rank() == 4
            && split.rank() == 5
            && in.equals(graph.staticShape(last.output()))
            && split.dimension(0) == in.dimension(0)
            && split.dimension(3) == in.dimension(2)
            && split.dimension(4) == in.dimension(3)
            && Arrays.equals(turn.integers("perm"), new long[] {0, 2, 1, 3, 4})
            && graph.onlyConsumer(first.output()) == turn
            && graph.onlyConsumer(turn.output()) == last;
    if (!shuffles || split == null) {
      return;
    }
    List<Channel> before = joined(first);
    if (before.size() != split.dimension(1) * split.dimension(2)) {
      return;
    }
    List<Channel> after = new ArrayList<>();
    int groups = (int) split.dimension(1);
    int each = (int) split.dimension(2);
    for (int i = 0; i < each; i++) {
      for (int group = 0; group < groups; group++) {
        after.add(before.get(group * each + i));
      }
    }
    origins.put(last.output(), after);
    shuffled.add(last.output());
    nodes.addAll(List.of(first, turn, last));
  }

  /** What a shuffle takes in; a Concat before it belongs to it if nothing else reads its output. */
  private List<Channel> joined(Node first) {
    Node concat = graph.producer(first.input(0));
    if (concat == null
        || !concat.is("Concat")
        || concat.integer("axis", 1) != 1
        || graph.onlyConsumer(concat.output()) != first) {
      return channels(first.input(0));
    }
    nodes.add(concat);
    return concat.inputs().stream().flatMap(input -> channels(input).stream()).toList();
  }

  private List<Channel> channels(String tensor) {
    List<Channel> known = origins.get(tensor);
    if (known != null) {
      return known;
    }
    Shape shape = graph.staticShape(tensor);
    int count = shape == null || shape.rank() != 4 ? 0 : (int) shape.dimension(1);
    return IntStream.range(0, count).mapToObj(i -> new Channel(tensor, i)).toList();
  }

  private void findPieces(Node node) {
    List<Channel> whole = channels(node.input(0));
    Shape in = graph.staticShape(node.input(0));
    if (in == null || in.rank() != 4 || in.dimension(1) != whole.size()) {
      return;
    }
    Map<String, List<Channel>> pieces = new LinkedHashMap<>();
    int from = 0;
    for (String output : node.outputs()) {
      Shape out = graph.staticShape(output);
      if (out == null || !differOnlyInChannels(in, out)) {
        return;
      }
      int count = (int) out.dimension(1);
      if (from + count > whole.size()) {
        return;
      }
      if (node.is("Split")) {
        pieces.put(output, whole.subList(from, from + count));
      } else if (node.is("Slice")) {
        Slicing slicing = Slicing.of(graph.known(), node, in);
        if (slicing == null || slicing.steps()[1] != 1) {
          return;
        }
        int start = (int) slicing.starts()[1];
        pieces.put(output, whole.subList(start, start + count));
      } else {
        return;
      }
      from += count;
    }
    origins.putAll(pieces);
    nodes.add(node);
  }

  private static boolean differOnlyInChannels(Shape a, Shape b) {
    return b.rank() == 4
        && a.dimension(0) == b.dimension(0)
        && a.dimension(2) == b.dimension(2)
        && a.dimension(3) == b.dimension(3);
  }

  List<Component> components() {
    List<Component> components = new ArrayList<>();
    for (Map.Entry<String, List<Channel>> entry : origins.entrySet()) {
      String tensor = entry.getKey();
      boolean exit =
          graph.isOutput(tensor)
              || graph.consumers(tensor).stream().anyMatch(node -> !nodes.contains(node));
      if (!exit) {
        continue;
      }
      Set<String> exits = new LinkedHashSet<>(Set.of(tensor));
      Set<String> sources =
          entry.getValue().stream()
              .map(Channel::tensor)
              .collect(Collectors.toCollection(LinkedHashSet::new));
      for (Component other : List.copyOf(components)) {
        if (!Collections.disjoint(other.sources(), sources)) {
          exits.addAll(other.exits());
          sources.addAll(other.sources());
          components.remove(other);
        }
      }
      components.add(new Component(exits, sources, 0));
    }
    return components.stream()
        .map(c -> new Component(c.exits(), c.sources(), shufflesBehind(c.exits())))
        .toList();
  }

  private int shufflesBehind(Set<String> exits) {
    Set<String> seen = new HashSet<>();
    List<String> open = new ArrayList<>(exits);
    int count = 0;
    while (!open.isEmpty()) {
      String tensor = open.remove(open.size() - 1);
      Node node = graph.producer(tensor);
      if (node != null && nodes.contains(node) && seen.add(tensor)) {
        count += shuffled.contains(tensor) ? 1 : 0;
        open.addAll(node.inputs());
      }
    }
    return count;
  }
}
