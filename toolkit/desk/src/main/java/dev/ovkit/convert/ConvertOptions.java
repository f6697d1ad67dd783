package dev.ovkit.convert;

import dev.ovkit.OptionException;
import dev.ovkit.model.Resize;
import dev.ovkit.onnx.Shape;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * What a conversion was asked to do; what is empty is decided from the model.
 *
 * @param onnx the model
 * @param directory where the IR goes
 * @param name the IR's file name without ending
 * @param dataType what weights are stored in
 * @param outputs which tensors become outputs
 * @param inputShape a static shape for the input
 * @param mean subtracted from each channel, after the reversal; one value or three
 * @param scale each channel is divided by it, after the mean; one value or three
 * @param reverseChannels whether the IR takes BGR for a model that wants RGB
 * @param resize where a picture lies in the input
 * @param pad the grey beside it
 * @param labels the class names, in order; empty takes those that the model carries
 * @param rewrite whether exact rewrites are applied
 */
public record ConvertOptions(
    Path onnx,
    Path directory,
    String name,
    DataType dataType,
    Outputs outputs,
    Optional<Shape> inputShape,
    Optional<List<Float>> mean,
    Optional<List<Float>> scale,
    Optional<Boolean> reverseChannels,
    Optional<Resize.Mode> resize,
    OptionalInt pad,
    List<String> labels,
    boolean rewrite) {

  public ConvertOptions {
    mean.ifPresent(values -> perChannel("mean", values));
    scale.ifPresent(values -> perChannel("scale", values));
    scale.ifPresent(
        values -> {
          if (values.contains(0f)) {
            throw new OptionException("scale: 0 cannot divide; leave it out for no scaling");
          }
        });
    if (name.isEmpty() || name.contains("/") || name.equals(".") || name.equals("..")) {
      throw new OptionException(
          "model name '%s': expected a file name without a folder".formatted(name));
    }
    labels = List.copyOf(labels);
  }

  private static void perChannel(String what, List<Float> values) {
    if (values.size() != 1 && values.size() != 3) {
      throw new OptionException(
          "%s: %d values, expected one or three".formatted(what, values.size()));
    }
    for (float value : values) {
      if (!Float.isFinite(value)) {
        throw new OptionException("%s: %s is no number to compute with".formatted(what, value));
      }
    }
  }

  /** FP16 into the working directory, all else from the model. */
  public static ConvertOptions of(Path onnx) {
    return new ConvertOptions(
        onnx,
        Path.of(""),
        stem(onnx),
        DataType.FP16,
        new Outputs.Auto(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        OptionalInt.empty(),
        List.of(),
        true);
  }

  /** The file's name without its ending. */
  public static String stem(Path onnx) {
    return stem(onnx, ".onnx");
  }

  static String stem(Path path, String ending) {
    Path file = path.getFileName();
    String name = file == null ? "" : file.toString();
    return name.endsWith(ending) ? name.substring(0, name.length() - ending.length()) : name;
  }

  ConvertOptions of(Path otherOnnx, Path otherDirectory) {
    return with(otherOnnx, otherDirectory, dataType, outputs, rewrite);
  }

  public ConvertOptions into(Path otherDirectory, DataType otherType) {
    return with(onnx, otherDirectory, otherType, outputs, rewrite);
  }

  public ConvertOptions withOutputs(Outputs changed) {
    return with(onnx, directory, dataType, changed, rewrite);
  }

  public ConvertOptions withoutRewrite() {
    return with(onnx, directory, dataType, outputs, false);
  }

  private ConvertOptions with(
      Path otherOnnx,
      Path otherDirectory,
      DataType otherType,
      Outputs otherOutputs,
      boolean rewritten) {
    return new ConvertOptions(
        otherOnnx,
        otherDirectory,
        name,
        otherType,
        otherOutputs,
        inputShape,
        mean,
        scale,
        reverseChannels,
        resize,
        pad,
        labels,
        rewritten);
  }
}
