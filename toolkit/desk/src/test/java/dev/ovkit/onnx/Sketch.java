package dev.ovkit.onnx;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.AttributeProto.AttributeType;
import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.OperatorSetIdProto;
import ai.onnx.proto.OnnxMl.StringStringEntryProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.TypeProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import dev.ovkit.onnx.Nodes.Attr;
import dev.ovkit.runtime.Shape;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;

/** Draws small graphs for tests: each method adds a node and gives the tensor it makes. */
public final class Sketch {

  private final GraphProto.Builder graph = GraphProto.newBuilder().setName("sketch");
  private final ModelProto.Builder model = ModelProto.newBuilder().setIrVersion(7);
  private final Random random = new Random(7);
  private final int opset;
  private int counter;

  public Sketch() {
    this(13);
  }

  public Sketch(int opset) {
    this.opset = opset;
    model
        .setProducerName("sketch")
        .addOpsetImport(OperatorSetIdProto.newBuilder().setVersion(opset));
  }

  public String input(String name, long... dims) {
    graph.addInput(ValueInfo.floats(name, Shape.of(dims)));
    return name;
  }

  public void output(String... names) {
    for (String name : names) {
      TypeProto.Tensor.Builder type =
          TypeProto.Tensor.newBuilder().setElemType(TensorProto.DataType.FLOAT_VALUE);
      graph.addOutput(
          ValueInfoProto.newBuilder()
              .setName(name)
              .setType(TypeProto.newBuilder().setTensorType(type)));
    }
  }

  /** An output whose shape the file declares; -1 is open. */
  public void outputOf(String name, long... dims) {
    graph.addOutput(ValueInfo.floats(name, Shape.of(dims)));
  }

  /** An input of whole numbers. */
  public String longInput(String name, long... dims) {
    graph.addInput(whole(ValueInfo.floats(name, Shape.of(dims))));
    return name;
  }

  /** An output of whole numbers. */
  public void longOutput(String name, long... dims) {
    graph.addOutput(whole(ValueInfo.floats(name, Shape.of(dims))));
  }

  private static ValueInfoProto whole(ValueInfoProto info) {
    ValueInfoProto.Builder builder = info.toBuilder();
    builder.getTypeBuilder().getTensorTypeBuilder().setElemType(TensorProto.DataType.INT64_VALUE);
    return builder.build();
  }

  public void metadata(String key, String value) {
    model.addMetadataProps(StringStringEntryProto.newBuilder().setKey(key).setValue(value));
  }

  /** A node with one output, named by operator and counter, as the old exporter does. */
  public String op(String op, List<String> inputs, Attr... attributes) {
    return named(op + "_" + counter, op, inputs, attributes);
  }

  public String op(String op, String input, Attr... attributes) {
    return op(op, List.of(input), attributes);
  }

  String named(String name, String op, List<String> inputs, Attr... attributes) {
    String tensor = "t" + counter++;
    node(Nodes.of(op, name, inputs, List.of(tensor), attributes));
    return tensor;
  }

  public void node(Node node) {
    graph.addNode(node.proto());
  }

  public List<String> split(String input, int outputs, Attr... attributes) {
    List<String> tensors =
        IntStream.range(0, outputs).mapToObj(i -> "t" + counter + "_" + i).toList();
    node(Nodes.of("Split", "Split_" + counter++, List.of(input), tensors, attributes));
    return tensors;
  }

  /** Two halves along the channels, in the words of the opset. */
  public List<String> splitHalves(String input, long channels) {
    long half = channels / 2;
    if (opset < 13) {
      return split(input, 2, Attr.of("axis", 1), Attr.of("split", half, half));
    }
    List<String> tensors = List.of("t" + counter + "_0", "t" + counter + "_1");
    List<String> inputs = List.of(input, longs(half, half));
    node(Nodes.of("Split", "Split_" + counter++, inputs, tensors, Attr.of("axis", 1)));
    return tensors;
  }

  /** A convolution with bias that keeps the size where its stride is 1. */
  public String conv(String x, int in, int out, int kernel, int stride, int group) {
    long pad = kernel / 2;
    return conv(x, in, out, kernel, group, strides(stride), Attr.of("pads", pad, pad, pad, pad));
  }

  public String conv(String x, int in, int out) {
    return conv(x, in, out, 1, 1, 1);
  }

  public String conv(String x, int in, int out, int kernel, int group, Attr... attributes) {
    List<String> inputs =
        List.of(x, random(0.3f, out, in / group, kernel, kernel), random(0.3f, out));
    Attr[] all = Arrays.copyOf(attributes, attributes.length + 1);
    all[attributes.length] = Attr.of("group", group);
    return op("Conv", inputs, all);
  }

  public static Attr strides(int stride) {
    return Attr.of("strides", stride, stride);
  }

  /** A BatchNormalization with numbers as training leaves them. */
  public String batchNorm(String x, int channels) {
    return op(
        "BatchNormalization",
        List.of(
            x,
            constant(positive(channels), channels),
            random(0.2f, channels),
            random(0.2f, channels),
            constant(positive(channels), channels)),
        Attr.of("epsilon", 1e-3f));
  }

  private float[] positive(int n) {
    float[] values = new float[n];
    for (int i = 0; i < n; i++) {
      values[i] = 0.5f + random.nextFloat();
    }
    return values;
  }

  public String random(float scale, long... dims) {
    Shape shape = Shape.of(dims);
    float[] values = new float[(int) shape.elements()];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) random.nextGaussian() * scale;
    }
    return constant(values, dims);
  }

  public String constant(float[] values, long... dims) {
    String name = "w" + counter++;
    graph.addInitializer(Tensors.of(name, Shape.of(dims), values));
    return name;
  }

  public String scalar(float value) {
    return constant(new float[] {value});
  }

  public String longs(long... values) {
    String name = "w" + counter++;
    graph.addInitializer(Tensors.ofLongs(name, values));
    return name;
  }

  /** A Constant node, as exporters leave it in graphs that nobody simplified. */
  public String constantNode(TensorProto tensor) {
    return op(
        "Constant",
        List.of(),
        new Attr(
            AttributeProto.newBuilder()
                .setName("value")
                .setType(AttributeType.TENSOR)
                .setT(tensor)
                .build()));
  }

  public void initializer(TensorProto tensor) {
    graph.addInitializer(tensor);
  }

  public ModelProto proto() {
    return model.setGraph(graph).build();
  }

  public OnnxModel model() {
    return OnnxModel.of("sketch.onnx", proto(), "");
  }
}
