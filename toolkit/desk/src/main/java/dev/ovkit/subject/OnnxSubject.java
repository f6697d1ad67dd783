package dev.ovkit.subject;

import ai.onnxruntime.NodeInfo;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OnnxValue;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.TensorInfo;
import dev.ovkit.ModelException;
import dev.ovkit.convert.ConvertOptions;
import dev.ovkit.convert.SourceDetector;
import dev.ovkit.model.Colour;
import dev.ovkit.model.DetectOptions;
import dev.ovkit.model.Detection;
import dev.ovkit.model.DetectorSpec;
import dev.ovkit.model.Normalization;
import dev.ovkit.picture.Letterbox;
import dev.ovkit.picture.Picture;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * An ONNX in ONNX Runtime: another reader and another engine than the IR's, and no rewrite, so that
 * it can bear witness.
 */
public final class OnnxSubject implements Subject {

  private final Path onnx;
  private final DetectorSpec spec;
  private final OrtSession session;
  private final String input;
  private final Map<String, List<Long>> shapes;
  private final BoxReader boxes;
  private final ByteBuffer pixels;
  private final FloatBuffer planes;

  private OnnxSubject(Path onnx, DetectorSpec spec, OrtSession session, DetectOptions options)
      throws OrtException {
    this.onnx = onnx;
    this.spec = spec;
    this.session = session;
    this.input = session.getInputNames().iterator().next();
    this.shapes = new LinkedHashMap<>();
    for (NodeInfo output : session.getOutputInfo().values()) {
      shapes.put(output.getName(), dimensions(output.getInfo()));
    }
    this.boxes =
        new BoxReader(
            spec,
            options,
            name -> shapes.getOrDefault(name, List.of()),
            spec.layout().decoders(null));
    int cells = spec.inputWidth() * spec.inputHeight();
    this.pixels = ByteBuffer.allocateDirect(3 * cells);
    this.planes =
        ByteBuffer.allocateDirect(3 * cells * Float.BYTES)
            .order(ByteOrder.nativeOrder())
            .asFloatBuffer();
  }

  /**
   * Opens an ONNX, cut at the outputs that the options name (the heads, unless they say otherwise).
   *
   * @throws ModelException when it cannot be read, is no detector, or ONNX Runtime refuses it
   */
  public static OnnxSubject open(ConvertOptions options, DetectOptions detect) {
    SourceDetector source = SourceDetector.of(options);
    return open(options.onnx(), source, source.spec(), detect);
  }

  /** Opens an ONNX as the caller describes it. */
  public static OnnxSubject open(
      Path onnx, SourceDetector source, DetectorSpec spec, DetectOptions detect) {
    try {
      OrtSession.SessionOptions session = new OrtSession.SessionOptions();
      try (session) {
        session.setIntraOpNumThreads(Runtime.getRuntime().availableProcessors());
        OrtSession opened =
            OrtEnvironment.getEnvironment().createSession(source.onnx().toBytes(), session);
        try {
          return new OnnxSubject(onnx, spec, opened, detect);
        } catch (RuntimeException e) {
          opened.close();
          throw e;
        }
      }
    } catch (OrtException e) {
      throw new ModelException(
          "ONNX Runtime cannot run '%s': %s".formatted(onnx, e.getMessage()), e);
    }
  }

  @Override
  public Path file() {
    return onnx;
  }

  @Override
  public String engine() {
    return "ONNX Runtime " + OrtEnvironment.getEnvironment().getVersion();
  }

  @Override
  public DetectorSpec spec() {
    return spec;
  }

  @Override
  public Answer answer(Picture picture) {
    Letterbox letterbox = letterbox(picture);
    List<Output> outputs = outputs(picture, spec.inputColour(), spec.normalization());
    List<FloatBuffer> heads = new ArrayList<>();
    for (String name : boxes.outputs()) {
      for (Output output : outputs) {
        if (output.name().equals(name)) {
          heads.add(FloatBuffer.wrap(output.values()));
        }
      }
    }
    return new Answer(outputs, boxes.read(heads, letterbox));
  }

  @Override
  public List<Detection> candidates() {
    return boxes.candidates();
  }

  /** What the network gives when its input is prepared in another way than it expects. */
  public List<Output> outputs(Picture picture, Colour colour, Normalization normalization) {
    picture.letterbox(letterbox(picture), spec.resize(), pixels);
    fillPlanes(colour, normalization);
    long[] shape = {1, 3, spec.inputHeight(), spec.inputWidth()};
    List<Output> outputs = new ArrayList<>();
    try (OnnxTensor tensor =
            OnnxTensor.createTensor(OrtEnvironment.getEnvironment(), planes, shape);
        OrtSession.Result result = session.run(Map.of(input, tensor))) {
      for (Map.Entry<String, OnnxValue> named : result) {
        outputs.add(output(named.getKey(), named.getValue()));
      }
    } catch (OrtException e) {
      throw new ModelException(
          "ONNX Runtime cannot run '%s': %s".formatted(onnx, e.getMessage()), e);
    }
    return outputs;
  }

  private Letterbox letterbox(Picture picture) {
    return Letterbox.of(
        picture.width(),
        picture.height(),
        spec.inputWidth(),
        spec.inputHeight(),
        spec.resize().mode());
  }

  /** BGR rows of bytes to one plane of floats a channel, normalised as the network expects. */
  private void fillPlanes(Colour colour, Normalization normalization) {
    int cells = spec.inputWidth() * spec.inputHeight();
    for (int channel = 0; channel < 3; channel++) {
      int from = colour == Colour.RGB ? 2 - channel : channel;
      float mean = of(normalization.mean(), channel, 0);
      float scale = of(normalization.scale(), channel, 1);
      for (int i = 0; i < cells; i++) {
        planes.put(channel * cells + i, ((pixels.get(3 * i + from) & 0xff) - mean) / scale);
      }
    }
  }

  private static float of(List<Float> values, int channel, float otherwise) {
    return values.isEmpty() ? otherwise : values.get(values.size() == 1 ? 0 : channel);
  }

  private Output output(String name, OnnxValue value) throws OrtException {
    if (!(value instanceof OnnxTensor tensor) || tensor.getFloatBuffer() == null) {
      throw new ModelException("output '%s' of '%s' is not an f32 tensor".formatted(name, onnx));
    }
    FloatBuffer floats = tensor.getFloatBuffer();
    float[] copy = new float[floats.remaining()];
    floats.get(copy);
    return new Output(name, dimensions(tensor.getInfo()), copy);
  }

  private static List<Long> dimensions(ai.onnxruntime.ValueInfo info) {
    List<Long> dimensions = new ArrayList<>();
    if (info instanceof TensorInfo tensor) {
      for (long dimension : tensor.getShape()) {
        dimensions.add(dimension);
      }
    }
    return dimensions;
  }

  @Override
  public void close() {
    try {
      session.close();
    } catch (OrtException e) {
      throw new ModelException(
          "ONNX Runtime cannot close '%s': %s".formatted(onnx, e.getMessage()), e);
    }
  }
}
