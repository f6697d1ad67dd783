package dev.ovkit.quantize;

import dev.ovkit.surgery.RuntimeLayer;
import java.util.OptionalDouble;

/**
 * What became of a convolution.
 *
 * @param name as in the IR
 * @param kind dense or depthwise
 * @param treatment i8, i8 with half the range, or why it is float
 * @param weightError relative L2 of its weights; 0 in float
 * @param kernel as the CPU plugin says it; empty if it does not
 * @param cost the relative L2 error of the model's outputs when it alone is 8 bit; empty if not
 *     measured
 */
public record Layer(
    String name,
    Kind kind,
    Treatment treatment,
    double weightError,
    String kernel,
    OptionalDouble cost) {

  /** How output channels come from input channels. */
  public enum Kind {
    DENSE,
    DEPTHWISE
  }

  /** What was done to it. */
  public enum Treatment {
    /** 127 steps on either side of zero. */
    I8,
    /** 64 steps: the first one, for a CPU without VNNI. */
    I8_HALF_RANGE,
    /** A head, in float by default. */
    FLOAT_HEAD,
    /** The caller keeps it in float. */
    FLOAT_ASKED,
    /** It cost too much. */
    FLOAT_TO_HOLD;

    /** Returns whether it is 8 bit. */
    public boolean isEightBit() {
      return this == I8 || this == I8_HALF_RANGE;
    }
  }

  /** Returns whether it was made 8 bit and runs so on this CPU. */
  public boolean runsEightBit() {
    return RuntimeLayer.isEightBit(kernel);
  }
}
