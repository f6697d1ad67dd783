package dev.ovkit.onnx;

import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.TensorProto.DataType;
import dev.ovkit.onnx.Nodes.Attr;
import dev.ovkit.runtime.Shape;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A two-dimensional convolution with constant f32 weights and explicit padding. */
public final class Convolution {

  private final Graph graph;
  private final Node node;
  private final Shape shape;

  private Convolution(Graph graph, Node node, Shape shape) {
    this.graph = graph;
    this.node = node;
    this.shape = shape;
  }

  /** The node as a convolution, or null if it is not of this kind. */
  public static @Nullable Convolution of(Graph graph, @Nullable Node node) {
    if (node == null || !node.is("Conv") || node.inputs().size() < 2) {
      return null;
    }
    TensorProto weights = graph.constant(node.input(1));
    if (weights == null
        || weights.getDataType() != DataType.FLOAT_VALUE
        || weights.getDimsCount() != 4
        || !List.of("NOTSET", "VALID").contains(node.text("auto_pad", "NOTSET"))) {
      return null;
    }
    Convolution convolution = new Convolution(graph, node, Tensors.shape(weights));
    float[] bias = node.has(2) ? graph.floats(node.input(2)) : new float[0];
    boolean whole =
        bias != null
            && (bias.length == convolution.outputChannels() || !node.has(2))
            && convolution.shape.elements() > 0
            && convolution.group() > 0
            && convolution.outputChannels() % convolution.group() == 0
            && convolution.strides().length == 2
            && convolution.pads().length == 4;
    return whole ? convolution : null;
  }

  /** Whether it makes one channel of several, in shares that are one together. */
  boolean makesGrey() {
    double sum = 0;
    for (float weight : weights()) {
      sum += weight > 0 ? weight : Double.NaN;
    }
    return outputChannels() == 1 && channelsPerGroup() > 1 && Math.abs(sum - 1) < 1e-3;
  }

  public Node node() {
    return node;
  }

  public String input() {
    return node.input(0);
  }

  public String output() {
    return node.output();
  }

  /** Of the weights: output channels, input channels of a group, height, width. */
  public Shape shape() {
    return shape;
  }

  public int outputChannels() {
    return (int) shape.dimension(0);
  }

  public int channelsPerGroup() {
    return (int) shape.dimension(1);
  }

  public int kernelHeight() {
    return (int) shape.dimension(2);
  }

  public int kernelWidth() {
    return (int) shape.dimension(3);
  }

  public int kernelSize() {
    return kernelHeight() * kernelWidth();
  }

  public int group() {
    return (int) node.integer("group", 1);
  }

  public long[] strides() {
    return orElse(node.integers("strides"), 2, 1);
  }

  /** Top, left, bottom, right. */
  public long[] pads() {
    return orElse(node.integers("pads"), 4, 0);
  }

  public boolean hasDilation() {
    return Arrays.stream(orElse(node.integers("dilations"), 2, 1)).anyMatch(d -> d != 1);
  }

  /** 1x1, stride 1, no padding, one group: a matrix product in every pixel. */
  public boolean isPointwise() {
    return kernelSize() == 1
        && group() == 1
        && Arrays.stream(strides()).allMatch(s -> s == 1)
        && Arrays.stream(pads()).allMatch(p -> p == 0);
  }

  /** One input channel for each output channel. */
  public boolean isDepthwise() {
    return group() > 1 && group() == outputChannels() && channelsPerGroup() == 1;
  }

  public float[] weights() {
    float[] weights = graph.floats(node.input(1));
    if (weights == null) {
      throw new IllegalStateException("weights were constant when this was made");
    }
    return weights;
  }

  /** The bias; zeros where there is none. */
  public float[] bias() {
    float[] bias = node.has(2) ? graph.floats(node.input(2)) : null;
    return bias == null ? new float[outputChannels()] : bias;
  }

  public boolean hasBias() {
    return node.has(2);
  }

  /** The node with other numbers; they become new initializers of the graph. */
  public Node rewritten(
      String input,
      String output,
      Shape shape,
      float[] weights,
      float @Nullable [] bias,
      Attr... attributes) {
    List<String> inputs = new ArrayList<>();
    inputs.add(input);
    inputs.add(graph.add(Tensors.of(node.input(1), shape, weights)));
    if (bias != null) {
      String name = node.has(2) ? node.input(2) : node.input(1) + "_bias";
      inputs.add(graph.add(Tensors.of(name, Shape.of(bias.length), bias)));
    }
    Attr[] all = Arrays.copyOf(attributes, attributes.length + 1);
    all[attributes.length] = Attr.of("kernel_shape", shape.dimension(2), shape.dimension(3));
    return Nodes.with(Nodes.with(node, inputs, List.of(output)), all);
  }

  private static long[] orElse(long @Nullable [] values, int length, long absent) {
    if (values != null) {
      return values;
    }
    long[] filled = new long[length];
    Arrays.fill(filled, absent);
    return filled;
  }
}
