package dev.ovkit.onnx;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.OperatorSetIdProto;
import ai.onnx.proto.OnnxMl.StringStringEntryProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import com.google.protobuf.ByteString;
import com.google.protobuf.CodedInputStream;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.UnsafeByteOperations;
import dev.ovkit.ModelException;
import dev.ovkit.internal.files.Sha256;
import dev.ovkit.internal.files.WrongFile;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Turns a file into a model, trusting nothing in it: sizes are compared with the bytes that are
 * really there before anything is allocated by them, weights beside the model are read only from
 * its own folder, and every failure is one line that names the file.
 */
final class OnnxReader {

  /** Subgraphs in subgraphs; deeper files are made to exhaust the stack. */
  private static final int MAX_DEPTH = 60;

  /** Far above the newest, 28; native code counts up to the number that a file names. */
  private static final long MAX_OPSET = 1000;

  private final Path file;
  private final MessageDigest digest = Sha256.digest();
  private long external;
  private int opset;

  private OnnxReader(Path file) {
    this.file = file;
  }

  static OnnxModel read(Path file) {
    OnnxReader reader = new OnnxReader(file);
    try {
      ModelProto proto = reader.model();
      return OnnxModel.of(file.toString(), proto, HexFormat.of().formatHex(reader.digest.digest()));
    } catch (InvalidProtocolBufferException e) {
      throw reader.failure(
          "is no ONNX model, or only a part of one; expected the file as the exporter wrote it: "
              + "export or copy it again",
          e);
    } catch (IOException e) {
      throw reader.failure("cannot be read (" + WrongFile.reason(e) + ")", e);
    }
  }

  private ModelProto model() throws IOException {
    if (Files.isDirectory(file)) {
      throw failure("is a folder; expected an ONNX file");
    }
    Optional<String> wrong = WrongFile.model(file);
    if (wrong.isPresent()) {
      throw failure(wrong.get());
    }
    if (!Files.exists(file)) {
      throw failure("does not exist; expected an ONNX file");
    }
    if (file.toString().toLowerCase(Locale.ROOT).endsWith(".xml")) {
      throw failure(
          "is an OpenVINO IR already; 'ovkit infer' runs it, 'ovkit quantize' makes it INT8");
    }
    long size = Files.size(file);
    if (size == 0) {
      throw failure("is empty; expected an ONNX model");
    }
    checkMemory(size);
    ByteString bytes = UnsafeByteOperations.unsafeWrap(Files.readAllBytes(file));
    digest.update(bytes.asReadOnlyByteBuffer());
    CodedInputStream input = bytes.newCodedInput();
    input.enableAliasing(true); // the weights stay in the one array just read
    input.setSizeLimit(Integer.MAX_VALUE);
    input.setRecursionLimit(MAX_DEPTH);
    ModelProto proto = ModelProto.parseFrom(input);
    if (!proto.hasGraph() || proto.getGraph().getNodeCount() == 0) {
      throw failure(
          "is no ONNX model: it holds no graph; expected the file that an exporter wrote");
    }
    if (proto.getOpsetImportCount() == 0) {
      throw failure("names no opset, so it is damaged or cut short; export or copy it again");
    }
    for (OperatorSetIdProto set : proto.getOpsetImportList()) {
      if (set.getVersion() < 0 || set.getVersion() > MAX_OPSET) {
        throw failure(
            "is damaged: it names opset %d, expected a number up to %d; export or copy it again"
                .formatted(set.getVersion(), MAX_OPSET));
      }
    }
    opset = Graph.opset(proto);
    ModelProto.Builder builder = proto.toBuilder();
    builder.setGraph(checked(proto.getGraph()));
    return builder.build();
  }

  /** Refuses early what would end in an OutOfMemoryError: parsing and writing want it twice. */
  private void checkMemory(long bytes) {
    if (bytes >= Integer.MAX_VALUE) {
      throw failure("is larger than the 2 GiB that ONNX allows in one piece");
    }
    if (bytes > Runtime.getRuntime().maxMemory() / 2) {
      throw failure(
          "needs more memory than this JVM has ("
              + (bytes >> 20)
              + " MiB of weights); give it more with -Xmx");
    }
  }

  /** The graph with every tensor checked and those outside the file brought in. */
  private GraphProto checked(GraphProto graph) throws IOException {
    GraphProto.Builder builder = graph.toBuilder();
    for (int i = 0; i < graph.getInitializerCount(); i++) {
      TensorProto tensor = graph.getInitializer(i);
      builder.setInitializer(i, checked(tensor, tensor.getName()));
    }
    for (int i = 0; i < graph.getNodeCount(); i++) {
      builder.setNode(i, checked(graph.getNode(i)));
    }
    return builder.build();
  }

