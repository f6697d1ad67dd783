package dev.ovkit.cli.option;

import dev.ovkit.model.DetectorSpec;
import dev.ovkit.model.Normalization;
import dev.ovkit.model.Resize;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** What happens to a picture before the network, in every command that can change it. */
@HelpGroup.In(HelpGroup.PREPROCESSING)
public final class PictureOptions {

  @Spec(Spec.Target.MIXEE)
  private CommandSpec spec;

  @Option(
      names = {"-s", "--scale"},
      paramLabel = "NUMBER",
      description = "Divide every channel by this number.")
  private @Nullable Float scale;

  @Option(
      names = "--scale-values",
      paramLabel = "A,B,C",
      description =
          "Divide each channel by its own number. The numbers are in the model's channel order.")
  private @Nullable String scaleValues;

  @Option(
      names = {"--mean", "--mean-values"},
      paramLabel = "A,B,C",
      description =
          "Subtract this number, or one number per channel, before dividing by the scale. The numbers are in the model's channel order.")
  private @Nullable String mean;

  @Option(
      names = "--letterbox",
      paramLabel = "PLACE",
      converter = Choices.Letterbox.class,
      completionCandidates = Choices.Letterbox.class,
      description =
          "How the picture is fitted into the network's input: centre, top-left, stretch (no letterbox) or centre-crop. Default: the way of the model's family.")
  private Resize.@Nullable Mode letterbox;

  @Option(
      names = "--pad",
      paramLabel = "GREY",
      description = "Grey value of the border beside a letterboxed picture, 0..255. Default: 114.")
  private @Nullable Integer pad;

  @Option(
      names = "--interpolation",
      paramLabel = "KIND",
      converter = Choices.Interpolation.class,
      completionCandidates = Choices.Interpolation.class,
      description =
          "Interpolation when pictures are scaled: linear or bicubic. Default: the way of the model's family.")
  private Resize.@Nullable Interpolation interpolation;

  public boolean given() {
    return scale != null
        || scaleValues != null
        || mean != null
        || letterbox != null
        || pad != null
        || interpolation != null;
  }

  public Optional<List<Float>> scale() {
    if (scale != null && scaleValues != null) {
      throw usage("give --scale or --scale-values, not both");
    }
    return scale != null
        ? Optional.of(List.of(scale))
        : Optional.ofNullable(scaleValues).map(text -> numbers("--scale-values", text));
  }

  public Optional<List<Float>> mean() {
    return Optional.ofNullable(mean).map(text -> numbers("--mean", text));
  }

  public Optional<Resize.Mode> mode() {
    return Optional.ofNullable(letterbox);
  }

  public Optional<Resize.Interpolation> interpolation() {
    return Optional.ofNullable(interpolation);
  }

  public OptionalInt pad() {
    if (pad == null) {
      return OptionalInt.empty();
    }
    if (pad < 0 || pad > 255) {
      throw usage("--pad %d: expected 0..255".formatted(pad));
    }
    return OptionalInt.of(pad);
  }

  /** Returns the detector with what was given here in place of its own settings. */
  public DetectorSpec applyTo(DetectorSpec detector) {
    Normalization normalization = detector.normalization();
    Resize resize = detector.resize();
    return detector
        .withNormalization(
            new Normalization(
                mean().orElse(normalization.mean()), scale().orElse(normalization.scale())))
        .withResize(
            new Resize(
                mode().orElse(resize.mode()),
                pad().orElse(resize.padValue()),
                interpolation().orElse(resize.interpolation())));
  }

  /** As mo wrote them, brackets are allowed: {@code [123.675,116.28,103.53]}. */
  private List<Float> numbers(String option, String text) {
    List<Float> numbers = new ArrayList<>();
    for (String part : text.replaceAll("[\\[\\]()\\s]", "").split(",", -1)) {
      try {
        numbers.add(Float.valueOf(part));
      } catch (NumberFormatException e) {
        throw usage("%s %s: expected one number or three, such as 1.5,2,3".formatted(option, text));
      }
    }
    if (numbers.size() != 1 && numbers.size() != 3) {
      throw usage("%s %s: expected one number or three, such as 1.5,2,3".formatted(option, text));
    }
    return numbers;
  }

  private ParameterException usage(String message) {
    return new ParameterException(spec.commandLine(), message);
  }
}
