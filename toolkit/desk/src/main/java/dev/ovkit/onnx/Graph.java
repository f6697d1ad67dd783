package dev.ovkit.onnx;

import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.TensorShapeProto;
import ai.onnx.proto.OnnxMl.TypeProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import dev.ovkit.runtime.Shape;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A model's graph, indexed: who makes a tensor, who reads it, what shape it has, what numbers it
 * holds. Rewrites edit it; everyone else only reads. For one thread.
 *
 * <p>An edit never changes what a tensor that keeps its name means, so shapes, found once, stay
 * right.
 */
public final class Graph {

  private final ModelProto model;
  private final int opset;
  private final Map<String, ValueInfoProto> inputs = new LinkedHashMap<>();
  private final Map<String, ValueInfoProto> outputs = new LinkedHashMap<>();
  private final Map<String, TensorProto> initializers = new LinkedHashMap<>();
  private final Map<String, TensorType> types;
  private final Map<String, Value> values;
  private final @Nullable String contradiction;
  private List<Node> nodes;

  // Found when asked for, forgotten by every edit.
  private @Nullable Map<String, Node> producers;
  private @Nullable Map<String, List<Node>> consumers;

  /**
   * @throws IllegalArgumentException if the graph is no graph: a tensor made twice or never, a
   *     cycle
   */
  Graph(ModelProto model) {
    this.model = model;
    this.opset = opset(model);
    GraphProto graph = model.getGraph();
    graph.getInitializerList().forEach(tensor -> initializers.put(tensor.getName(), tensor));
    Map<String, TensorType> declared = new HashMap<>();
    graph.getValueInfoList().forEach(info -> declared.put(info.getName(), typeOf(info)));
    for (ValueInfoProto output : graph.getOutputList()) {
      outputs.put(output.getName(), output);
      declared.put(output.getName(), typeOf(output));
    }
    for (ValueInfoProto input : graph.getInputList()) {
      // Old exporters list weights as inputs too.
      if (!initializers.containsKey(input.getName())) {
        inputs.put(input.getName(), input);
      }
      declared.put(input.getName(), typeOf(input));
    }
    nodes = new ArrayList<>(graph.getNodeList().stream().map(Node::new).toList());
    checkNames();
    nodes = NodeOrder.of(this);
    Inference inference = new Inference(declared, initializers);
    inference.run(inputs.keySet(), nodes);
    types = inference.types();
    values = inference.values();
    contradiction = inference.contradiction();
  }

  public static int opset(ModelProto model) {
    return model.getOpsetImportList().stream()
        .filter(id -> id.getDomain().isEmpty() || id.getDomain().equals("ai.onnx"))
        .mapToInt(id -> (int) id.getVersion())
        .findFirst()
        .orElse(0);
  }

  private void checkNames() {
    Set<String> made = new HashSet<>(inputs.keySet());
    made.addAll(initializers.keySet());
    model.getGraph().getSparseInitializerList().forEach(s -> made.add(s.getValues().getName()));
    for (Node node : nodes) {
      for (String output : node.outputs()) {
        if (!output.isEmpty() && !made.add(output)) {
          throw new IllegalArgumentException("two nodes give the tensor '" + output + "'");
        }
      }
    }
    for (Node node : nodes) {
      for (String read : node.reads()) {
        if (!made.contains(read)) {
          throw new IllegalArgumentException(
              "nothing gives the tensor '" + read + "', which " + node.title() + " reads");
        }
      }
    }
    for (String output : outputs.keySet()) {
      if (!made.contains(output)) {
        throw new IllegalArgumentException("nothing gives the output '" + output + "'");
      }
    }
  }

  // ---- reading

  public int opset() {
    return opset;
  }

  /** In an order in which they can be run. */
  public List<Node> nodes() {
    return nodes;
  }

  public Set<String> inputs() {
    return inputs.keySet();
  }

  public Set<String> outputs() {
    return outputs.keySet();
  }

  public boolean isOutput(String tensor) {
    return outputs.containsKey(tensor);
  }

