package dev.ovkit.runtime;

import java.util.List;

/**
 * What OpenVINO does to an input before the model sees it, in this order: convert to f32, reverse
 * the channels, subtract the mean, divide by the scale, bring to NCHW.
 *
 * @param type the type that the caller writes
 * @param nhwc whether the caller writes NHWC; the model itself is NCHW
 * @param reverseChannels whether BGR becomes RGB or the reverse
 * @param mean nothing, one value, or one a channel (after the reversal)
 * @param scale the divisor, in the same form
 */
public record InputSteps(
    ElementType type, boolean nhwc, boolean reverseChannels, List<Float> mean, List<Float> scale) {

  /** Bytes in NHWC, as a picture is stored in memory. */
  public static final InputSteps U8_NHWC =
      new InputSteps(ElementType.U8, true, false, List.of(), List.of());

  public InputSteps {
    mean = List.copyOf(mean);
    scale = List.copyOf(scale);
  }
}
