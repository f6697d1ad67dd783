package dev.ovkit.convert;

/**
 * What weights are stored in. Storage only: a CPU computes in the same precision either way, so
 * FP16 halves the .bin and changes no time.
 */
public enum DataType {
  FP16,
  FP32
}
