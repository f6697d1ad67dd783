package dev.ovkit.onnx;

import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.StringStringEntryProto;
import ai.onnx.proto.OnnxMl.TypeProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import dev.ovkit.ModelException;
import dev.ovkit.OptionException;
import dev.ovkit.runtime.Shape;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;

/**
 * A model in ONNX. Immutable: a method that changes something gives another model. Safe to use from
 * several threads.
 */
public final class OnnxModel {

  private final String file;
  private final String sha256;
  private final ModelProto proto;
  private final List<TensorInfo> inputs;
  private final List<TensorInfo> outputs;
  private final Optional<String> contradiction;
  private final int nodes;

  private OnnxModel(String file, String sha256, ModelProto proto, Graph graph) {
    this.file = file;
    this.sha256 = sha256;
    this.proto = proto;
    this.inputs = infos(graph, graph.inputs());
    this.outputs = infos(graph, graph.outputs());
    this.contradiction = Optional.ofNullable(graph.contradiction());
    this.nodes = graph.nodes().size();
  }

  /**
   * Reads a model.
   *
   * @throws ModelException if the file is none, is damaged, or keeps weights outside its folder
   */
  public static OnnxModel read(Path file) {
    return OnnxReader.read(file);
  }

  public static OnnxModel of(String file, ModelProto proto, String sha256) {
    try {
      Graph graph = new Graph(proto);
      if (graph.outputs().isEmpty()) {
        throw new IllegalArgumentException("it has no output");
      }
      String excess = GraphBounds.excess(graph);
      if (excess != null) {
        throw new ModelException("'" + file + "' " + excess);
      }
      return new OnnxModel(file, sha256, proto, graph);
    } catch (IllegalArgumentException e) {
      throw new ModelException(
          "'" + file + "' is damaged: " + e.getMessage() + "; export or copy it again", e);
    }
  }

  private OnnxModel derived(ModelProto changed) {
    return of(file, changed, sha256);
  }

  private static List<TensorInfo> infos(Graph graph, Set<String> names) {
    return names.stream().map(name -> new TensorInfo(name, graph.shape(name))).toList();
  }

  /** The graph, to be read and edited by the caller alone. */
  public Graph graph() {
    return new Graph(proto);
  }

  /** The file it came from, as messages name it. */
  public String file() {
    return file;
  }

  /** SHA-256 of the file as it was read, with weights that lay beside it; lower-case hex. */
  public String sha256() {
    return sha256;
  }

  /** The version of ONNX's own operators. */
  public int opset() {
    return Graph.opset(proto);
  }

  /** Who wrote the file, such as {@code pytorch 1.8}; empty if it does not say. */
  public String producer() {
    return (proto.getProducerName() + " " + proto.getProducerVersion()).strip();
  }

  /** The number of operations. */
  public int nodeCount() {
    return nodes;
  }

  /** What the exporter noted beside the graph; Ultralytics writes names, stride, imgsz. */
  public Map<String, String> metadata() {
    Map<String, String> metadata = new LinkedHashMap<>();
    for (StringStringEntryProto entry : proto.getMetadataPropsList()) {
      metadata.put(entry.getKey(), entry.getValue());
    }
    return metadata;
  }

  /** The class names that the exporter noted, in order; empty if it noted none that can be read. */
  public List<String> labels() {
    return PythonNames.read(metadata().getOrDefault("names", ""));
  }

  /** The licence that the exporter noted; exporters spell its key in both ways. */
  public Optional<String> licence() {
    Map<String, String> noted = metadata();
    return Stream.of("license", "licence")
        .map(key -> noted.getOrDefault(key, "").strip())
        .filter(licence -> !licence.isEmpty())
        .findFirst();
  }

  /** What must be fed in; weights that old exporters list as inputs are left out. */
  public List<TensorInfo> inputs() {
    return inputs;
  }

  public List<TensorInfo> outputs() {
    return outputs;
  }

  /**
   * Where the shapes in this model contradict each other, in words. Such a model cannot run; after
   * {@link #withInputShape} it says that another size is built into the graph.
   */
  public Optional<String> contradiction() {
    return contradiction;
  }

