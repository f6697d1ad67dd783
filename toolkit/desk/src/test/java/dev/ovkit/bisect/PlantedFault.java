package dev.ovkit.bisect;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import com.google.protobuf.ByteString;
import dev.ovkit.onnx.Nodes;
import dev.ovkit.onnx.Nodes.Attr;
import dev.ovkit.onnx.Sketch;
import dev.ovkit.onnx.Tensors;
import dev.ovkit.runtime.Shape;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Random;

/**
 * What goes wrong in conversions, each at one node of a small network; the network without it is
 * {@link #network}. The name of a constant says which node's fault it is.
 */
enum PlantedFault {
  /** One kernel of the wrong sign. */
  WEIGHT {
    @Override
    void plant(GraphProto.Builder graph) {
      FloatBuffer values = floats(graph, "weight/w");
      change(graph, "weight/w", values, values.get(values.capacity() / 2) + 1.5f);
    }
  },
  PAD {
    @Override
    void plant(GraphProto.Builder graph) {
      attribute(graph, "pad", Attr.of("pads", 0, 0, 2, 2));
    }
  },
  UPSAMPLE {
    @Override
    void plant(GraphProto.Builder graph) {
      attribute(graph, "upsample", Attr.of("mode", "linear"));
    }
  },
  BIAS {
    @Override
    void plant(GraphProto.Builder graph) {
      NodeProto.Builder node = node(graph, "bias");
      List<String> inputs = List.copyOf(node.getInputList().subList(0, 2));
      node.clearInput().addAllInput(inputs);
    }
  },
  AXIS {
    @Override
    void plant(GraphProto.Builder graph) {
      attribute(graph, "axis", Attr.of("axis", 2));
    }
  },
  ZERO_POINT {
    @Override
    void plant(GraphProto.Builder graph) {
      node(graph, "zero_point").setInput(2, "zero_point/wrong");
    }
  },
  TRANSPOSE {
    @Override
    void plant(GraphProto.Builder graph) {
      attribute(graph, "transpose", Attr.of("perm", 0, 1, 2, 3));
    }
  },
  ACTIVATION {
    @Override
    void plant(GraphProto.Builder graph) {
      node(graph, "activation").setOpType("Relu").clearAttribute();
    }
  },
  EPSILON {
    @Override
    void plant(GraphProto.Builder graph) {
      attribute(graph, "epsilon", Attr.of("epsilon", 0.1f));
    }
  },
  /** Two kernels in each other's place. */
  CHANNEL {
    @Override
    void plant(GraphProto.Builder graph) {
      FloatBuffer values = floats(graph, "channel/w");
      int each = 8 * 3 * 3;
      for (int i = 0; i < each; i++) {
        float first = values.get(i);
        values.put(i, values.get(each + i));
        values.put(each + i, first);
      }
      change(graph, "channel/w", values, values.get(values.capacity() / 2));
    }
  };

  abstract void plant(GraphProto.Builder graph);

  /** Returns the name of the node that has the fault. */
  String nodeName() {
    return name().toLowerCase(Locale.ROOT);
  }

  /**
   * Returns a network in which each fault has its node.
   *
   * @param quantized whether it also has a QuantizeLinear, for the fault of the zero point
   */
  static ModelProto network(boolean quantized) {
    Network net = new Network();
    net.sketch.input("images", 1, 3, 64, 64);
    String x = net.conv("stem", "images", 3, 8, 2);
    x = net.batchNorm("epsilon", x, 8);
    String early = net.node("activation", "LeakyRelu", List.of(x), Attr.of("alpha", 0.2f));
    x = net.conv("weight", early, 8, 8, 2);
    x = net.node("relu", "Relu", List.of(x));
    x = net.conv("bias", x, 8, 8, 1);
    x = net.node("axis", "Softmax", List.of(x), Attr.of("axis", 1));
    x = net.conv("pad", x, 8, 8, 1);
    if (quantized) {
      net.sketch.initializer(zeroPoint("zero_point/right", 128));
      net.sketch.initializer(zeroPoint("zero_point/wrong", 131));
      String step = "quantize/step";
      net.sketch.initializer(Tensors.of(step, Shape.of(), 0.02f));
      x = net.node("quantize", "QuantizeLinear", List.of(x, step, "zero_point/right"));
      x = net.node("zero_point", "DequantizeLinear", List.of(x, step, "zero_point/right"));
    }
    String scales = "upsample/scales";
    net.sketch.initializer(Tensors.of(scales, Shape.of(4), 1, 1, 2, 2));
    x =
        net.node(
            "upsample",
            "Resize",
            List.of(x, "", scales),
            Attr.of("mode", "nearest"),
            Attr.of("coordinate_transformation_mode", "asymmetric"),
            Attr.of("nearest_mode", "floor"));
    x = net.node("join", "Concat", List.of(x, early), Attr.of("axis", 1));
    x = net.conv("mix", x, 16, 8, 1);
    x = net.node("transpose", "Transpose", List.of(x), Attr.of("perm", 0, 1, 3, 2));
    x = net.conv("channel", x, 8, 8, 1);
    x = net.node("gate", "Sigmoid", List.of(x));
    net.sketch.output(net.conv("head", x, 8, 6, 1));
    return net.sketch.proto();
  }

