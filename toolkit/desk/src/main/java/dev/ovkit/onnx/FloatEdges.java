package dev.ovkit.onnx;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.TensorProto.DataType;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import dev.ovkit.runtime.Shape;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Makes a model whose pictures or outputs are f16, bf16 or f64 compute in f32: what OpenVINO's
 * processors compute in anyway.
 */
final class FloatEdges {

  private static final Map<Integer, String> OTHERS =
      Map.of(
          DataType.FLOAT16_VALUE, "f16",
          DataType.BFLOAT16_VALUE, "bf16",
          DataType.DOUBLE_VALUE, "f64");

  private final Set<Integer> types;

  private FloatEdges(Set<Integer> types) {
    this.types = types;
  }

  /** The other types of floats by which a picture goes in or an output comes out. */
  private static Set<Integer> of(OnnxModel model) {
    Graph graph = model.graph();
    return Stream.concat(graph.inputs().stream(), graph.outputs().stream())
        .map(name -> graph.type(name).element())
        .filter(OTHERS::containsKey)
        .collect(Collectors.toCollection(TreeSet::new));
  }

  /** The same model with f32 in the place of these types. */
  static OnnxModel toFloat(OnnxModel model, List<String> changes) {
    Set<Integer> types = of(model);
    if (types.isEmpty()) {
      return model;
    }
    String words = types.stream().map(OTHERS::get).collect(Collectors.joining(" and "));
    changes.add(words + " inputs and outputs become f32");
    FloatEdges edges = new FloatEdges(types);
    return model.withProto(
        proto -> proto.toBuilder().setGraph(edges.toFloat(proto.getGraph())).build());
  }

  private GraphProto toFloat(GraphProto graph) {
    GraphProto.Builder made = graph.toBuilder();
    made.getInputBuilderList().forEach(this::declare);
    made.getOutputBuilderList().forEach(this::declare);
    made.getValueInfoBuilderList().forEach(this::declare);
    for (int i = 0; i < graph.getInitializerCount(); i++) {
      made.setInitializer(i, toFloat(graph.getInitializer(i)));
    }
    for (int i = 0; i < graph.getNodeCount(); i++) {
      made.setNode(i, toFloat(graph.getNode(i)));
    }
    return made.build();
  }

  private void declare(ValueInfoProto.Builder info) {
    if (info.getType().hasTensorType()
        && types.contains(info.getType().getTensorType().getElemType())) {
      info.getTypeBuilder().getTensorTypeBuilder().setElemType(DataType.FLOAT_VALUE);
    }
  }

  private NodeProto toFloat(NodeProto node) {
    NodeProto.Builder made = node.toBuilder();
    for (AttributeProto.Builder attribute : made.getAttributeBuilderList()) {
      if (attribute.hasT()) {
        attribute.setT(toFloat(attribute.getT()));
      }
      if (attribute.hasG()) {
        attribute.setG(toFloat(attribute.getG()));
      }
      boolean type =
          List.of("to", "dtype").contains(attribute.getName())
              && types.contains((int) attribute.getI());
      if (type) {
        attribute.setI(DataType.FLOAT_VALUE);
      }
    }
    return made.build();
  }

  private TensorProto toFloat(TensorProto tensor) {
    double[] numbers = types.contains(tensor.getDataType()) ? Tensors.doubles(tensor) : null;
    if (numbers == null) {
      return tensor;
    }
    float[] floats = new float[numbers.length];
    for (int i = 0; i < floats.length; i++) {
      floats[i] = (float) numbers[i];
    }
    return Tensors.of(tensor.getName(), new Shape(tensor.getDimsList()), floats);
  }
}
