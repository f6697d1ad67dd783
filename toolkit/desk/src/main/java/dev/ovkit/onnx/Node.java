package dev.ovkit.onnx;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import dev.ovkit.runtime.Shape;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** One operation of a graph. Immutable; two nodes are the same only if they are one object. */
public final class Node {

  private final NodeProto proto;
  private final Set<String> reads;

  Node(NodeProto proto) {
    this.proto = proto;
    this.reads = new LinkedHashSet<>(proto.getInputList());
    for (AttributeProto attribute : proto.getAttributeList()) {
      if (attribute.hasG()) {
        reads.addAll(captured(attribute.getG()));
      }
      attribute.getGraphsList().forEach(graph -> reads.addAll(captured(graph)));
    }
    reads.remove("");
  }

  /** Names that a branch or loop body takes from the graph around it. */
  private static Set<String> captured(GraphProto body) {
    Set<String> own = new HashSet<>();
    body.getInputList().forEach(input -> own.add(input.getName()));
    body.getInitializerList().forEach(tensor -> own.add(tensor.getName()));
    body.getNodeList().forEach(node -> own.addAll(node.getOutputList()));
    Set<String> names = new LinkedHashSet<>();
    body.getNodeList().forEach(node -> names.addAll(new Node(node).reads));
    body.getOutputList().forEach(output -> names.add(output.getName()));
    names.removeAll(own);
    return names;
  }

  public NodeProto proto() {
    return proto;
  }

  public String name() {
    return proto.getName();
  }

  /** What to call this node in a message. */
  public String title() {
    return name().isEmpty() ? op() + " giving '" + output() + "'" : name();
  }

  /**
   * The operator; one that is not ONNX's own carries its domain, so that it equals none of them.
   */
  public String op() {
    String domain = proto.getDomain();
    return domain.isEmpty() || domain.equals("ai.onnx")
        ? proto.getOpType()
        : domain + "::" + proto.getOpType();
  }

  public boolean is(String op) {
    return op().equals(op);
  }

  /** All tensors that this node needs, those of its inner graphs included. */
  public Set<String> reads() {
    return reads;
  }

  public List<String> inputs() {
    return proto.getInputList();
  }

  public List<String> outputs() {
    return proto.getOutputList();
  }

  /** The input at {@code index}; the empty name where it is left out. */
  public String input(int index) {
    return index < proto.getInputCount() ? proto.getInput(index) : "";
  }

  public boolean has(int index) {
    return !input(index).isEmpty();
  }

  public String output() {
    return proto.getOutputCount() == 0 ? "" : proto.getOutput(0);
  }

  @Nullable AttributeProto attribute(String name) {
    for (AttributeProto attribute : proto.getAttributeList()) {
      if (attribute.getName().equals(name)) {
        return attribute;
      }
    }
    return null;
  }

  public long integer(String name, long absent) {
    AttributeProto attribute = attribute(name);
    return attribute == null ? absent : attribute.getI();
  }

  public float real(String name, float absent) {
    AttributeProto attribute = attribute(name);
    return attribute == null ? absent : attribute.getF();
  }

  public String text(String name, String absent) {
    AttributeProto attribute = attribute(name);
    return attribute == null ? absent : attribute.getS().toStringUtf8();
  }

  public long @Nullable [] integers(String name) {
    AttributeProto attribute = attribute(name);
    return attribute == null
        ? null
        : attribute.getIntsList().stream().mapToLong(Long::longValue).toArray();
  }

  /** Returns the attributes as text, for people; of a tensor or a graph only what it is. */
  public SortedMap<String, String> attributes() {
    SortedMap<String, String> attributes = new TreeMap<>();
    for (AttributeProto attribute : proto.getAttributeList()) {
      attributes.put(attribute.getName(), words(attribute));
    }
    return attributes;
  }

  private static String words(AttributeProto attribute) {
    return switch (attribute.getType()) {
      case INT -> Long.toString(attribute.getI());
      case FLOAT -> Float.toString(attribute.getF());
      case STRING -> attribute.getS().toStringUtf8();
      case INTS -> joined(attribute.getIntsList());
      case FLOATS -> joined(attribute.getFloatsList());
      case TENSOR -> "a tensor of " + Tensors.shape(attribute.getT());
      case GRAPH -> "a graph of %d nodes".formatted(attribute.getG().getNodeCount());
      default -> attribute.getType().name().toLowerCase(Locale.ROOT);
    };
  }

  private static String joined(List<?> numbers) {
    return numbers.stream().map(String::valueOf).collect(Collectors.joining(","));
  }

  /** The value of a Constant node, or null. */
  @Nullable TensorProto constant() {
    if (!is("Constant") || proto.getAttributeCount() != 1) {
      return null;
    }
    AttributeProto value = proto.getAttribute(0);
    return switch (value.getName()) {
      case "value" -> value.getT();
      case "value_float" -> Tensors.of("", Shape.of(), value.getF());
      case "value_floats" -> {
        float[] numbers = new float[value.getFloatsCount()];
        for (int i = 0; i < numbers.length; i++) {
          numbers[i] = value.getFloats(i);
        }
        yield Tensors.of("", Shape.of(numbers.length), numbers);
      }
      case "value_int" -> Tensors.ofLongs("", value.getI()).toBuilder().clearDims().build();
      case "value_ints" ->
          Tensors.ofLongs("", value.getIntsList().stream().mapToLong(Long::longValue).toArray());
      default -> null;
    };
  }

  @Override
  public String toString() {
    return op() + " " + title();
  }
}
