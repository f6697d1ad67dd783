package dev.ovkit.bisect;

import ai.onnxruntime.NodeInfo;
import ai.onnxruntime.OnnxJavaType;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OnnxValue;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtLoggingLevel;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.TensorInfo;
import dev.ovkit.ModelException;
import dev.ovkit.ir.WeightPrecision;
import dev.ovkit.onnx.GraphExcerpts;
import dev.ovkit.onnx.GraphExcerpts.Excerpt;
import dev.ovkit.onnx.Node;
import dev.ovkit.onnx.OnnxModel;
import dev.ovkit.runtime.Shape;
import java.io.IOException;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * An ONNX in ONNX Runtime, which computes node by node what the file says: of its own optimisations
 * it may only use what keeps every tensor, such as folding constants.
 */
final class OnnxSide implements GraphSide {

  /** What a tensor of unknown shape is taken for. */
  private static final long UNKNOWN_BYTES = 4L << 20;

  private static final Set<String> BY_ORDER =
      Set.of("TopK", "ArgMax", "ArgMin", "NonMaxSuppression");

  private final Path file;
  private final GraphExcerpts excerpts;
  private final TensorValues picture;
  private final boolean quantized;
  private final OrtSession whole;
  private final Map<String, Long> bytes = new LinkedHashMap<>();

  OnnxSide(Path file, OnnxModel model, TensorValues picture) {
    this.file = file;
    this.picture = picture;
    this.excerpts = new GraphExcerpts(model);
    this.quantized =
        model.graph().nodes().stream()
            .anyMatch(node -> node.op().matches("(Quantize|Dequantize|DynamicQuantize|QLinear).*"));
    this.whole = session(excerpts.excerpt(Map.of(), excerpts.tensors()));
    try {
      Map<String, NodeInfo> known = whole.getOutputInfo();
      for (String tensor : excerpts.tensors()) {
        NodeInfo info = known.get(tensor);
        if (info != null
            && info.getInfo() instanceof TensorInfo type
            && type.type == OnnxJavaType.FLOAT) {
          bytes.put(tensor, bytes(type.getShape()));
        }
      }
    } catch (OrtException e) {
      close();
      throw refused(e);
    }
  }

  private static long bytes(long[] shape) {
    long elements = 1;
    for (long side : shape) {
      if (side < 0) {
        return UNKNOWN_BYTES;
      }
      elements *= side;
    }
    return elements * Float.BYTES;
  }

  @Override
  public Path file() {
    return file;
  }

  @Override
  public String engine() {
    return "ONNX Runtime " + OrtEnvironment.getEnvironment().getVersion();
  }

  @Override
  public WeightPrecision precision() {
    return quantized ? WeightPrecision.INT8 : WeightPrecision.FP32;
  }

  @Override
  public List<String> tensors() {
    return List.copyOf(bytes.keySet());
  }

  @Override
  public Set<String> outputs() {
    return excerpts.outputs();
  }

  @Override
  public long bytes(String tensor) {
    return bytes.getOrDefault(tensor, UNKNOWN_BYTES);
  }

  @Override
  public Set<String> sources(String tensor, Set<String> cuts) {
    return excerpts.sources(tensor, cuts);
  }

  @Override
  public boolean seesPicture(String tensor, Set<String> cuts) {
    return excerpts.region(tensor, cuts).stream()
        .flatMap(node -> node.reads().stream())
        .anyMatch(excerpts::isInput);
  }

  @Override
  public boolean picksByOrder(String tensor, Set<String> cuts) {
    return excerpts.region(tensor, cuts).stream()
        .anyMatch(node -> BY_ORDER.contains(node.op()) && !node.outputs().contains(tensor));
  }

  @Override
  public Map<String, TensorValues> compute(
      Map<String, TensorValues> given, Collection<String> wanted) {
    if (given.isEmpty()) {
      return run(whole, Map.of(), given, wanted);
    }
    Excerpt excerpt = excerpts.excerpt(TensorValues.shapes(given), wanted);
    try (OrtSession part = session(excerpt)) {
      return run(part, excerpt.inputs(), given, wanted);
    } catch (OrtException e) {
      throw refused(e);
    }
  }

