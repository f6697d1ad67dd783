package dev.ovkit.diagnose;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.AttributeProto.AttributeType;
import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.TypeProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import com.google.protobuf.InvalidProtocolBufferException;
import dev.ovkit.convert.ConvertOptions;
import dev.ovkit.convert.Outputs;
import dev.ovkit.convert.SourceDetector;
import dev.ovkit.ir.IrDescription;
import dev.ovkit.metadata.DetectorMetadata;
import dev.ovkit.model.DetectorSpec;
import dev.ovkit.surgery.ModelEditor;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** An IR with a fault: the ONNX with nodes before its input or behind its outputs, and metadata. */
public final class FaultyIr {

  private final SourceDetector source;
  private final GraphProto.Builder graph;
  private final ModelProto.Builder model;
  private final Map<String, String> metadata = new TreeMap<>();
  private boolean reverse;
  private List<Float> mean = List.of();
  private List<Float> scale = List.of();
  private int counter;

  private FaultyIr(SourceDetector source) {
    this.source = source;
    try {
      this.model = ModelProto.parseFrom(source.onnx().toBytes()).toBuilder();
    } catch (InvalidProtocolBufferException e) {
      throw new IllegalStateException(e);
    }
    this.graph = model.getGraphBuilder();
  }

  /** The raw heads of a YOLOv5-type detector. */
  public static FaultyIr heads(Path onnx) {
    return new FaultyIr(SourceDetector.of(ConvertOptions.of(onnx)));
  }

  /** The output that the ONNX has. */
  static FaultyIr flat(Path onnx) {
    return new FaultyIr(
        SourceDetector.of(ConvertOptions.of(onnx).withOutputs(new Outputs.AsTheyAre())));
  }

  /** Returns what a client must do for this IR as long as nothing is changed. */
  DetectorSpec spec() {
    return source.spec();
  }

  public FaultyIr preprocess(boolean reversed, List<Float> means, List<Float> scales) {
    reverse = reversed;
    mean = means;
    scale = scales;
    return this;
  }

  FaultyIr metadata(DetectorSpec spec) {
    metadata.putAll(DetectorMetadata.write(spec));
    return this;
  }

  FaultyIr metadata(String key, String value) {
    metadata.put(key, value);
    return this;
  }

  // ---- nodes

  interface Step {
    String after(String tensor);
  }

  /** Puts nodes behind every output; the shapes of the outputs are forgotten. */
  FaultyIr behind(Step step) {
    List<ValueInfoProto> outputs = new ArrayList<>(graph.getOutputList());
    graph.clearOutput();
    for (ValueInfoProto output : outputs) {
      String made = step.after(output.getName());
      TypeProto.Tensor.Builder type =
          TypeProto.Tensor.newBuilder().setElemType(TensorProto.DataType.FLOAT_VALUE);
      graph.addOutput(
          ValueInfoProto.newBuilder()
              .setName(made)
              .setType(TypeProto.newBuilder().setTensorType(type)));
    }
    return this;
  }

  /** Puts nodes between the input and what reads it. */
  FaultyIr before(Step step) {
    String input = graph.getInput(0).getName();
    int old = graph.getNodeCount();
    String made = step.after(input);
    for (int i = 0; i < old; i++) {
      NodeProto.Builder node = graph.getNodeBuilder(i);
      for (int k = 0; k < node.getInputCount(); k++) {
        if (node.getInput(k).equals(input)) {
          node.setInput(k, made);
        }
      }
    }
    // Nodes are in the order of their use.
    List<NodeProto> nodes = new ArrayList<>(graph.getNodeList());
    graph.clearNode();
    graph.addAllNode(nodes.subList(old, nodes.size()));
    graph.addAllNode(nodes.subList(0, old));
    return this;
  }

  String transpose(String tensor, long... order) {
    return node("Transpose", ints("perm", order), tensor);
  }

  String reshape(String tensor, long... shape) {
    TensorProto.Builder value =
        TensorProto.newBuilder()
            .setName("shape" + counter)
            .setDataType(TensorProto.DataType.INT64_VALUE)
            .addDims(shape.length);
    for (long s : shape) {
      value.addInt64Data(s);
    }
    graph.addInitializer(value);
    return node("Reshape", null, tensor, value.getName());
  }

  String gather(String tensor, int axis, int... indices) {
    TensorProto.Builder value =
        TensorProto.newBuilder()
            .setName("indices" + counter)
            .setDataType(TensorProto.DataType.INT64_VALUE)
            .addDims(indices.length);
    for (int s : indices) {
      value.addInt64Data(s);
    }
    graph.addInitializer(value);
    AttributeProto attribute =
        AttributeProto.newBuilder().setName("axis").setType(AttributeType.INT).setI(axis).build();
    return node("Gather", attribute, tensor, value.getName());
  }

  String sigmoid(String tensor) {
    return node("Sigmoid", null, tensor);
  }

  /** Element by element, with a constant that is broadcast. */
  String with(String operation, String tensor, long[] shape, float... values) {
    TensorProto.Builder value =
        TensorProto.newBuilder()
            .setName("constant" + counter)
            .setDataType(TensorProto.DataType.FLOAT_VALUE);
    for (long s : shape) {
      value.addDims(s);
    }
    for (float v : values) {
      value.addFloatData(v);
    }
    graph.addInitializer(value);
    return node(operation, null, tensor, value.getName());
  }

  private static AttributeProto ints(String name, long... values) {
    AttributeProto.Builder attribute =
        AttributeProto.newBuilder().setName(name).setType(AttributeType.INTS);
    for (long v : values) {
      attribute.addInts(v);
    }
    return attribute.build();
  }

  private String node(String type, AttributeProto attribute, String... inputs) {
    String made = "added" + counter++;
    NodeProto.Builder node = NodeProto.newBuilder().setOpType(type).setName(made).addOutput(made);
    node.addAllInput(List.of(inputs));
    if (attribute != null) {
      node.addAttribute(attribute);
    }
    graph.addNode(node);
    return made;
  }

  /** Writes it. */
  public Path save(Path xml) {
    try (ModelEditor editor = ModelEditor.ofOnnx(model.build().toByteArray())) {
      if (reverse || !mean.isEmpty() || !scale.isEmpty()) {
        editor.preprocess(reverse, mean, scale);
      }
      metadata.forEach((key, value) -> editor.setInfo(IrDescription.OVKIT, key, value));
      editor.save(xml);
    }
    return xml;
  }
}
