package dev.ovkit.surgery;

import dev.ovkit.NativeCallException;
import dev.ovkit.internal.files.Temporary;
import dev.ovkit.nativelib.convert.OpenVinoConvert;
import dev.ovkit.nativelib.convert.ovkit_model;
import dev.ovkit.runtime.NativeHandle;
import dev.ovkit.runtime.Status;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.bytedeco.javacpp.BytePointer;

/**
 * A model that is being made into an IR: what the desk needs and a box does not.
 *
 * <p>It uses OpenVINO's C++ API through a separate library, which loads on first use.
 */
public final class ModelEditor extends NativeHandle {

  static final int MESSAGE_BYTES = 8192;

  private final ovkit_model pointer;

  ModelEditor(ovkit_model pointer) {
    super(pointer, OpenVinoConvert::ovkit_model_free);
    this.pointer = pointer;
  }

  /**
   * Reads a model from the bytes of an ONNX file.
   *
   * @throws NativeCallException with OpenVINO's own words if it cannot
   */
  public static ModelEditor ofOnnx(byte[] onnx) {
    Status.requireRuntime();
    ovkit_model model = new ovkit_model();
    try (BytePointer bytes = new BytePointer(onnx)) {
      call(
          "read the ONNX",
          message ->
              OpenVinoConvert.ovkit_model_read_onnx(
                  bytes, onnx.length, model, message, MESSAGE_BYTES));
    }
    return new ModelEditor(model);
  }

  /** Reads an IR (its .xml). */
  public static ModelEditor ofFile(Path file) {
    Status.requireRuntime();
    ovkit_model model = new ovkit_model();
    try (BytePointer path = Status.utf8(file.toString())) {
      call(
          "read " + file,
          message -> OpenVinoConvert.ovkit_model_read_file(path, model, message, MESSAGE_BYTES));
    }
    return new ModelEditor(model);
  }

  /**
   * Bakes steps into input 0 (NCHW), in mo's order: reverse channels, subtract mean, divide by
   * scale.
   *
   * @param mean nothing, one value, or one a channel
   * @param scale the divisor, in the same form
   */
  public void preprocess(boolean reverseChannels, List<Float> mean, List<Float> scale) {
    use(
        "bake the preprocessing into the model",
        message ->
            OpenVinoConvert.ovkit_model_preprocess(
                pointer,
                reverseChannels ? 1 : 0,
                floats(mean),
                mean.size(),
                floats(scale),
                scale.size(),
                message,
                MESSAGE_BYTES));
  }

  /** Gives an output one more name. */
  public void nameOutput(int index, String name) {
    try (BytePointer utf8 = Status.utf8(name)) {
      use(
          "name output " + index,
          message ->
              OpenVinoConvert.ovkit_model_name_output(
                  pointer, index, utf8, message, MESSAGE_BYTES));
    }
  }

  /** Sets {@code rt_info/section/key}. */
  public void setInfo(String section, String key, String value) {
    try (BytePointer s = Status.utf8(section);
        BytePointer k = Status.utf8(key);
        BytePointer v = Status.utf8(value)) {
      use(
          "write the metadata " + section + "/" + key,
          message ->
              OpenVinoConvert.ovkit_model_set_info(pointer, s, k, v, message, MESSAGE_BYTES));
    }
  }

  /**
   * Stores weights as f16; they are widened again when the model is compiled.
   *
   * <p>Biases and the first kernels stay f32: they take few bytes, and their rounding costs the
   * most.
   *
   * @param exactShare how many of all elements may stay f32, 0..1
   */
  public void compress(double exactShare) {
    use(
        "store the weights as f16",
        message ->
            OpenVinoConvert.ovkit_model_compress(pointer, exactShare, message, MESSAGE_BYTES));
  }

  /** Writes the IR: the .xml as named, the .bin beside it. */
  public void save(Path xml) {
    try (BytePointer path = Status.utf8(xml.toString())) {
      Temporary.write(
          () ->
              use(
                  "write " + xml,
                  message ->
                      OpenVinoConvert.ovkit_model_save(pointer, path, message, MESSAGE_BYTES)));
    }
  }

  interface Call {
    int apply(byte[] message);
  }

  private void use(String doing, Call call) {
    enterAlone();
    try {
      call(doing, call);
    } finally {
      leave();
    }
  }

  static void call(String doing, Call call) {
    byte[] message = new byte[MESSAGE_BYTES];
    if (call.apply(message) != 0) {
      int end = 0;
      while (end < message.length && message[end] != 0) {
        end++;
      }
      throw new NativeCallException(
          "cannot %s: %s"
              .formatted(
                  doing, Status.oneLine(new String(message, 0, end, StandardCharsets.UTF_8))));
    }
  }

  private static float[] floats(List<Float> values) {
    float[] array = new float[Math.max(1, values.size())];
    for (int i = 0; i < values.size(); i++) {
      array[i] = values.get(i);
    }
    return array;
  }
}
