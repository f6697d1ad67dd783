package dev.ovkit.convert;

import dev.ovkit.OptionException;
import dev.ovkit.family.ModelDescription;
import dev.ovkit.ir.WeightPrecision;
import dev.ovkit.model.Resize;
import dev.ovkit.runtime.Shape;
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
 * @param reverseChannels whether the IR takes BGR for a model that expects RGB
 * @param resize where a picture is placed in the input
 * @param pad the grey beside it
 * @param interpolation how its new pixels are made
 * @param labels the class names, in order; empty takes those that the model carries
 * @param rewrite whether exact rewrites are applied
 * @param description what the caller says the model is
 */
public record ConvertOptions(
    Path onnx,
    Path directory,
    String name,
    WeightPrecision dataType,
    Outputs outputs,
    Optional<Shape> inputShape,
    Optional<List<Float>> mean,
    Optional<List<Float>> scale,
    Optional<Boolean> reverseChannels,
    Optional<Resize.Mode> resize,
    OptionalInt pad,
    Optional<Resize.Interpolation> interpolation,
    List<String> labels,
    boolean rewrite,
    ModelDescription description) {

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
    if (dataType == WeightPrecision.INT8) {
      throw new OptionException(
          "data type INT8: a conversion stores FP16 or FP32; 'ovkit quantize' makes 8-bit IRs");
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
        throw new OptionException("%s: %s is not a finite number".formatted(what, value));
      }
    }
  }

  /** FP16 into the working directory, all else from the model. */
  public static ConvertOptions of(Path onnx) {
    return new ConvertOptions(
        onnx,
        Path.of(""),
        stem(onnx),
        WeightPrecision.FP16,
        new Outputs.Auto(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        OptionalInt.empty(),
        Optional.empty(),
        List.of(),
        true,
        ModelDescription.NONE);
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
    return toBuilder().onnx(otherOnnx).directory(otherDirectory).build();
  }

  public ConvertOptions into(Path otherDirectory, WeightPrecision otherType) {
    return toBuilder().directory(otherDirectory).dataType(otherType).build();
  }

  public ConvertOptions withOutputs(Outputs changed) {
    return toBuilder().outputs(changed).build();
  }

  public ConvertOptions withoutRewrite() {
    return toBuilder().rewrite(false).build();
  }

  public ConvertOptions describedAs(ModelDescription changed) {
    return toBuilder().description(changed).build();
  }

  /** Starts from these options, to change some of them. */
  public Builder toBuilder() {
    return new Builder(this);
  }

  /** Changes options one by one; for one thread. */
  public static final class Builder {
    private Path onnx;
    private Path directory;
    private String name;
    private WeightPrecision dataType;
    private Outputs outputs;
    private Optional<Shape> inputShape;
    private Optional<List<Float>> mean;
    private Optional<List<Float>> scale;
    private Optional<Boolean> reverseChannels;
    private Optional<Resize.Mode> resize;
    private OptionalInt pad;
    private Optional<Resize.Interpolation> interpolation;
    private List<String> labels;
    private boolean rewrite;
    private ModelDescription description;

    private Builder(ConvertOptions start) {
      onnx = start.onnx;
      directory = start.directory;
      name = start.name;
      dataType = start.dataType;
      outputs = start.outputs;
      inputShape = start.inputShape;
      mean = start.mean;
      scale = start.scale;
      reverseChannels = start.reverseChannels;
      resize = start.resize;
      pad = start.pad;
      interpolation = start.interpolation;
      labels = start.labels;
      rewrite = start.rewrite;
      description = start.description;
    }

    public Builder onnx(Path changed) {
      onnx = changed;
      return this;
    }

    public Builder directory(Path changed) {
      directory = changed;
      return this;
    }

    public Builder name(String changed) {
      name = changed;
      return this;
    }

    public Builder dataType(WeightPrecision changed) {
      dataType = changed;
      return this;
    }

    public Builder outputs(Outputs changed) {
      outputs = changed;
      return this;
    }

    public Builder inputShape(Optional<Shape> changed) {
      inputShape = changed;
      return this;
    }

    public Builder mean(Optional<List<Float>> changed) {
      mean = changed;
      return this;
    }

    public Builder scale(Optional<List<Float>> changed) {
      scale = changed;
      return this;
    }

    public Builder reverseChannels(Optional<Boolean> changed) {
      reverseChannels = changed;
      return this;
    }

    public Builder resize(Optional<Resize.Mode> changed) {
      resize = changed;
      return this;
    }

    public Builder pad(OptionalInt changed) {
      pad = changed;
      return this;
    }

    public Builder interpolation(Optional<Resize.Interpolation> changed) {
      interpolation = changed;
      return this;
    }

    public Builder labels(List<String> changed) {
      labels = changed;
      return this;
    }

    public Builder rewrite(boolean changed) {
      rewrite = changed;
      return this;
    }

    public Builder description(ModelDescription changed) {
      description = changed;
      return this;
    }

    /**
     * Returns the options.
     *
     * @throws OptionException if they cannot work for any model
     */
    public ConvertOptions build() {
      return new ConvertOptions(
          onnx,
          directory,
          name,
          dataType,
          outputs,
          inputShape,
          mean,
          scale,
          reverseChannels,
          resize,
          pad,
          interpolation,
          labels,
          rewrite,
          description);
    }
  }
}