  /** Returns the network with some faults. */
  static ModelProto with(List<PlantedFault> faults) {
    ModelProto.Builder model = network(faults.contains(PlantedFault.ZERO_POINT)).toBuilder();
    faults.forEach(fault -> fault.plant(model.getGraphBuilder()));
    return model.build();
  }

  private static TensorProto zeroPoint(String name, int value) {
    return TensorProto.newBuilder()
        .setName(name)
        .setDataType(TensorProto.DataType.UINT8_VALUE)
        .setRawData(ByteString.copyFrom(new byte[] {(byte) value}))
        .build();
  }

  // ---- edits

  private static NodeProto.Builder node(GraphProto.Builder graph, String name) {
    return graph.getNodeBuilderList().stream()
        .filter(node -> node.getName().equals(name))
        .findFirst()
        .orElseThrow();
  }

  private static void attribute(GraphProto.Builder graph, String name, Attr changed) {
    NodeProto.Builder node = node(graph, name);
    List<AttributeProto> others = new ArrayList<>(node.getAttributeList());
    others.removeIf(other -> other.getName().equals(changed.proto().getName()));
    node.clearAttribute().addAllAttribute(others).addAttribute(changed.proto());
  }

  private static TensorProto.Builder tensor(GraphProto.Builder graph, String name) {
    return graph.getInitializerBuilderList().stream()
        .filter(tensor -> tensor.getName().equals(name))
        .findFirst()
        .orElseThrow();
  }

  private static FloatBuffer floats(GraphProto.Builder graph, String name) {
    byte[] bytes = tensor(graph, name).getRawData().toByteArray();
    return ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer();
  }

  /** Writes numbers back, with the one in the middle changed. */
  private static void change(
      GraphProto.Builder graph, String name, FloatBuffer values, float middle) {
    values.put(values.capacity() / 2, middle);
    ByteBuffer bytes =
        ByteBuffer.allocate(Float.BYTES * values.capacity()).order(ByteOrder.LITTLE_ENDIAN);
    bytes.asFloatBuffer().put(values.duplicate().rewind());
    tensor(graph, name).setRawData(ByteString.copyFrom(bytes));
  }

  /** Nodes and weights whose names say what they are. */
  private static final class Network {
    final Sketch sketch = new Sketch();
    private final Random random = new Random(5);

    String node(String name, String op, List<String> inputs, Attr... attributes) {
      String tensor = name + "_out";
      sketch.node(Nodes.of(op, name, inputs, List.of(tensor), attributes));
      return tensor;
    }

    String conv(String name, String x, int in, int out, int stride) {
      String weights = weights(name + "/w", 1.5 / Math.sqrt(in * 9), out, in, 3, 3);
      String bias = weights(name + "/b", 0.4, out);
      return node(
          name,
          "Conv",
          List.of(x, weights, bias),
          Attr.of("kernel_shape", 3, 3),
          Attr.of("strides", stride, stride),
          Attr.of("pads", 1, 1, 1, 1));
    }

    String batchNorm(String name, String x, int channels) {
      List<String> inputs = new ArrayList<>(List.of(x));
      for (String part : List.of("gamma", "beta", "mean", "variance")) {
        String tensor = name + "/" + part;
        float[] values = new float[channels];
        for (int i = 0; i < channels; i++) {
          values[i] =
              part.equals("gamma") || part.equals("variance")
                  ? 0.5f + random.nextFloat()
                  : (float) random.nextGaussian() * 0.2f;
        }
        sketch.initializer(Tensors.of(tensor, Shape.of(channels), values));
        inputs.add(tensor);
      }
      return node(name, "BatchNormalization", inputs, Attr.of("epsilon", 1e-5f));
    }

    private String weights(String name, double scale, long... shape) {
      float[] values = new float[(int) Shape.of(shape).elements()];
      for (int i = 0; i < values.length; i++) {
        values[i] = (float) (random.nextGaussian() * scale);
      }
      sketch.initializer(Tensors.of(name, Shape.of(shape), values));
      return name;
    }
  }
}
