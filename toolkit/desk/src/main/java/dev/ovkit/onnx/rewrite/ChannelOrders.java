package dev.ovkit.onnx.rewrite;

import dev.ovkit.onnx.Convolution;
import dev.ovkit.onnx.Graph;
import dev.ovkit.onnx.Node;
import dev.ovkit.onnx.Nodes;
import dev.ovkit.onnx.Nodes.Attr;
import dev.ovkit.onnx.TensorType;
import dev.ovkit.onnx.Tensors;
import dev.ovkit.onnx.rewrite.ShuffleRegion.Channel;
import dev.ovkit.onnx.rewrite.ShuffleRegion.Component;
import dev.ovkit.runtime.Shape;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * New orders of channels for all tensors around one group of shuffles, such that the shuffles are
 * no longer needed. Found first, without touching the graph, then applied as a whole.
 *
 * <p>An order says for each new channel which old one it is.
 */
final class ChannelOrders {

  /** Operators that treat every channel alike. */
  private static final Set<String> ALIKE =
      Set.of(
          "Relu",
          "LeakyRelu",
          "Sigmoid",
          "HardSigmoid",
          "HardSwish",
          "Tanh",
          "Softplus",
          "Mish",
          "Elu",
          "Clip",
          "MaxPool",
          "AveragePool",
          "GlobalAveragePool",
          "Resize",
          "Upsample");

  private static final Set<String> BINARY = Set.of("Add", "Sub", "Mul", "Div", "Min", "Max");

  /** From this opset on Split takes its sizes as an input. */
  private static final int SPLIT_BY_INPUT = 13;

  /** Thrown where an order cannot be followed. */
  private static final class Unprovable extends Exception {
    private static final long serialVersionUID = 1;
  }

  private final Graph graph;
  private final ShuffleRegion region;
  private final Component component;
  private final Map<String, int[]> orders = new LinkedHashMap<>();

  /** For each source its channels, grouped by the exits that read them. */
  private final Map<String, Map<List<String>, List<Integer>>> pieces = new LinkedHashMap<>();

  private ChannelOrders(Graph graph, ShuffleRegion region, Component component) {
    this.graph = graph;
    this.region = region;
    this.component = component;
  }

  /** Null where it cannot be proved that everything around the shuffles can follow. */
  static @Nullable ChannelOrders of(Graph graph, ShuffleRegion region, Component component) {
    ChannelOrders orders = new ChannelOrders(graph, region, component);
    try {
      orders.cutSources();
      orders.orderExits();
      orders.orderWhatFollows();
      return orders;
    } catch (Unprovable e) {
      return null;
    }
  }

  private static <T> T required(@Nullable T value) throws Unprovable {
    if (value == null) {
      throw new Unprovable();
    }
    return value;
  }

  private static void require(boolean condition) throws Unprovable {
    if (!condition) {
      throw new Unprovable();
    }
  }

  // ---- finding

  private void cutSources() throws Unprovable {
    Map<Channel, List<String>> readers = new HashMap<>();
    for (String exit : component.exits()) {
      for (Channel channel : region.origins(exit)) {
        readers.computeIfAbsent(channel, c -> new ArrayList<>()).add(exit);
      }
    }
    for (String source : component.sources()) {
      Shape shape = graph.staticShape(source);
      require(shape != null && shape.rank() == 4);
      Map<List<String>, List<Integer>> own = new LinkedHashMap<>();
      for (int i = 0; i < channels(source); i++) {
        own.computeIfAbsent(
                readers.getOrDefault(new Channel(source, i), List.of()), e -> new ArrayList<>())
            .add(i);
      }
      pieces.put(source, own);
      int[] order = own.values().stream().flatMap(List::stream).mapToInt(i -> i).toArray();
      for (String tensor : madeWith(source)) {
        orders.put(tensor, order);
      }
    }
  }

