package dev.ovkit.convert;

import dev.ovkit.family.Preprocessing;
import dev.ovkit.model.Colour;
import dev.ovkit.model.Resize;
import java.util.ArrayList;
import java.util.List;
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

  static PreprocessingPlan of(Preprocessing family, ConvertOptions options) {
    List<Decision> decisions = new ArrayList<>();
    boolean reverse = options.reverseChannels().orElse(family.colour() == Colour.RGB);
    decisions.add(
        decision(
            Decision.Kind.CHANNELS,
            reverse ? "reversed (the IR takes BGR)" : "not reversed",
            options.reverseChannels().isPresent(),
            family.colourReason()));
    List<Float> scale = options.scale().orElse(family.scale());
    decisions.add(
        decision(
            Decision.Kind.SCALE,
            scale.isEmpty() ? "none" : numbers(scale),
            options.scale().isPresent(),
            family.scaleReason()));
    List<Float> mean = options.mean().orElse(family.mean());
    if (!mean.isEmpty()) {
      decisions.add(
          decision(
              Decision.Kind.MEAN, numbers(mean), options.mean().isPresent(), family.scaleReason()));
    }
    Resize resize =
        new Resize(
            options.resize().orElse(family.resize().mode()),
            options.pad().orElse(family.resize().padValue()));
    return new PreprocessingPlan(
        reverse ? Colour.BGR : family.colour(),
        reverse,
        mean,
        scale,
        resize,
        decisions,
        decision(
            Decision.Kind.LETTERBOX,
            words(resize.mode()) + ", grey " + resize.padValue(),
            options.resize().isPresent(),
            family.resizeReason()));
  }

  private static Decision decision(Decision.Kind kind, String value, boolean asked, String reason) {
    return asked
        ? Decision.of(kind, value, Reason.ASKED)
        : Decision.of(kind, value, Reason.FAMILY, reason);
  }

  private static String words(Resize.Mode mode) {
    return switch (mode) {
      case LETTERBOX_CENTRE -> "centred";
      case LETTERBOX_TOP_LEFT -> "top left";
      case STRETCH -> "stretch";
    };
  }

  /** As the IR keeps them. */
  static String numbers(List<Float> values) {
    return values.stream()
        .map(v -> v == Math.rint(v) ? Long.toString(v.longValue()) : v.toString())
        .collect(Collectors.joining(","));
  }
}