  private OrtSession session(Excerpt excerpt) {
    try (OrtSession.SessionOptions options = new OrtSession.SessionOptions()) {
      options.setIntraOpNumThreads(Runtime.getRuntime().availableProcessors());
      options.setOptimizationLevel(OrtSession.SessionOptions.OptLevel.BASIC_OPT);
      options.setSessionLogLevel(OrtLoggingLevel.ORT_LOGGING_LEVEL_FATAL);
      return OrtEnvironment.getEnvironment().createSession(excerpt.model().toByteArray(), options);
    } catch (OrtException e) {
      throw refused(e);
    }
  }

  private ModelException refused(OrtException e) {
    return new ModelException(
        "ONNX Runtime cannot run '%s': %s".formatted(file, e.getMessage()), e);
  }

  private Map<String, TensorValues> run(
      OrtSession session,
      Map<String, String> inputs,
      Map<String, TensorValues> given,
      Collection<String> wanted) {
    Map<String, OnnxTensor> feeds = new HashMap<>();
    try {
      for (String input : session.getInputNames()) {
        feeds.put(input, tensor(fed(inputs.getOrDefault(input, input), given)));
      }
      Map<String, TensorValues> results = new HashMap<>();
      try (OrtSession.Result result = session.run(feeds, new LinkedHashSet<>(wanted))) {
        for (Map.Entry<String, OnnxValue> entry : result) {
          results.put(entry.getKey(), values((OnnxTensor) entry.getValue()));
        }
      }
      return results;
    } catch (OrtException e) {
      throw refused(e);
    } finally {
      feeds.values().forEach(OnnxTensor::close);
    }
  }

  /** Whatever is not given is the picture. */
  private TensorValues fed(String tensor, Map<String, TensorValues> given) {
    return given.getOrDefault(tensor, picture);
  }

  private static OnnxTensor tensor(TensorValues values) throws OrtException {
    return OnnxTensor.createTensor(
        OrtEnvironment.getEnvironment(),
        FloatBuffer.wrap(values.numbers()),
        values.shape().toArray());
  }

  private static TensorValues values(OnnxTensor tensor) {
    FloatBuffer buffer = tensor.getFloatBuffer();
    float[] numbers = new float[buffer.remaining()];
    buffer.get(numbers);
    return new TensorValues(Shape.of(tensor.getInfo().getShape()), numbers);
  }

  @Override
  public NodeDescription describe(String tensor, Set<String> cuts) {
    List<Node> region = excerpts.region(tensor, cuts);
    Node node =
        region.stream()
            .filter(one -> one.outputs().contains(tensor))
            .findFirst()
            .orElseThrow(() -> new IllegalArgumentException("nothing gives " + tensor));
    List<String> inputs = new ArrayList<>();
    for (String input : node.inputs()) {
      if (!input.isEmpty()) {
        @Nullable Shape shape = excerpts.shape(input);
        inputs.add(
            "%s'%s'%s"
                .formatted(
                    excerpts.isConstant(input) ? "constant " : "",
                    input,
                    shape == null ? "" : " (" + shape + ")"));
      }
    }
    List<String> before =
        region.stream()
            .filter(one -> one != node && !excerpts.isConstant(one.output()))
            .map(one -> one.name().isEmpty() ? one.op() : "%s '%s'".formatted(one.op(), one.name()))
            .toList();
    return new NodeDescription(node.name(), node.op(), node.attributes(), inputs, before);
  }

  @Override
  public Map<String, TensorValues> save(
      Map<String, TensorValues> given, String wanted, Path folder, String name) throws IOException {
    Excerpt excerpt = excerpts.excerpt(TensorValues.shapes(given), List.of(wanted));
    Files.write(folder.resolve(name + ".onnx"), excerpt.model().toByteArray());
    Map<String, TensorValues> inputs = new LinkedHashMap<>();
    excerpt.inputs().forEach((input, tensor) -> inputs.put(input, fed(tensor, given)));
    return inputs;
  }

  @Override
  public void close() {
    try {
      whole.close();
    } catch (OrtException e) {
      throw refused(e);
    }
  }
}
