package dev.ovkit.bench;

import java.util.function.UnaryOperator;

/**
 * What is in force, as the compiled model itself says.
 *
 * @param precision of the arithmetic, as in {@code f32}
 * @param streams inferences side by side
 * @param threads of all streams together
 * @param requests pictures at once
 * @param pinning whether threads are bound to processors
 * @param hyperThreading whether two threads may share a core
 */
public record Settings(
    String precision,
    int streams,
    int threads,
    int requests,
    boolean pinning,
    boolean hyperThreading) {

  /**
   * Asks a model that was compiled for the CPU.
   *
   * @param property of the model, by OpenVINO's key
   * @param requests pictures at once
   */
  public static Settings of(UnaryOperator<String> property, int requests) {
    return new Settings(
        property.apply("INFERENCE_PRECISION_HINT"),
        Integer.parseInt(property.apply("NUM_STREAMS")),
        Integer.parseInt(property.apply("INFERENCE_NUM_THREADS")),
        requests,
        yes(property.apply("ENABLE_CPU_PINNING")),
        yes(property.apply("ENABLE_HYPER_THREADING")));
  }

  private static boolean yes(String value) {
    return value.equalsIgnoreCase("YES") || value.equalsIgnoreCase("TRUE");
  }
}
