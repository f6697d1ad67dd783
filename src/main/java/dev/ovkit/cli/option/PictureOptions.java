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

/** What is done to a picture before the network: the same options wherever it can be said. */
public final class PictureOptions {

  @Spec(Spec.Target.MIXEE)
  private CommandSpec spec;

  @Option(
      names = {"-s", "--scale"},
      paramLabel = "NUMBER",
      description = "Divide every channel by it.")
  private @Nullable Float scale;

  @Option(
      names = "--scale-values",
      paramLabel = "A,B,C",
      description = "Divide each channel by its own number.")
  private @Nullable String scaleValues;

  @Option(
      names = {"--mean", "--mean-values"},
      paramLabel = "A,B,C",
      description =
          "Subtract one number, or one a channel, before scaling; in the order that the model wants its channels.")
  private @Nullable String mean;

  @Option(
      names = "--letterbox",
      paramLabel = "WHERE",
      description =
          "Where a picture lies in the input: centre, top-left, or stretch for no letterbox. Default: as the family does it.")
  private @Nullable String letterbox;

  @Option(
      names = "--pad",
      paramLabel = "GREY",
      description = "The grey beside the picture, 0..255. Default: 114.")
  private @Nullable Integer pad;

  public boolean given() {
    return scale != null || scaleValues != null || mean != null || letterbox != null || pad != null;
  }

  public Optional<List<Float>> scale() {
    if (scale != null && scaleValues != null) {
      throw usage("--scale and --scale-values exclude each other; give one");
    }
    return scale != null
        ? Optional.of(List.of(scale))
        : Optional.ofNullable(scaleValues).map(text -> numbers("--scale-values", text));
  }

  public Optional<List<Float>> mean() {
    return Optional.ofNullable(mean).map(text -> numbers("--mean", text));
  }

  public Optional<Resize.Mode> mode() {
    return Optional.ofNullable(letterbox)
        .map(
            text ->
                switch (text) {
                  case "centre", "center" -> Resize.Mode.LETTERBOX_CENTRE;
                  case "top-left" -> Resize.Mode.LETTERBOX_TOP_LEFT;
                  case "stretch" -> Resize.Mode.STRETCH;
                  default ->
                      throw usage(
                          "--letterbox %s: expected centre, top-left or stretch".formatted(text));
                });
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

  /** Returns the detector with what was given here in place of what it says itself. */
  public DetectorSpec applyTo(DetectorSpec detector) {
    Normalization normalization = detector.normalization();
    Resize resize = detector.resize();
    return detector
        .withNormalization(
            new Normalization(
                mean().orElse(normalization.mean()), scale().orElse(normalization.scale())))
        .withResize(new Resize(mode().orElse(resize.mode()), pad().orElse(resize.padValue())));
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
