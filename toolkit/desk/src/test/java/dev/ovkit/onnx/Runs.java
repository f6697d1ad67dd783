package dev.ovkit.onnx;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OnnxValue;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtLoggingLevel;
import ai.onnxruntime.OrtSession;
import dev.ovkit.runtime.Shape;
import java.nio.FloatBuffer;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Random;

/** Runs models in ONNX Runtime, the independent judge of what a graph computes. */
public final class Runs {

  private Runs() {}

  /** The outputs for the same random input each time, by name. */
  static Map<String, float[]> run(OnnxModel model) {
    return run(model, 1);
  }

  /** Empty where ONNX Runtime refuses the model. */
  static Optional<Map<String, float[]>> runIfPossible(OnnxModel model) {
    try {
      return Optional.of(tryToRun(model, 1));
    } catch (OrtException | ClassCastException e) {
      return Optional.empty();
    }
  }

  private static Map<String, float[]> run(OnnxModel model, float range) {
    try {
      return tryToRun(model, range);
    } catch (OrtException e) {
      throw new AssertionError(e);
    }
  }

  private static Map<String, float[]> tryToRun(OnnxModel model, float range) throws OrtException {
    try (OrtSession.SessionOptions options = new OrtSession.SessionOptions()) {
      options.setIntraOpNumThreads(2);
      options.setSessionLogLevel(OrtLoggingLevel.ORT_LOGGING_LEVEL_FATAL);
      // ONNX Runtime's own rewriting would compare its opinion of both graphs, not the graphs.
      options.setOptimizationLevel(OrtSession.SessionOptions.OptLevel.BASIC_OPT);
      OrtEnvironment environment = OrtEnvironment.getEnvironment();
      Map<String, OnnxTensor> feeds = new HashMap<>();
      Random random = new Random(11);
      for (TensorInfo input : model.inputs()) {
        Shape shape = Objects.requireNonNull(input.shape());
        float[] data = new float[(int) shape.elements()];
        for (int i = 0; i < data.length; i++) {
          data[i] = random.nextFloat() * range;
        }
        feeds.put(
            input.name(),
            OnnxTensor.createTensor(environment, FloatBuffer.wrap(data), shape.toArray()));
      }
      Map<String, float[]> outputs = new HashMap<>();
      try (OrtSession session = environment.createSession(model.toBytes(), options);
          OrtSession.Result result = session.run(feeds)) {
        for (Map.Entry<String, OnnxValue> entry : result) {
          FloatBuffer buffer = ((OnnxTensor) entry.getValue()).getFloatBuffer();
          float[] data = new float[buffer.remaining()];
          buffer.get(data);
          outputs.put(entry.getKey(), data);
        }
      }
      feeds.values().forEach(OnnxTensor::close);
      return outputs;
    }
  }

  /**
   * The largest difference of the outputs of two models, relative to the largest number in each.
   */
  public static double difference(OnnxModel a, OnnxModel b) {
    return difference(a, b, 1);
  }

  /** The same for input from 0 to {@code range}. */
  public static double difference(OnnxModel a, OnnxModel b, float range) {
    Map<String, float[]> left = run(a, range);
    Map<String, float[]> right = run(b, range);
    if (!left.keySet().equals(right.keySet())) {
      throw new AssertionError(left.keySet() + " and " + right.keySet());
    }
    double worst = 0;
    for (Map.Entry<String, float[]> output : left.entrySet()) {
      worst = Math.max(worst, difference(output.getValue(), right.get(output.getKey())));
    }
    return worst;
  }

  public static double difference(float[] a, float[] b) {
    if (a.length != b.length) {
      throw new AssertionError(a.length + " and " + b.length + " numbers");
    }
    double worst = 0;
    double largest = 0;
    for (int i = 0; i < a.length; i++) {
      if (Float.isNaN(a[i]) || Float.isNaN(b[i])) {
        throw new AssertionError("not a number at " + i);
      }
      worst = Math.max(worst, Math.abs((double) a[i] - b[i]));
      largest = Math.max(largest, Math.abs(a[i]));
    }
    if (largest == 0) {
      throw new AssertionError("all zero: such an output proves nothing");
    }
    return worst / largest;
  }
}
