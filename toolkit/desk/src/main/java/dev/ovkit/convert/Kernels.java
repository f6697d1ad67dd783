package dev.ovkit.convert;

/**
 * The kernels that OpenVINO's CPU plugin should compute the convolutions of an IR with.
 *
 * <p>On a CPU with AVX2 and without AVX-512 the plugin keeps tensors as they come, channels apart
 * from each other. Its older kernels, which want eight channels side by side, can be quicker, for
 * then a Concat has nothing to copy; a CPU with AVX-512 has kernels of its own, which they would
 * displace.
 */
public enum Kernels {
  /** The plugin chooses. */
  OWN_CHOICE,
  /** Those blocked kernels that prove faster on the CPU at hand, or else the plugin's choice. */
  BLOCKED_IF_FASTER,
  /** Blocked kernels in all convolutions but those of a single cell. */
  BLOCKED_ALL,
  /** Blocked kernels in the 1x1 convolutions alone. */
  BLOCKED_1X1
}
