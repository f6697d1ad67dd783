package dev.ovkit.convert;

import dev.ovkit.ModelException;
import dev.ovkit.family.Preprocessing;
import dev.ovkit.model.Colour;
import dev.ovkit.model.Resize;
import dev.ovkit.onnx.InputPath;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * What happens to a picture: inside the IR, and before it.
 *
 * @param colour what the IR takes
 * @param reverse whether it reverses the channels
 * @param mean then what it subtracts
 * @param scale then what it divides by
 * @param resize what a client does first
 * @param decisions on what is inside the IR
 * @param letterbox the decision on the rest
 */
record PreprocessingPlan(
    Colour colour,
    boolean reverse,
    List<Float> mean,
    List<Float> scale,
    Resize resize,
    List<Decision> decisions,
    Decision letterbox) {

  /**
   * @param inside what the graph does itself, which is not done again
   * @param grey whether the file takes one channel
   * @param whole whether the file takes whole numbers, which 0..1 cannot be
   * @throws ModelException if the range of the input stays open and no option gives it
   */
  static PreprocessingPlan of(
      Preprocessing family, InputPath inside, boolean grey, boolean whole, ConvertOptions options) {
    List<Decision> decisions = new ArrayList<>();
    String steps = String.join(", ", inside.steps());
    InputPath.Range range = inside.range();
    if (whole && range == InputPath.Range.UNSAID) {
      range = InputPath.Range.BYTES;
    }
    boolean given = options.scale().isPresent() || options.mean().isPresent();
    boolean unclear = !inside.agrees() || !inside.isOrdered() || range == InputPath.Range.UNCLEAR;
    Optional<Colour> said = options.description().colour();
    boolean ordered = said.isPresent() || options.reverseChannels().orElse(false);
    if (unclear && !(given && ordered)) {
      throw new ModelException(
          "'%s': its graph prepares the picture itself (%s), but in a way that does not show which numbers it expects; give --scale 1 for 0..255 or --scale 255 for 0..1, and --model-colour BGR or RGB for the order of its channels"
              .formatted(options.onnx(), steps.isEmpty() ? "in several branches" : steps));
    }
    boolean swaps = inside.isReversed();
    boolean trainedOnRgb = said.orElse(family.colour()) == Colour.RGB;
    boolean reverse = options.reverseChannels().orElse(!grey && trainedOnRgb != swaps);
    Colour graphTakes = trainedOnRgb != swaps ? Colour.RGB : Colour.BGR;
    // A reversal that is asked for says that the model expects RGB, unless that is said otherwise.
    boolean takesBgr = grey || reverse && said.isEmpty();
    Colour colour = takesBgr ? Colour.BGR : reverse ? graphTakes.reversed() : graphTakes;
    decisions.add(
        Decision.of(
            Decision.Kind.CHANNELS,
            "%s (the IR takes %s)".formatted(reverse ? "reversed" : "not reversed", colour),
            options.reverseChannels().isPresent()
                ? swaps ? Reason.ASKED_BESIDE : Reason.ASKED
                : grey
                    ? Reason.GREY
                    : swaps ? Reason.SWAPS_INSIDE : said.isPresent() ? Reason.GIVEN : Reason.FAMILY,
            swaps ? steps : family.colourReason()));
    boolean inGraph = range == InputPath.Range.BYTES || range == InputPath.Range.UNIT;
    Reason reason =
        switch (range) {
          case BYTES -> Reason.BYTES_INSIDE;
          case UNIT -> Reason.UNIT_INSIDE;
          default -> Reason.FAMILY;
        };
    String detail =
        !inGraph ? family.scaleReason() : steps.isEmpty() ? "its input holds whole numbers" : steps;
    List<Float> scale =
        options
            .scale()
            .orElse(
                switch (range) {
                  case BYTES -> List.of();
                  case UNIT -> List.of(255f);
                  default -> family.scale();
                });
    Reason asked = inGraph ? Reason.ASKED_BESIDE : Reason.ASKED;
    decisions.add(
        Decision.of(
            Decision.Kind.SCALE,
            scale.isEmpty() ? "none" : numbers(scale),
            options.scale().isPresent() ? asked : reason,
            detail));
    List<Float> mean = options.mean().orElse(inGraph ? List.of() : family.mean());
    if (!mean.isEmpty()) {
      decisions.add(
          Decision.of(
              Decision.Kind.MEAN,
              numbers(mean),
              options.mean().isPresent() ? asked : reason,
              detail));
    }
    Resize resize =
        new Resize(
            options.resize().orElse(family.resize().mode()),
            options.pad().orElse(family.resize().padValue()),
            options.interpolation().orElse(family.resize().interpolation()));
    return new PreprocessingPlan(
        colour,
        reverse,
        mean,
        scale,
        resize,
        decisions,
        decision(
            Decision.Kind.LETTERBOX,
            words(resize),
            options.resize().isPresent(),
            family.resizeReason()));
  }

  private static Decision decision(Decision.Kind kind, String value, boolean asked, String reason) {
    return asked
        ? Decision.of(kind, value, Reason.ASKED)
        : Decision.of(kind, value, Reason.FAMILY, reason);
  }

  private static String words(Resize resize) {
    String place =
        switch (resize.mode()) {
          case LETTERBOX_CENTRE -> "centred";
          case LETTERBOX_TOP_LEFT -> "top left";
          case STRETCH -> "stretch";
          case CENTRE_CROP -> "centre crop";
        };
    return place
        + (resize.mode() == Resize.Mode.CENTRE_CROP ? "" : ", grey " + resize.padValue())
        + (resize.interpolation() == Resize.Interpolation.BICUBIC ? ", bicubic" : "");
  }

  /** As the IR keeps them. */
  static String numbers(List<Float> values) {
    return values.stream()
        .map(v -> v == Math.rint(v) ? Long.toString(v.longValue()) : v.toString())
        .collect(Collectors.joining(","));
  }
}