  /** The source and all tensors between it and the convolution that it is an activation of. */
  private Set<String> madeWith(String source) throws Unprovable {
    Set<String> tensors = new LinkedHashSet<>(List.of(source));
    List<String> open = new ArrayList<>(tensors);
    Node root = null;
    while (!open.isEmpty()) {
      Node node = required(graph.producer(open.remove(open.size() - 1)));
      require(node.outputs().size() == 1);
      Convolution convolution = Convolution.of(graph, node);
      if (convolution != null && convolution.group() == 1) {
        require(root == null || root == node);
        root = node;
        continue;
      }
      require(ALIKE.contains(node.op()) || BINARY.contains(node.op()));
      for (String input : node.inputs()) {
        if (!input.isEmpty() && !isScalar(input) && tensors.add(input)) {
          open.add(input);
        }
      }
    }
    for (String tensor : tensors) {
      require(!graph.isOutput(tensor));
    }
    return tensors;
  }

  private void orderExits() throws Unprovable {
    for (String exit : component.exits()) {
      require(!graph.isOutput(exit));
      Map<Channel, Integer> place = new HashMap<>();
      List<Channel> old = region.origins(exit);
      for (int i = 0; i < old.size(); i++) {
        require(place.put(old.get(i), i) == null);
      }
      List<Integer> order = new ArrayList<>();
      pieces.forEach(
          (source, own) ->
              own.forEach(
                  (exits, channels) -> {
                    if (exits.contains(exit)) {
                      channels.forEach(i -> order.add(place.get(new Channel(source, i))));
                    }
                  }));
      orders.put(exit, order.stream().mapToInt(i -> i).toArray());
    }
  }

  /** Carries the orders on until convolutions take them up. */
  private void orderWhatFollows() throws Unprovable {
    Set<Node> own = ownNodes();
    for (Node node : graph.nodes()) {
      if (own.contains(node) || node.inputs().stream().noneMatch(orders::containsKey)) {
        continue;
      }
      require(!region.contains(node) && node.outputs().size() == 1);
      int[] order = orderAfter(node);
      int[] known = orders.get(node.output());
      if (order != null) {
        require(known == null || Arrays.equals(known, order));
        require(!graph.isOutput(node.output()));
        orders.put(node.output(), order);
      }
    }
  }

  /** The shuffling nodes that this component does without. */
  private Set<Node> ownNodes() {
    Set<Node> own = new LinkedHashSet<>();
    List<String> open = new ArrayList<>(component.exits());
    while (!open.isEmpty()) {
      Node node = graph.producer(open.remove(open.size() - 1));
      if (node != null && region.contains(node) && own.add(node)) {
        open.addAll(node.inputs());
      }
    }
    return own;
  }

  /** The order of what a node gives; null where it takes the order up. */
  private int @Nullable [] orderAfter(Node node) throws Unprovable {
    int[] order = orders.get(node.input(0));
    if (node.is("Conv")) {
      Convolution convolution = required(Convolution.of(graph, node));
      order = required(order);
      require(node.inputs().stream().skip(1).noneMatch(orders::containsKey));
      require(convolution.group() == 1 || convolution.isDepthwise());
      require(order.length == convolution.channelsPerGroup() * convolution.group());
      return convolution.group() == 1 ? null : order;
    }
    if (ALIKE.contains(node.op())) {
      require(order != null && channels(node.output()) == order.length);
      for (String input : node.inputs().subList(1, node.inputs().size())) {
        require(input.isEmpty() || (node.is("Clip") ? isScalar(input) : graph.isConstant(input)));
      }
      return order;
    }
    if (BINARY.contains(node.op())) {
      int[] first = null;
      for (String input : node.inputs()) {
        int[] next = orders.get(input);
        require(next != null || isScalar(input));
        require(first == null || next == null || Arrays.equals(first, next));
        first = first == null ? next : first;
      }
      return first;
    }
    require(node.is("Concat") && node.integer("axis", 1) == 1);
    List<Integer> joined = new ArrayList<>();
    int start = 0;
    for (String input : node.inputs()) {
      require(graph.staticShape(input) != null);
      int[] next = orders.getOrDefault(input, IntStream.range(0, channels(input)).toArray());
      for (int channel : next) {
        joined.add(start + channel);
      }
      start += next.length;
    }
    return joined.stream().mapToInt(i -> i).toArray();
  }

  private int channels(String tensor) {
    Shape shape = graph.staticShape(tensor);
    return shape == null || shape.rank() != 4 ? 0 : (int) shape.dimension(1);
  }

