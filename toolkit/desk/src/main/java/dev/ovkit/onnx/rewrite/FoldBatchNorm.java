package dev.ovkit.onnx.rewrite;

import dev.ovkit.onnx.Convolution;
import dev.ovkit.onnx.Graph;
import dev.ovkit.onnx.Node;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Multiplies a BatchNormalization into the convolution before it. */
final class FoldBatchNorm implements Rewrite {

  /** What a BatchNormalization does to each channel: times scale, plus shift. */
  @SuppressWarnings("ArrayRecordComponent") // never compared
  record Affine(double[] scale, double[] shift) {

    /** Null unless all is constant and the node is not in training. */
    static @Nullable Affine of(Graph graph, Node node) {
      if (!node.is("BatchNormalization")
          || node.inputs().size() != 5
          || node.integer("training_mode", 0) != 0
          || node.outputs().stream().skip(1).anyMatch(o -> !graph.consumers(o).isEmpty())) {
        return null;
      }
      float[] gamma = graph.floats(node.input(1));
      float[] beta = graph.floats(node.input(2));
      float[] mean = graph.floats(node.input(3));
      float[] variance = graph.floats(node.input(4));
      if (gamma == null || beta == null || mean == null || variance == null) {
        return null;
      }
      int channels = gamma.length;
      if (beta.length != channels || mean.length != channels || variance.length != channels) {
        return null;
      }
      double epsilon = node.real("epsilon", 1e-5f);
      double[] scale = new double[channels];
      double[] shift = new double[channels];
      for (int i = 0; i < scale.length; i++) {
        scale[i] = gamma[i] / Math.sqrt(variance[i] + epsilon);
        shift[i] = beta[i] - mean[i] * scale[i];
      }
      return new Affine(scale, shift);
    }
  }

  @Override
  public String title() {
    return "BatchNormalization folded into convolutions";
  }

  @Override
  public int apply(Graph graph) {
    int times = 0;
    for (Node norm : List.copyOf(graph.nodes())) {
      Affine affine = Affine.of(graph, norm);
      Convolution convolution = Convolution.of(graph, graph.producer(norm.input(0)));
      if (affine != null
          && convolution != null
          && graph.onlyConsumer(convolution.output()) == norm
          && affine.scale().length == convolution.outputChannels()) {
        Node folded = folded(convolution, affine, norm.output());
        graph.replace(convolution.node(), folded);
        graph.remove(List.of(norm));
        times++;
      }
    }
    return times;
  }

  private static Node folded(Convolution convolution, Affine affine, String output) {
    float[] weights = convolution.weights();
    float[] bias = convolution.bias();
    int each = weights.length / bias.length;
    for (int i = 0; i < weights.length; i++) {
      weights[i] = (float) (weights[i] * affine.scale()[i / each]);
    }
    for (int i = 0; i < bias.length; i++) {
      bias[i] = (float) (bias[i] * affine.scale()[i] + affine.shift()[i]);
    }
    return convolution.rewritten(convolution.input(), output, convolution.shape(), weights, bias);
  }
}
