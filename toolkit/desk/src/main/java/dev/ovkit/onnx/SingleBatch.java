package dev.ovkit.onnx;

import ai.onnx.proto.OnnxMl.TensorProto;
import dev.ovkit.runtime.Shape;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Makes a model that takes several pictures at a time take one. */
final class SingleBatch {

  private static final Set<String> ELEMENTWISE = Set.of("Add", "Sub", "Mul", "Div", "Concat");

  private final OnnxModel model;
  private final Graph graph;
  private final long batch;

  private SingleBatch(OnnxModel model, long batch) {
    this.model = model;
    this.graph = model.graph();
    this.batch = batch;
  }

  /** Returns the model for one picture; empty where the graph has the batch built in. */
  static Optional<OnnxModel> of(OnnxModel model) {
    Shape shape = Objects.requireNonNull(model.inputs().get(0).shape());
    return new SingleBatch(model, shape.dimension(0)).reduced();
  }

  private Optional<OnnxModel> reduced() {
    for (Node node : List.copyOf(graph.nodes())) {
      if (node.is("Reshape") || node.is("Expand")) {
        replaceConstant(node, 1, targetOfOne(node));
      } else if (ELEMENTWISE.contains(node.op())) {
        for (int i = 0; i < node.inputs().size(); i++) {
          replaceConstant(node, i, firstOfMany(node, i));
        }
      }
    }
    Shape old = Objects.requireNonNull(model.inputs().get(0).shape());
    List<Long> one = new ArrayList<>(old.dimensions());
    one.set(0, 1L);
    OnnxModel single = model.with(graph).withDeclaredInput(new Shape(one));
    boolean whole =
        single.contradiction().isEmpty()
            && single.outputs().stream()
                .map(TensorInfo::shape)
                .allMatch(s -> s != null && s.rank() > 0 && s.dimension(0) == 1);
    return whole ? Optional.of(single) : Optional.empty();
  }

  private void replaceConstant(Node node, int input, @Nullable TensorProto one) {
    if (one == null) {
      return;
    }
    Node now = Objects.requireNonNull(graph.producer(node.output()));
    List<String> inputs = new ArrayList<>(now.inputs());
    inputs.set(input, graph.add(one));
    graph.replace(now, Nodes.with(now, inputs, now.outputs()));
  }

  /** The target of a Reshape that begins with the batch. */
  private @Nullable TensorProto targetOfOne(Node node) {
    Value target = graph.value(node.input(1));
    if (target == null || target.size() == 0 || target.data()[0] != batch) {
      return null;
    }
    long[] one = target.longs();
    one[0] = 1;
    return Tensors.ofLongs(node.input(1) + "/one", one);
  }

  /** A constant that holds the same for each picture. */
  private @Nullable TensorProto firstOfMany(Node node, int input) {
    String name = node.input(input);
    float[] all = graph.floats(name);
    Shape shape = graph.shape(name);
    Shape made = graph.shape(node.output());
    if (all == null
        || shape == null
        || made == null
        || shape.rank() != made.rank()
        || shape.dimension(0) != batch
        || (node.is("Concat") && node.integer("axis", 0) == 0)) {
      return null;
    }
    int each = all.length / (int) batch;
    float[] first = Arrays.copyOf(all, each);
    for (int i = 1; i < batch; i++) {
      if (!Arrays.equals(first, Arrays.copyOfRange(all, i * each, (i + 1) * each))) {
        return null;
      }
    }
    List<Long> dimensions = new ArrayList<>(shape.dimensions());
    dimensions.set(0, 1L);
    return Tensors.of(name + "/one", new Shape(dimensions), first);
  }
}
