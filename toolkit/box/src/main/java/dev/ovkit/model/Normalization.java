package dev.ovkit.model;

import java.util.List;

/**
 * What is done to the numbers of a picture when the model is loaded: minus mean, then divided by
 * scale. An IR that has these steps inside, as ovkit's have, needs {@link #NONE}.
 *
 * @param mean one value for all channels, one a channel in the order the IR expects, or none
 * @param scale the divisor, in the same form
 */
public record Normalization(List<Float> mean, List<Float> scale) {

  /** Numbers stay 0..255. */
  public static final Normalization NONE = new Normalization(List.of(), List.of());

  /** Numbers become 0..1. */
  public static final Normalization TO_UNIT = new Normalization(List.of(), List.of(255f));

  public Normalization {
    mean = checked("mean", mean);
    scale = checked("scale", scale);
    if (scale.contains(0f)) {
      throw new IllegalArgumentException("a scale is a divisor and cannot be 0");
    }
  }

  /** Returns whether there is nothing to do. */
  public boolean isNone() {
    return mean.isEmpty() && scale.isEmpty();
  }

  private static List<Float> checked(String what, List<Float> values) {
    if (values.size() > 1 && values.size() != 3) {
      throw new IllegalArgumentException(
          "%s has one value or three, not %d".formatted(what, values.size()));
    }
    for (float value : values) {
      if (!Float.isFinite(value)) {
        throw new IllegalArgumentException("%s has a value that is no number".formatted(what));
      }
    }
    return List.copyOf(values);
  }
}
