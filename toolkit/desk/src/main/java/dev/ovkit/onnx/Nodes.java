package dev.ovkit.onnx;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import com.google.protobuf.ByteString;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/** Makes nodes out of nodes. */
public final class Nodes {

  private Nodes() {}

  public static Node of(
      String op, String name, List<String> inputs, List<String> outputs, Attr... attrs) {
    NodeProto.Builder builder =
        NodeProto.newBuilder()
            .setOpType(op)
            .setName(name)
            .addAllInput(inputs)
            .addAllOutput(outputs);
    for (Attr attribute : attrs) {
      builder.addAttribute(attribute.proto());
    }
    return new Node(builder.build());
  }

  /** The same node with other inputs and outputs. */
  public static Node with(Node node, List<String> inputs, List<String> outputs) {
    return new Node(
        node.proto().toBuilder()
            .clearInput()
            .addAllInput(inputs)
            .clearOutput()
            .addAllOutput(outputs)
            .build());
  }

  public static Node withInputs(Node node, String... inputs) {
    return with(node, List.of(inputs), node.outputs());
  }

  static Node withOutput(Node node, String output) {
    return with(node, node.inputs(), List.of(output));
  }

  /** The same node reading the map's value wherever it read a key. */
  static Node reading(Node node, Map<String, String> tensors) {
    return with(
        node,
        node.inputs().stream().map(input -> tensors.getOrDefault(input, input)).toList(),
        node.outputs());
  }

  /** The same node with some attributes set anew. */
  public static Node with(Node node, Attr... attrs) {
    List<String> names = Arrays.stream(attrs).map(a -> a.proto().getName()).toList();
    NodeProto.Builder builder = node.proto().toBuilder().clearAttribute();
    node.proto().getAttributeList().stream()
        .filter(a -> !names.contains(a.getName()))
        .forEach(builder::addAttribute);
    for (Attr attribute : attrs) {
      builder.addAttribute(attribute.proto());
    }
    return new Node(builder.build());
  }

  public static Node renamed(Node node, String name) {
    return new Node(node.proto().toBuilder().setName(name).build());
  }

  /** An attribute of a node. */
  public record Attr(AttributeProto proto) {

    public static Attr of(String name, long value) {
      return new Attr(named(name).setType(AttributeProto.AttributeType.INT).setI(value).build());
    }

    public static Attr of(String name, float value) {
      return new Attr(named(name).setType(AttributeProto.AttributeType.FLOAT).setF(value).build());
    }

    public static Attr of(String name, String value) {
      return new Attr(
          named(name)
              .setType(AttributeProto.AttributeType.STRING)
              .setS(ByteString.copyFromUtf8(value))
              .build());
    }

    public static Attr of(String name, long... values) {
      AttributeProto.Builder builder = named(name).setType(AttributeProto.AttributeType.INTS);
      for (long value : values) {
        builder.addInts(value);
      }
      return new Attr(builder.build());
    }

    private static AttributeProto.Builder named(String name) {
      return AttributeProto.newBuilder().setName(name);
    }
  }
}