  /** The node that gives a tensor; null for inputs and initializers. */
  public @Nullable Node producer(String tensor) {
    if (producers == null) {
      producers = new HashMap<>();
      for (Node node : nodes) {
        for (String output : node.outputs()) {
          producers.put(output, node);
        }
      }
    }
    return producers.get(tensor);
  }

  public List<Node> consumers(String tensor) {
    if (consumers == null) {
      consumers = new HashMap<>();
      for (Node node : nodes) {
        for (String read : node.reads()) {
          consumers.computeIfAbsent(read, name -> new ArrayList<>()).add(node);
        }
      }
    }
    return consumers.getOrDefault(tensor, List.of());
  }

  /** The only node that reads a tensor; the graph does not output that tensor either. */
  public @Nullable Node onlyConsumer(String tensor) {
    List<Node> all = consumers(tensor);
    return all.size() == 1 && !isOutput(tensor) ? all.get(0) : null;
  }

  public TensorType type(String tensor) {
    return types.getOrDefault(tensor, TensorType.UNKNOWN);
  }

  public @Nullable Shape shape(String tensor) {
    return type(tensor).shape();
  }

  /** A tensor's shape if it is wholly known and could be held in memory, else null. */
  public @Nullable Shape staticShape(String tensor) {
    Shape shape = shape(tensor);
    return shape != null && shape.isStatic() && Inference.fitsIntoMemory(shape) ? shape : null;
  }

  /** The tensor that an initializer or a Constant node holds, or null. */
  @Nullable TensorProto constant(String tensor) {
    TensorProto initializer = initializers.get(tensor);
    if (initializer != null) {
      return initializer;
    }
    Node node = producer(tensor);
    return node == null ? null : node.constant();
  }

  /** The numbers of a constant f32 tensor, or null. */
  public float @Nullable [] floats(String tensor) {
    TensorProto constant = constant(tensor);
    return constant == null || constant.getDataType() != TensorProto.DataType.FLOAT_VALUE
        ? null
        : Tensors.floats(constant);
  }

  /** The numbers of a small tensor, constant or computed from shapes alone; or null. */
  public @Nullable Value value(String tensor) {
    Value value = values.get(tensor);
    if (value == null) {
      TensorProto constant = constant(tensor);
      value = constant == null ? null : Value.of(constant);
    }
    return value;
  }

  public boolean isConstant(String tensor) {
    return values.containsKey(tensor) || constant(tensor) != null;
  }

  /** Where shapes contradict each other, in words; null where they do not. */
  public @Nullable String contradiction() {
    return contradiction;
  }

  /** What rules on single nodes may know of the tensors. */
  public Inference known() {
    return new Inference(Map.of(), initializers, types, values);
  }

  /** How many nodes have this operator. */
  public long count(String op) {
    return nodes.stream().filter(node -> node.is(op)).count();
  }

  // ---- editing

  /** Puts {@code fresh} in the place of {@code old}; what {@code old} gave must still be given. */
  public void replace(Node old, Node... fresh) {
    int at = nodes.indexOf(old);
    nodes.remove(at);
    nodes.addAll(at, List.of(fresh));
    changed();
  }

  /** Adds nodes where their inputs are there. */
  public void insert(Collection<Node> fresh) {
    nodes.addAll(fresh);
    changed();
    nodes = NodeOrder.of(this);
  }

  public void remove(Collection<Node> gone) {
    nodes.removeAll(new HashSet<>(gone));
    changed();
  }

  /** Adds an initializer under a name of its own, made from {@code tensor}'s. */
  public String add(TensorProto tensor) {
    String name = fresh(tensor.getName());
    initializers.put(name, tensor.toBuilder().setName(name).build());
    types.put(name, new TensorType(tensor.getDataType(), Tensors.shape(tensor)));
    return name;
  }

  /** Makes a tensor that no node gives any more an initializer. */
  public void define(TensorProto tensor) {
    initializers.put(tensor.getName(), tensor);
  }