  /**
   * Fixes the shape of the only input. What the file said of other shapes is forgotten.
   *
   * @throws OptionException if the input cannot have this shape
   * @throws ModelException if the model has several inputs
   */
  public OnnxModel withInputShape(Shape shape) {
    if (inputs.size() != 1) {
      throw new ModelException(
          "'%s' has %d inputs (%s); an input shape can be set where there is one"
              .formatted(file, inputs.size(), inputs));
    }
    TensorInfo input = inputs.get(0);
    Shape old = input.shape();
    if (!shape.isStatic() || shape.dimensions().contains(0L)) {
      throw new OptionException(
          "an input shape has positive dimensions, such as 1,3,640,640, not " + shape);
    }
    if (old != null && old.rank() != shape.rank()) {
      throw new OptionException(
          "the input '%s' of '%s' has %d dimensions (%s), not %d (%s)"
              .formatted(input.name(), file, old.rank(), old, shape.rank(), shape));
    }
    return withDeclaredInput(shape);
  }

  /** Declares another shape of the only input, of any rank; all other shapes follow anew. */
  OnnxModel withDeclaredInput(Shape shape) {
    return withInput(info -> info.setShape(Graph.toProto(shape)));
  }

  /** Declares another element type of the only input. */
  OnnxModel withInputType(int type) {
    return withInput(info -> info.setElemType(type));
  }

  private OnnxModel withInput(Consumer<TypeProto.Tensor.Builder> change) {
    GraphProto.Builder graph = proto.getGraph().toBuilder().clearValueInfo();
    for (ValueInfoProto.Builder info : graph.getInputBuilderList()) {
      if (info.getName().equals(inputs.get(0).name())) {
        change.accept(info.getTypeBuilder().getTensorTypeBuilder());
      }
    }
    for (ValueInfoProto.Builder info : graph.getOutputBuilderList()) {
      TypeProto.Builder type = info.getTypeBuilder();
      if (type.hasTensorType()) {
        type.getTensorTypeBuilder().clearShape();
      }
    }
    return derived(proto.toBuilder().setGraph(graph).build());
  }

  ModelProto proto() {
    return proto;
  }

  /** The model in another form of its file. */
  OnnxModel withProto(UnaryOperator<ModelProto> change) {
    return derived(change.apply(proto));
  }

  /**
   * The tensors that are meant by these names, in this order. A name is a node's, a tensor's, or
   * {@code NODE:port}.
   *
   * @throws ModelException if a name means nothing (the nearest are listed) or two things
   * @throws OptionException if a tensor is named twice
   */
  public List<String> resolveOutputs(List<String> names) {
    return new OutputNames(file, graph()).resolve(names);
  }

  /**
   * The part of this model that computes these tensors, which become its outputs in this order.
   * Names stay; the rest of the graph is dropped.
   *
   * @param tensors as {@link #resolveOutputs} gives them
   */
  public OnnxModel cut(List<String> tensors) {
    Graph graph = graph();
    for (String tensor : tensors) {
      if (graph.producer(tensor) == null) {
        throw new ModelException(
            "'%s' does not compute the output '%s': it is an input or a constant; name other outputs with --output"
                .formatted(file, tensor));
      }
    }
    graph.cut(tensors);
    return derived(graph.toModel());
  }

  /** Whether a node computes this tensor, so that it can be an output. */
  public boolean computes(String tensor) {
    return graph().producer(tensor) != null;
  }

  /** The name of the node that computes a tensor; empty if it has none. */
  public String nodeOf(String tensor) {
    Node node = graph().producer(tensor);
    return node == null ? "" : node.name();
  }

  /** This model under the name and hash of another, of which it is another form. */
  public OnnxModel standingFor(OnnxModel original) {
    return of(original.file, proto, original.sha256);
  }

  /**
   * Whether it works out shapes, or which way to go, as it runs; what an exporter leaves if nothing
   * simplifies its graph.
   */
  public boolean computesShapes() {
    Set<String> operations = Set.of("Shape", "ConstantOfShape", "NonZero", "If", "Loop");
    return graph().nodes().stream().anyMatch(node -> operations.contains(node.op()));
  }

  public OnnxModel with(Graph graph) {
    return derived(graph.toModel());
  }

  /** The model as an ONNX file; equal models give equal bytes. */
  public byte[] toBytes() {
    return proto.toByteArray();
  }
}
