package dev.ovkit.surgery;

import dev.ovkit.NativeCallException;
import dev.ovkit.internal.files.Temporary;
import dev.ovkit.nativelib.convert.OpenVinoConvert;
import dev.ovkit.nativelib.convert.ovkit_convolution;
import dev.ovkit.nativelib.convert.ovkit_model;
import dev.ovkit.nativelib.convert.ovkit_quantizer;
import dev.ovkit.nativelib.convert.ovkit_source;
import dev.ovkit.runtime.NativeHandle;
import dev.ovkit.runtime.Status;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.SizeTPointer;

/**
 * A model that is being made 8 bit: says what could be, and does what the caller decides.
 *
 * <p>The order is: {@link #saveStatistics} if wanted, {@link #quantizeConvolution} for some, {@link
 * #quantizeSource} for what feeds them, {@link #finish} once. For the desk, as {@link ModelEditor}.
 */
public final class QuantizationEditor extends NativeHandle {

  /**
   * A tensor that feeds convolutions, after what only moves its values.
   *
   * @param name the node that computes it
   */
  public record Source(String name, int channels) {}

  /**
   * A convolution that can be 8 bit.
   *
   * @param depthwise whether each output channel comes from one input channel
   * @param first whether no convolution comes before it
   * @param head whether no convolution comes after it
   * @param aligned whether the n-th input channel is the n-th channel of its only source
   * @param sources what feeds it, by number; several that met in a Concat
   */
  public record Convolution(
      String name,
      int inputs,
      int outputs,
      boolean depthwise,
      boolean first,
      boolean head,
      boolean aligned,
      List<Integer> sources) {
    public Convolution {
      sources = List.copyOf(sources);
    }
  }

  private final ovkit_quantizer pointer;
  private final List<Source> sources = new ArrayList<>();
  private final List<Convolution> convolutions = new ArrayList<>();

  private QuantizationEditor(ovkit_quantizer pointer) {
    super(pointer, OpenVinoConvert::ovkit_quantizer_free);
    this.pointer = pointer;
  }

  /**
   * Reads an IR, whose weights are widened to f32.
   *
   * @throws NativeCallException with OpenVINO's own words if it cannot
   */
  public static QuantizationEditor open(Path ir) {
    Status.requireRuntime();
    ovkit_quantizer quantizer = new ovkit_quantizer();
    try (BytePointer path = Status.utf8(ir.toString())) {
      ModelEditor.call(
          "read " + ir,
          message ->
              OpenVinoConvert.ovkit_quantizer_open(
                  path, quantizer, message, ModelEditor.MESSAGE_BYTES));
    }
    QuantizationEditor editor = new QuantizationEditor(quantizer);
    editor.describe();
    return editor;
  }

  /** Returns the tensors that could be 8 bit; a number in this class is a place in this list. */
  public List<Source> sources() {
    return List.copyOf(sources);
  }

  /** Returns the convolutions that could be 8 bit, in the order of the graph. */
  public List<Convolution> convolutions() {
    return List.copyOf(convolutions);
  }

  /**
   * Writes the f32 model with further outputs, each {@code [1, channels, 1, 1]}: {@code
   * ovkit_low_S} and {@code ovkit_high_S}, the least and the greatest of each channel of source S;
   * {@code ovkit_mean_C}, the mean of each channel of the input of convolution C.
   */
  public void saveStatistics(Path xml) {
    try (BytePointer path = Status.utf8(xml.toString())) {
      Temporary.write(
          () ->
              use(
                  "write " + xml,
                  message ->
                      OpenVinoConvert.ovkit_quantizer_save_statistics(
                          pointer, path, message, ModelEditor.MESSAGE_BYTES)));
    }
  }

  /**
   * Stores a kernel as i8, symmetric for each output channel, and takes the shift of the mean that
   * this causes from the bias.
   *
   * @param steps on either side of zero, 1..127
   * @param means of each input channel
   * @return the relative L2 error of the weights
   */
  public float quantizeConvolution(int number, int steps, float[] means) {
    float[] error = new float[1];
    use(
        "make convolution '" + convolutions.get(number).name() + "' 8 bit",
        message ->
            OpenVinoConvert.ovkit_quantizer_convolution(
                pointer,
                number,
                steps,
                means,
                means.length,
                error,
                message,
                ModelEditor.MESSAGE_BYTES));
    return error[0];
  }

  /**
   * Rounds a source to 256 levels on its way to the convolutions that are 8 bit by now.
   *
   * @param low the first level, of the tensor or of each channel
   * @param high the value of the last level
   */
  public void quantizeSource(int number, float[] low, float[] high) {
    if (low.length != high.length) {
      throw new IllegalArgumentException("as many lows as highs");
    }
    use(
        "make '" + sources.get(number).name() + "' 8 bit",
        message ->
            OpenVinoConvert.ovkit_quantizer_source(
                pointer, number, low, high, low.length, message, ModelEditor.MESSAGE_BYTES));
  }

  /** Returns the model as it now is, its other kernels stored as f16. This can only be closed. */
  public ModelEditor finish() {
    ovkit_model model = new ovkit_model();
    use(
        "finish the 8-bit model",
        message ->
            OpenVinoConvert.ovkit_quantizer_finish(
                pointer, model, message, ModelEditor.MESSAGE_BYTES));
    return new ModelEditor(model);
  }

  private void describe() {
    long found = OpenVinoConvert.ovkit_quantizer_sources(pointer);
    for (long i = 0; i < found; i++) {
      sources.add(source(i));
    }
    found = OpenVinoConvert.ovkit_quantizer_convolutions(pointer);
    for (long i = 0; i < found; i++) {
      convolutions.add(convolution(i));
    }
  }

  private Source source(long number) {
    try (ovkit_source source = new ovkit_source()) {
      use(
          "describe source " + number,
          message ->
              OpenVinoConvert.ovkit_quantizer_source_at(
                  pointer, number, source, message, ModelEditor.MESSAGE_BYTES));
      return new Source(Status.text(source.name()), Math.toIntExact(source.channels()));
    }
  }

  private Convolution convolution(long number) {
    try (ovkit_convolution convolution = new ovkit_convolution()) {
      use(
          "describe convolution " + number,
          message ->
              OpenVinoConvert.ovkit_quantizer_convolution_at(
                  pointer, number, convolution, message, ModelEditor.MESSAGE_BYTES));
      SizeTPointer numbers = convolution.sources();
      List<Integer> of = new ArrayList<>();
      for (long i = 0; i < convolution.source_count(); i++) {
        of.add(Math.toIntExact(numbers.get(i)));
      }
      return new Convolution(
          Status.text(convolution.name()),
          Math.toIntExact(convolution.inputs()),
          Math.toIntExact(convolution.outputs()),
          convolution.depthwise() != 0,
          convolution.first() != 0,
          convolution.head() != 0,
          convolution.aligned() != 0,
          of);
    }
  }

  private void use(String doing, ModelEditor.Call call) {
    enterAlone();
    try {
      ModelEditor.call(doing, call);
    } finally {
      leave();
    }
  }
}
