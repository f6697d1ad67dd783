package dev.ovkit.convert;

import ai.onnx.proto.OnnxMl.TensorProto;
import dev.ovkit.ModelException;
import dev.ovkit.head.HeadSplitter;
import dev.ovkit.model.HeadLayout;
import dev.ovkit.onnx.Convolution;
import dev.ovkit.onnx.Graph;
import dev.ovkit.onnx.Nodes;
import dev.ovkit.onnx.OnnxModel;
import dev.ovkit.onnx.TensorType;
import dev.ovkit.runtime.Shape;
import java.util.ArrayList;
import java.util.List;

/**
 * Cuts the objectness channels out of each head's convolution. They and the feature map that the
 * convolution reads become the outputs; the convolution's numbers leave the graph.
 */
final class LazyTail implements HeadSplitter {

  private final Graph graph;
  private final String file;
  private final List<String> outputs = new ArrayList<>();
  private final List<float[]> weights = new ArrayList<>();

  /**
   * A model with lazy heads.
   *
   * @param layout of its outputs
   * @param weights of each head's convolution, in the order that they have at the end of the .bin
   */
  record Lazy(OnnxModel model, HeadLayout layout, List<float[]> weights) {
    Lazy {
      weights = List.copyOf(weights);
    }
  }

  private LazyTail(Graph graph, String file) {
    this.graph = graph;
    this.file = file;
  }

  /**
   * Returns the model with lazy heads: of each head the objectness and the feature map before it.
   *
   * @param layout of the outputs now, as {@code [1, C, H, W]}
   * @throws ModelException if a head is more than one convolution
   */
  static Lazy cut(OnnxModel model, HeadLayout layout) {
    Graph graph = model.graph();
    LazyTail tail = new LazyTail(graph, model.file());
    HeadLayout lazy = tail.cut(layout);
    return new Lazy(model.with(graph), lazy, tail.weights);
  }

  private HeadLayout cut(HeadLayout layout) {
    HeadLayout lazy =
        layout
            .lazy(this)
            .orElseThrow(
                () ->
                    new IllegalArgumentException(
                        "'%s' has nothing to compute later".formatted(layout.name())));
    graph.cut(outputs);
    return lazy;
  }

  @Override
  public SplitHead split(String head, int channels, int[] kept) {
    Convolution convolution = Convolution.of(graph, graph.producer(head));
    if (convolution == null
        || !convolution.isPointwise()
        || convolution.hasDilation()
        || convolution.outputChannels() != channels) {
      throw new ModelException(
          "'%s' cannot have lazy heads: '%s' does not come from one 1x1 convolution with constant f32 weights and %d output channels, out of which the objectness could be cut; convert it without --heads lazy"
              .formatted(file, head, channels));
    }
    int read = convolution.channelsPerGroup();
    float[] all = convolution.weights();
    float[] bias = convolution.bias();
    float[] keptWeights = new float[kept.length * read];
    float[] keptBias = new float[kept.length];
    for (int i = 0; i < kept.length; i++) {
      System.arraycopy(all, kept[i] * read, keptWeights, i * read, read);
      keptBias[i] = bias[kept[i]];
    }
    weights.add(byInput(all, bias, read));
    Shape map = graph.staticShape(head);
    if (map == null) {
      throw new IllegalArgumentException("the shape of '" + head + "' is open");
    }
    String name =
        graph.fresh(
            head + "_objectness",
            new TensorType(
                TensorProto.DataType.FLOAT_VALUE,
                Shape.of(1, kept.length, map.dimension(2), map.dimension(3))));
    graph.insert(
        List.of(
            Nodes.renamed(
                convolution.rewritten(
                    convolution.input(),
                    name,
                    Shape.of(kept.length, read, 1, 1),
                    keptWeights,
                    keptBias),
                name)));
    outputs.add(name);
    outputs.add(convolution.input());
    return new SplitHead(name, convolution.input(), read);
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
