package dev.ovkit.ir;

import java.util.Map;

/**
 * The type in which an IR stores its weights, which decides how far its results may differ. FP16 is
 * storage only: a CPU computes in the same precision as with FP32, so it halves the .bin and
 * changes no time. From the most exact to the least.
 */
public enum WeightPrecision {
  FP32,
  FP16,
  INT8;

  /**
   * An IR is 8-bit when it has fake quantisation, or 8-bit constants of this share of all bytes.
   */
  private static final double SHARE = 0.05;

  /** Reads the precision from the constants, which cannot be mislabelled. */
  public static WeightPrecision of(IrDescription ir) {
    long all = ir.constantBytes().values().stream().mapToLong(Long::longValue).sum();
    long eighths = bytes(ir, "i8") + bytes(ir, "u8");
    if (ir.operations().containsKey("FakeQuantize") || eighths > SHARE * all) {
      return INT8;
    }
    return bytes(ir, "f16") > SHARE * all ? FP16 : FP32;
  }

  private static long bytes(IrDescription ir, String type) {
    return ((Map<String, Long>) ir.constantBytes()).getOrDefault(type, 0L);
  }
}
