package dev.ovkit.onnx;

import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.SparseTensorProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import dev.ovkit.runtime.Shape;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.Deque;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Cuts parts out of a model: the nodes that compute some of its tensors, starting from other
 * tensors, which become inputs. For one thread.
 */
public final class GraphExcerpts {

  private final ModelProto model;
  private final Graph graph;
  private final Set<String> dependent = new HashSet<>();

  /**
   * A part of a model.
   *
   * @param model an ONNX of its own
   * @param inputs what each of its inputs is called in the whole model
   */
  public record Excerpt(ModelProto model, Map<String, String> inputs) {
    public Excerpt {
      inputs = Collections.unmodifiableMap(new LinkedHashMap<>(inputs));
    }
  }

  public GraphExcerpts(OnnxModel model) {
    this.model = model.proto();
    this.graph = model.graph();
    dependent.addAll(graph.inputs());
    for (Node node : graph.nodes()) {
      // What depends on the picture's size alone is the same for every picture.
      boolean bySize = node.is("Shape") || node.is("Size");
      if (!bySize && !Collections.disjoint(node.reads(), dependent)) {
        dependent.addAll(node.outputs());
      }
    }
    dependent.remove("");
  }

  /**
   * Returns the tensors where the graph can be cut, in the order in which they are computed: they
   * depend on an input, and something reads them by name.
   */
  public List<String> tensors() {
    Set<String> captured = new HashSet<>(); // by inner graphs, whose text is not changed here
    for (Node node : graph.nodes()) {
      node.reads().stream().filter(read -> !node.inputs().contains(read)).forEach(captured::add);
    }
    List<String> tensors = new ArrayList<>();
    for (Node node : graph.nodes()) {
      for (String output : node.outputs()) {
        boolean used = graph.isOutput(output) || !graph.consumers(output).isEmpty();
        if (used && dependent.contains(output) && !captured.contains(output)) {
          tensors.add(output);
        }
      }
    }
    return tensors;
  }

  public Set<String> outputs() {
    return graph.outputs();
  }

  /** Returns what is known of a tensor's shape. */
  public @Nullable Shape shape(String tensor) {
    return graph.shape(tensor);
  }

  public boolean isInput(String tensor) {
    return graph.inputs().contains(tensor);
  }

  public boolean isConstant(String tensor) {
    return !tensor.isEmpty() && !dependent.contains(tensor);
  }

  /**
   * Returns the nodes that compute a tensor from the tensors where the graph is cut, in their
   * order; the last one gives it.
   */
  public List<Node> region(String tensor, Set<String> cuts) {
    return region(List.of(tensor), cuts);
  }

  /** Returns the tensors where a {@link #region} begins. */
  public Set<String> sources(String tensor, Set<String> cuts) {
    Set<String> sources = new LinkedHashSet<>();
    for (Node node : region(tensor, cuts)) {
      node.inputs().stream().filter(cuts::contains).forEach(sources::add);
    }
    return sources;
  }

  private List<Node> region(Collection<String> wanted, Set<String> cuts) {
    Set<Node> needed = new HashSet<>();
    Deque<String> open = new ArrayDeque<>(wanted);
    while (!open.isEmpty()) {
      Node node = graph.producer(open.pop());
      if (node != null && needed.add(node)) {
        node.reads().stream().filter(read -> !cuts.contains(read)).forEach(open::push);
      }
    }
    return graph.nodes().stream().filter(needed::contains).toList();
  }

  /**
   * Returns the part of the model that computes some tensors from others.
   *
   * @param given the tensors that become inputs, with the shapes that they have
   * @param wanted the tensors that become outputs; one that is given too is computed all the same
   */
  public Excerpt excerpt(Map<String, Shape> given, Collection<String> wanted) {
    List<Node> nodes = region(wanted, given.keySet());
    Set<String> made = new HashSet<>();
    Set<String> read = new LinkedHashSet<>();
    nodes.forEach(node -> made.addAll(node.outputs()));
    Map<String, String> names = new LinkedHashMap<>();
    GraphProto.Builder part = GraphProto.newBuilder().setName(model.getGraph().getName());
    for (Node node : nodes) {
      for (String input : node.inputs()) {
        if (given.containsKey(input)) {
          names.computeIfAbsent(
              input, name -> made.contains(name) ? graph.fresh(name + "/given") : name);
        }
      }
      read.addAll(node.reads());
      part.addNode(Nodes.reading(node, names).proto());
    }
    Map<String, String> inputs = new LinkedHashMap<>();
    names.forEach(
        (tensor, name) -> {
          inputs.put(name, tensor);
          part.addInput(ValueInfo.floats(name, given.getOrDefault(tensor, Shape.of())));
        });
    for (ValueInfoProto input : model.getGraph().getInputList()) {
      if (graph.inputs().contains(input.getName()) && read.contains(input.getName())) {
        inputs.put(input.getName(), input.getName());
        part.addInput(input);
      }
    }
    for (TensorProto tensor : model.getGraph().getInitializerList()) {
      if (read.contains(tensor.getName())) {
        part.addInitializer(tensor);
      }
    }
    for (SparseTensorProto tensor : model.getGraph().getSparseInitializerList()) {
      if (read.contains(tensor.getValues().getName())) {
        part.addSparseInitializer(tensor);
      }
    }
    // The runtime infers the types.
    wanted.forEach(name -> part.addOutput(ValueInfoProto.newBuilder().setName(name)));
    return new Excerpt(model.toBuilder().setGraph(part).clearMetadataProps().build(), inputs);
  }
}
