package dev.ovkit.quantize;

import dev.ovkit.bench.Environment;

/**
 * The CPU that an 8-bit model is for.
 *
 * <p>Without VNNI the products of u8 and i8 are added in pairs in 16 bits, which 2 x 255 x 127
 * overflows. Where inputs are often at their greatest, as those of the first convolution are, that
 * costs accuracy, so its kernel gets half the range.
 */
public enum Target {
  /** Any CPU with AVX2; right for one with VNNI too. */
  AVX2,
  /** A CPU with AVX512-VNNI or AVX-VNNI, which adds in 32 bits. */
  VNNI;

  private static final String LIMIT = "ONEDNN_MAX_CPU_ISA";

  /** Returns what this machine is, as OpenVINO's kernels are allowed to see it. */
  public static Target here() {
    String limit = System.getenv(LIMIT);
    boolean hidden = limit != null && !limit.matches("(?i)ALL|DEFAULT|.*(VNNI|BF16|FP16|AMX).*");
    return !hidden && Environment.here().flags().stream().anyMatch(flag -> flag.contains("vnni"))
        ? VNNI
        : AVX2;
  }
}
