package dev.ovkit.onnx.rewrite;

import dev.ovkit.onnx.Convolution;
import dev.ovkit.onnx.Graph;
import dev.ovkit.onnx.Node;
import dev.ovkit.onnx.Nodes.Attr;
import dev.ovkit.onnx.rewrite.FoldBatchNorm.Affine;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Deque;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Merges the parallel branches of RepVGG's training form, 3x3, 1x1 and identity with or without
 * BatchNormalization, which read one tensor and are summed, into one convolution.
 */
final class MergeBranches implements Rewrite {

  @Override
  public String title() {
    return "RepVGG branches merged";
  }

  @Override
  public int apply(Graph graph) {
    int times = 0;
    List<Node> outermostFirst = new ArrayList<>(graph.nodes());
    Collections.reverse(outermostFirst);
    for (Node sum : outermostFirst) {
      if (sum.is("Add") && graph.nodes().contains(sum)) {
        Node merged = merged(graph, leaves(graph, sum), sum.output());
        if (merged != null) {
          graph.replace(sum, merged);
          graph.dropUnreachable();
          times++;
        }
      }
    }
    return times;
  }

  /** What is summed, through sums of sums that nothing else reads. */
  private static List<String> leaves(Graph graph, Node sum) {
    List<String> leaves = new ArrayList<>();
    Deque<Node> sums = new ArrayDeque<>(List.of(sum));
    while (!sums.isEmpty()) {
      Node outer = sums.pop();
      for (String input : outer.inputs()) {
        Node inner = graph.producer(input);
        if (inner != null
            && inner.is("Add")
            && graph.onlyConsumer(input) == outer
            && Collections.frequency(outer.inputs(), input) == 1) { // x + x + … doubles each time
          sums.push(inner);
        } else {
          leaves.add(input);
        }
      }
    }
    return leaves;
  }

  private static @Nullable Node merged(Graph graph, List<String> leaves, String output) {
    List<Convolution> convolutions = new ArrayList<>();
    List<Affine> identities = new ArrayList<>();
    List<String> read = new ArrayList<>();
    for (String leaf : leaves) {
      Node node = graph.producer(leaf);
      Convolution convolution = Convolution.of(graph, node);
      Affine affine = node == null ? null : Affine.of(graph, node);
      if (graph.onlyConsumer(leaf) == null || node == null) {
        return null;
      } else if (convolution != null) {
        convolutions.add(convolution);
        read.add(convolution.input());
      } else if (affine != null) {
        identities.add(affine);
        read.add(node.input(0));
      } else {
        return null;
      }
    }
    if (convolutions.isEmpty() || read.stream().distinct().count() != 1) {
      return null;
    }
    Convolution largest = convolutions.get(0);
    for (Convolution convolution : convolutions) {
      largest = convolution.kernelSize() > largest.kernelSize() ? convolution : largest;
    }
    for (Convolution convolution : convolutions) {
      if (!aligned(convolution, largest)) {
        return null;
      }
    }
    int channels = largest.outputChannels();
    boolean sameSize =
        Arrays.stream(largest.strides()).allMatch(s -> s == 1)
            && channels == largest.channelsPerGroup() * largest.group()
            && identities.stream().allMatch(identity -> identity.scale().length == channels);
    return identities.isEmpty() || sameSize
        ? summed(largest, convolutions, identities, output)
        : null;
  }

  /** True if both kernels have their centre on the same pixel. */
  private static boolean aligned(Convolution one, Convolution largest) {
    long up = one.shape().dimension(2) / 2;
    long left = one.shape().dimension(3) / 2;
    return one.kernelHeight() % 2 == 1
        && one.kernelWidth() % 2 == 1
        && one.kernelHeight() <= largest.kernelHeight()
        && one.kernelWidth() <= largest.kernelWidth()
        && Arrays.equals(one.pads(), new long[] {up, left, up, left})
        && Arrays.equals(one.strides(), largest.strides())
        && !one.hasDilation()
        && one.group() == largest.group()
        && one.outputChannels() == largest.outputChannels()
        && one.channelsPerGroup() == largest.channelsPerGroup();
  }

  private static Node summed(
      Convolution largest, List<Convolution> convolutions, List<Affine> identities, String output) {
    int height = largest.kernelHeight();
    int width = largest.kernelWidth();
    int centre = height / 2 * width + width / 2;
    double[] weights = new double[(int) largest.shape().elements()];
    double[] bias = new double[largest.outputChannels()];
    for (Convolution one : convolutions) {
      int top = (height - one.kernelHeight()) / 2;
      int left = (width - one.kernelWidth()) / 2;
      float[] own = one.weights();
      for (int i = 0; i < own.length; i++) {
        int plane = i / one.kernelSize();
        int row = i % one.kernelSize() / one.kernelWidth() + top;
        int column = i % one.kernelWidth() + left;
        weights[(plane * height + row) * width + column] += own[i];
      }
      float[] ownBias = one.bias();
      for (int i = 0; i < bias.length; i++) {
        bias[i] += ownBias[i];
      }
    }
    for (Affine identity : identities) {
      for (int i = 0; i < bias.length; i++) {
        int channel = i % largest.channelsPerGroup();
        int plane = i * largest.channelsPerGroup() + channel;
        weights[plane * height * width + centre] += identity.scale()[i];
        bias[i] += identity.shift()[i];
      }
    }
    return largest.rewritten(
        largest.input(),
        output,
        largest.shape(),
        floats(weights),
        floats(bias),
        Attr.of("pads", largest.pads()));
  }

  private static float[] floats(double[] numbers) {
    float[] floats = new float[numbers.length];
    for (int i = 0; i < floats.length; i++) {
      floats[i] = (float) numbers[i];
    }
    return floats;
  }
}
