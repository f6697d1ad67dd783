package dev.ovkit.convert;

import ai.onnx.proto.OnnxMl.TensorProto;
import dev.ovkit.ModelException;
import dev.ovkit.model.Head;
import dev.ovkit.model.HeadLayout.LazyHead;
import dev.ovkit.model.HeadLayout.LazyHeads;
import dev.ovkit.model.HeadLayout.RawHeads;
import dev.ovkit.onnx.Convolution;
import dev.ovkit.onnx.Graph;
import dev.ovkit.onnx.Nodes;
import dev.ovkit.onnx.OnnxModel;
import dev.ovkit.onnx.Shape;
import dev.ovkit.onnx.TensorType;
import java.util.ArrayList;
import java.util.List;

/**
 * Cuts the objectness channels out of each head's convolution. They and the feature map that the
 * convolution reads become the outputs; the convolution's numbers leave the graph.
 */
final class LazyTail {

  private final Graph graph;
  private final RawHeads raw;
  private final List<String> outputs = new ArrayList<>();
  private final List<LazyHead> heads = new ArrayList<>();
  private final List<float[]> weights = new ArrayList<>();

  /**
   * A model with lazy heads.
   *
   * @param weights of each head's convolution, in the order in which {@link LazyHeads} wants them
   *     at the end of the .bin
   */
  record Lazy(OnnxModel model, LazyHeads layout, List<float[]> weights) {
    Lazy {
      weights = List.copyOf(weights);
    }
  }

  private LazyTail(Graph graph, RawHeads raw) {
    this.graph = graph;
    this.raw = raw;
  }

  /**
   * Returns the model with lazy heads: of each head the objectness and the feature map before it.
   *
   * @param heads what the outputs are now, as {@code [1, C, H, W]}
   * @throws ModelException if a head is more than one convolution
   */
  static Lazy cut(OnnxModel model, RawHeads heads) {
    Graph graph = model.graph();
    LazyTail tail = new LazyTail(graph, heads);
    tail.cut(model.file());
    return new Lazy(model.with(graph), new LazyHeads(tail.heads, heads.classes()), tail.weights);
  }

  private void cut(String file) {
    for (Head head : raw.heads()) {
      Convolution convolution = Convolution.of(graph, graph.producer(head.output()));
      int channels = head.anchors().size() * (5 + raw.classes());
      if (convolution == null
          || !convolution.isPointwise()
          || convolution.hasDilation()
          || convolution.outputChannels() != channels) {
        throw new ModelException(
            "'%s' cannot have lazy heads: '%s' does not come from one 1x1 convolution with constant f32 weights and %d output channels, out of which the objectness could be cut; convert it without --heads lazy"
                .formatted(file, head.output(), channels));
      }
      cut(head, convolution);
    }
    graph.cut(outputs);
  }

  private void cut(Head head, Convolution convolution) {
    int anchors = head.anchors().size();
    int each = 5 + raw.classes();
    int channels = convolution.channelsPerGroup();
    float[] all = convolution.weights();
    float[] bias = convolution.bias();
    float[] objectness = new float[anchors * channels];
    float[] objectnessBias = new float[anchors];
    for (int a = 0; a < anchors; a++) {
      int row = a * each + 4;
      System.arraycopy(all, row * channels, objectness, a * channels, channels);
      objectnessBias[a] = bias[row];
    }
    weights.add(byInput(all, bias, channels));
    Shape map = graph.staticShape(head.output());
    if (map == null) {
      throw new IllegalArgumentException("the shape of '" + head.output() + "' is open");
    }
    String name =
        graph.fresh(
            head.output() + "_objectness",
            new TensorType(
                TensorProto.DataType.FLOAT_VALUE, Shape.of(1, anchors, map.dim(2), map.dim(3))));
    graph.insert(
        List.of(
            Nodes.renamed(
                convolution.rewritten(
                    convolution.input(),
                    name,
                    Shape.of(anchors, channels, 1, 1),
                    objectness,
                    objectnessBias),
                name)));
    outputs.add(name);
    outputs.add(convolution.input());
    heads.add(
        new LazyHead(new Head(name, head.stride(), head.anchors()), convolution.input(), channels));
  }

  /** Input channel by input channel, and the biases last: the order in which they are summed. */
  private static float[] byInput(float[] weights, float[] bias, int channels) {
    float[] turned = new float[(channels + 1) * bias.length];
    for (int out = 0; out < bias.length; out++) {
      for (int in = 0; in < channels; in++) {
        turned[in * bias.length + out] = weights[out * channels + in];
      }
      turned[channels * bias.length + out] = bias[out];
    }
    return turned;
  }
}