  /** Gives an input its numbers for good. */
  public void fix(TensorProto input) {
    initializers.put(input.getName(), input);
    inputs.remove(input.getName());
  }

  /** A tensor name that is not taken. */
  public String fresh(String wish) {
    String name = wish;
    for (int i = 2; types.containsKey(name); i++) {
      name = wish + "_" + i;
    }
    return name;
  }

  /** A fresh name for a tensor of this type. */
  public String fresh(String wish, TensorType type) {
    String name = fresh(wish);
    types.put(name, type);
    return name;
  }

  /** Makes every node that reads a key of the map read its value, all in one walk. */
  public void redirect(Map<String, String> tensors) {
    nodes.replaceAll(
        node ->
            Collections.disjoint(node.inputs(), tensors.keySet())
                ? node
                : Nodes.reading(node, tensors));
    changed();
  }

  private void changed() {
    producers = null;
    consumers = null;
  }

  /** Removes what no output needs: nodes, initializers, inputs. */
  public void dropUnreachable() {
    Set<Node> needed = new HashSet<>();
    Set<String> read = new LinkedHashSet<>(outputs.keySet());
    Deque<String> open = new ArrayDeque<>(read);
    while (!open.isEmpty()) {
      Node node = producer(open.pop());
      if (node != null && needed.add(node)) {
        for (String name : node.reads()) {
          if (read.add(name)) {
            open.push(name);
          }
        }
      }
    }
    nodes.removeIf(node -> !needed.contains(node));
    initializers.keySet().retainAll(read);
    inputs.keySet().retainAll(read);
    changed();
  }

  /** Makes these tensors, in this order, the outputs. */
  public void cut(List<String> tensors) {
    Map<String, ValueInfoProto> kept = new LinkedHashMap<>();
    for (String tensor : tensors) {
      ValueInfoProto info = outputs.get(tensor);
      kept.put(tensor, info != null ? info : infoOf(tensor));
    }
    outputs.clear();
    outputs.putAll(kept);
    dropUnreachable();
  }

  private ValueInfoProto infoOf(String tensor) {
    TensorType type = type(tensor);
    return ValueInfo.of(tensor, type.element(), type.shape());
  }

  static TensorShapeProto toProto(Shape shape) {
    TensorShapeProto.Builder builder = TensorShapeProto.newBuilder();
    for (long dim : shape.dimensions()) {
      if (dim == Shape.UNKNOWN) {
        builder.addDimBuilder();
      } else {
        builder.addDimBuilder().setDimValue(dim);
      }
    }
    return builder.build();
  }

  static TensorType typeOf(ValueInfoProto info) {
    if (!info.getType().hasTensorType()) {
      return TensorType.UNKNOWN;
    }
    TypeProto.Tensor tensor = info.getType().getTensorType();
    Shape shape = null;
    if (tensor.hasShape()) {
      shape =
          new Shape(
              tensor.getShape().getDimList().stream()
                  .map(
                      d -> d.hasDimValue() && d.getDimValue() > 0 ? d.getDimValue() : Shape.UNKNOWN)
                  .toList());
    }
    return new TensorType(tensor.getElemType(), shape);
  }

  /** The model with the graph as it is now. */
  ModelProto toModel() {
    GraphProto old = model.getGraph();
    List<Node> order = NodeOrder.of(this);
    Set<String> alive = new HashSet<>();
    order.forEach(node -> alive.addAll(node.outputs()));
    GraphProto.Builder graph =
        old.toBuilder()
            .clearNode()
            .clearInput()
            .clearOutput()
            .clearInitializer()
            .clearValueInfo()
            .clearQuantizationAnnotation()
            .addAllInput(inputs.values())
            .addAllOutput(outputs.values())
            .addAllInitializer(initializers.values());
    order.forEach(node -> graph.addNode(node.proto()));
    old.getValueInfoList().stream()
        .filter(info -> alive.contains(info.getName()) && !isOutput(info.getName()))
        .forEach(graph::addValueInfo);
    return model.toBuilder().setGraph(graph).build();
  }
}
