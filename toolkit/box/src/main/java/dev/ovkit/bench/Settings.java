package dev.ovkit.bench;

import dev.ovkit.runtime.CompiledModel;

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
   * @param requests pictures at once
   */
  public static Settings of(CompiledModel compiled, int requests) {
    return new Settings(
        compiled.property("INFERENCE_PRECISION_HINT"),
        Integer.parseInt(compiled.property("NUM_STREAMS")),
        Integer.parseInt(compiled.property("INFERENCE_NUM_THREADS")),
        requests,
        yes(compiled.property("ENABLE_CPU_PINNING")),
        yes(compiled.property("ENABLE_HYPER_THREADING")));
  }

  private static boolean yes(String value) {
    return value.equalsIgnoreCase("YES") || value.equalsIgnoreCase("TRUE");
  }
}