  private NodeProto checked(NodeProto node) throws IOException {
    if (node.getOpType().isEmpty()) {
      throw failure("is damaged: the node '" + node.getName() + "' has no operator");
    }
    String lack = OperatorInputs.flaw(node, opset);
    if (lack != null) {
      throw failure(
          "is damaged: the node '%s' %s; export or copy it again"
              .formatted(new Node(node).title(), lack));
    }
    if (node.getAttributeList().stream().noneMatch(a -> a.hasT() || a.hasG() || hasMany(a))) {
      return node;
    }
    NodeProto.Builder builder = node.toBuilder();
    for (AttributeProto.Builder attribute : builder.getAttributeBuilderList()) {
      if (attribute.hasT()) {
        attribute.setT(checked(attribute.getT(), node.getName()));
      }
      if (attribute.hasG()) {
        attribute.setG(checked(attribute.getG()));
      }
      for (int i = 0; i < attribute.getTensorsCount(); i++) {
        attribute.setTensors(i, checked(attribute.getTensors(i), node.getName()));
      }
      for (int i = 0; i < attribute.getGraphsCount(); i++) {
        attribute.setGraphs(i, checked(attribute.getGraphs(i)));
      }
    }
    return builder.build();
  }

  private static boolean hasMany(AttributeProto attribute) {
    return attribute.getTensorsCount() > 0 || attribute.getGraphsCount() > 0;
  }

  private TensorProto checked(TensorProto tensor, String name) throws IOException {
    TensorProto held =
        tensor.getDataLocation() == TensorProto.DataLocation.EXTERNAL
            ? inside(tensor, name)
            : tensor;
    String flaw = Tensors.flaw(held);
    if (flaw != null) {
      throw failure("is damaged: the tensor '" + name + "' " + flaw + "; export or copy it again");
    }
    return held;
  }

  /** Reads a tensor that has its own file. */
  private TensorProto inside(TensorProto tensor, String name) throws IOException {
    Map<String, String> where =
        tensor.getExternalDataList().stream()
            .collect(
                Collectors.toMap(
                    StringStringEntryProto::getKey,
                    StringStringEntryProto::getValue,
                    (first, second) -> second));
    String location = where.getOrDefault("location", "");
    Path data = beside(location, name);
    long size = Files.size(data);
    long offset = number(where.get("offset"), 0, name);
    long length = number(where.get("length"), size - offset, name);
    if (offset < 0 || length < 0 || offset > size || length > size - offset) {
      throw failure(
          "is damaged: the tensor '"
              + name
              + "' lies outside its data file '"
              + location
              + "' of "
              + size
              + " bytes; copy both files again");
    }
    external += length;
    checkMemory(external);
    String flaw = Tensors.flaw(tensor, length);
    if (flaw != null) {
      throw failure("is damaged: the tensor '" + name + "' " + flaw + "; copy both files again");
    }
    byte[] bytes = new byte[Math.toIntExact(length)];
    try (RandomAccessFile in = new RandomAccessFile(data.toFile(), "r")) {
      in.seek(offset);
      in.readFully(bytes);
    }
    digest.update(bytes);
    return tensor.toBuilder()
        .clearExternalData()
        .clearDataLocation()
        .setRawData(UnsafeByteOperations.unsafeWrap(bytes))
        .build();
  }

  /** The data file, which must be in the model's own folder once links and dots are resolved. */
  private Path beside(String location, String tensor) throws IOException {
    Path parent = file.toAbsolutePath().getParent();
    Path folder = (parent == null ? file.toAbsolutePath() : parent).toRealPath();
    Path data;
    try {
      data = folder.resolve(location).normalize();
    } catch (InvalidPathException e) {
      throw failure("names an impossible data file for the tensor '" + tensor + "'", e);
    }
    if (location.isEmpty() || Path.of(location).isAbsolute() || !data.startsWith(folder)) {
      throw outside(location, tensor);
    }
    if (!Files.isRegularFile(data)) {
      throw failure(
          "keeps the tensor '"
              + tensor
              + "' in the file '"
              + location
              + "', which is not beside it; copy both files");
    }
    if (!data.toRealPath().startsWith(folder)) {
      throw outside(location, tensor);
    }
    return data;
  }

  private ModelException outside(String location, String tensor) {
    return failure(
        "keeps the tensor '"
            + tensor
            + "' in '"
            + location
            + "', outside the model's folder; that is refused: put the data beside the model");
  }

  private long number(@Nullable String text, long absent, String tensor) {
    try {
      return text == null ? absent : Long.parseLong(text);
    } catch (NumberFormatException e) {
      throw failure("is damaged: the tensor '" + tensor + "' has no readable place", e);
    }
  }

  private ModelException failure(String what) {
    return new ModelException("'" + file + "' " + what);
  }

  private ModelException failure(String what, Exception cause) {
    return new ModelException("'" + file + "' " + what, cause);
  }
}
