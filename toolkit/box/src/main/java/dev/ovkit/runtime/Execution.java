package dev.ovkit.runtime;

/**
 * How one layer was computed, as the plugin reports it.
 *
 * @param layer its name in the model
 * @param type its kind after the plugin's own fusions, as in {@code Convolution}
 * @param kernel what computed it, as in {@code jit_avx2_1x1_f32}
 * @param microseconds that it took, on average over the inferences of its compiled model; 0 if it
 *     was fused into another
 */
public record Execution(String layer, String type, String kernel, long microseconds) {}
