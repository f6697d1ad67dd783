package dev.ovkit.onnx.rewrite;

import dev.ovkit.onnx.Convolution;
import dev.ovkit.onnx.Graph;
import dev.ovkit.onnx.Node;
import dev.ovkit.onnx.Nodes;
import dev.ovkit.onnx.Nodes.Attr;
import dev.ovkit.onnx.TensorType;
import dev.ovkit.runtime.Shape;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;

/**
 * Splits a convolution of k x k with a single output channel, as PicoDet's alignment of scores has
 * it, into three: a 1x1 convolution gives what each of the kernel's positions would add, a
 * depthwise one shifts each of these maps to its place, and a 1x1 one sums them up. A processor
 * computes 8 or 16 output channels at once, so the first form leaves all but one of its lanes idle.
 */
final class SplitSingleOutput implements Rewrite {

  @Override
  public String title() {
    return "convolutions of one output channel split by position";
  }

  @Override
  public int apply(Graph graph) {
    int times = 0;
    for (Node node : List.copyOf(graph.nodes())) {
      Convolution convolution = Convolution.of(graph, node);
      if (convolution != null && fits(graph, convolution)) {
        split(graph, convolution);
        times++;
      }
    }
    return times;
  }

  /** With fewer input channels than positions the shifts would cost more than they save. */
  private static boolean fits(Graph graph, Convolution convolution) {
    return convolution.outputChannels() == 1
        && convolution.group() == 1
        && convolution.kernelSize() > 1
        && convolution.channelsPerGroup() >= convolution.kernelSize()
        && graph.staticShape(convolution.input()) != null
        && graph.staticShape(convolution.output()) != null
        && !graph.isOutput(convolution.output());
  }

  private static void split(Graph graph, Convolution whole) {
    int positions = whole.kernelSize();
    int channels = whole.channelsPerGroup();
    String name = whole.node().title();
    String parts = fresh(graph, whole, whole.input(), "_parts", positions);
    String shifted = fresh(graph, whole, whole.output(), "_shifted", positions);

    float[] weights = whole.weights();
    float[] byPosition = new float[weights.length];
    float[] places = new float[positions * positions];
    float[] ones = new float[positions];
    for (int position = 0; position < positions; position++) {
      for (int channel = 0; channel < channels; channel++) {
        byPosition[position * channels + channel] = weights[channel * positions + position];
      }
      places[position * positions + position] = 1;
    }
    Arrays.fill(ones, 1);

    Attr[] pointwise = {
      Attr.of("auto_pad", "NOTSET"),
      Attr.of("strides", 1, 1),
      Attr.of("pads", 0, 0, 0, 0),
      Attr.of("dilations", 1, 1)
    };
    Node each =
        whole.rewritten(
            whole.input(), parts, Shape.of(positions, channels, 1, 1), byPosition, null, pointwise);
    Shape kernel = Shape.of(positions, 1, whole.kernelHeight(), whole.kernelWidth());
    Node shift = whole.rewritten(parts, shifted, kernel, places, null, Attr.of("group", positions));
    Node sum =
        whole.rewritten(
            shifted,
            whole.output(),
            Shape.of(1, positions, 1, 1),
            ones,
            whole.hasBias() ? whole.bias() : null,
            pointwise);
    graph.replace(
        whole.node(),
        Nodes.renamed(each, name + "_parts"),
        Nodes.renamed(shift, name + "_shifted"),
        sum);
  }

  /** A tensor of the size of another one, with so many channels. */
  private static String fresh(
      Graph graph, Convolution whole, String like, String suffix, int channels) {
    long[] shape = Objects.requireNonNull(graph.staticShape(like)).toArray();
    shape[1] = channels;
    return graph.fresh(
        whole.output() + suffix, new TensorType(graph.type(like).element(), Shape.of(shape)));
  }
}