  private boolean isScalar(String tensor) {
    Shape shape = graph.staticShape(tensor);
    return graph.isConstant(tensor) && shape != null && shape.elements() == 1;
  }

  // ---- applying

  void apply() {
    Map<String, String> renamed = new HashMap<>();
    orders
        .keySet()
        .forEach(name -> renamed.put(name, graph.fresh(name + "_sorted", graph.type(name))));
    List<Node> fresh = new ArrayList<>();
    Map<String, List<String>> parts = new LinkedHashMap<>(); // of each exit
    pieces.forEach(
        (source, own) ->
            fresh.addAll(split(Objects.requireNonNull(renamed.get(source)), own, parts)));
    parts.forEach(
        (exit, names) -> {
          if (names.size() == 1) {
            renamed.put(exit, names.get(0));
          } else {
            String joined = Objects.requireNonNull(renamed.get(exit));
            fresh.add(Nodes.of("Concat", joined, names, List.of(joined), Attr.of("axis", 1)));
          }
        });
    Set<Node> own = ownNodes();
    for (Node node : List.copyOf(graph.nodes())) {
      boolean ordered =
          orders.containsKey(node.output()) || node.inputs().stream().anyMatch(orders::containsKey);
      if (ordered && !own.contains(node)) {
        graph.replace(node, reordered(node, renamed));
      }
    }
    graph.insert(fresh);
  }

  /** Hands the pieces of a sorted source to the exits that read them. */
  private List<Node> split(
      String source, Map<List<String>, List<Integer>> own, Map<String, List<String>> parts) {
    if (own.size() == 1) {
      own.keySet().iterator().next().forEach(exit -> partsOf(exit, parts).add(source));
      return List.of();
    }
    TensorType type = graph.type(source);
    List<String> names = new ArrayList<>();
    own.forEach(
        (exits, channels) -> {
          long[] dims = Objects.requireNonNull(type.shape()).toArray();
          dims[1] = channels.size();
          String name =
              graph.fresh(
                  source + "_" + names.size(), new TensorType(type.element(), Shape.of(dims)));
          names.add(name);
          exits.forEach(exit -> partsOf(exit, parts).add(name));
        });
    long[] sizes = own.values().stream().mapToLong(List::size).toArray();
    String name = source + "_split";
    return List.of(
        graph.opset() < SPLIT_BY_INPUT
            ? Nodes.of(
                "Split", name, List.of(source), names, Attr.of("axis", 1), Attr.of("split", sizes))
            : Nodes.of(
                "Split",
                name,
                List.of(source, graph.add(Tensors.ofLongs(name + "_sizes", sizes))),
                names,
                Attr.of("axis", 1)));
  }

  private static List<String> partsOf(String exit, Map<String, List<String>> parts) {
    return parts.computeIfAbsent(exit, e -> new ArrayList<>());
  }

  private Node reordered(Node node, Map<String, String> renamed) {
    List<String> inputs =
        node.inputs().stream().map(name -> renamed.getOrDefault(name, name)).toList();
    String output = renamed.getOrDefault(node.output(), node.output());
    Convolution convolution = Convolution.of(graph, node);
    if (convolution == null) {
      return Nodes.with(node, inputs, List.of(output));
    }
    int in = convolution.channelsPerGroup();
    int[] columns =
        convolution.group() > 1
            ? new int[1]
            : orders.getOrDefault(convolution.input(), IntStream.range(0, in).toArray());
    int[] rows =
        orders.getOrDefault(
            node.output(), IntStream.range(0, convolution.outputChannels()).toArray());
    int each = convolution.kernelSize();
    float[] old = convolution.weights();
    float[] weights = new float[old.length];
    float[] oldBias = convolution.bias();
    float[] bias = new float[oldBias.length];
    for (int row = 0; row < rows.length; row++) {
      bias[row] = oldBias[rows[row]];
      for (int column = 0; column < in; column++) {
        int from = (rows[row] * in + columns[column]) * each;
        System.arraycopy(old, from, weights, (row * in + column) * each, each);
      }
    }
    return convolution.rewritten(
        inputs.get(0), output, convolution.shape(), weights, convolution.hasBias() ? bias : null);
  }
}
