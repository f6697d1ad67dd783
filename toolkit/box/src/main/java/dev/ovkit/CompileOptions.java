package dev.ovkit;

import java.nio.file.Path;
import java.util.Collections;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * How a model is compiled.
 *
 * <p>Unless threads are set, OpenVINO uses as many as the machine and its quota allow this process,
 * and derives the streams from them. A value that is set wins.
 *
 * @param device OpenVINO's name of it; ovkit ships the CPU plugin
 * @param properties OpenVINO's own keys and values, as in {@code NUM_STREAMS=2}; any other property
 *     of the plugin may be given too
 */
public record CompileOptions(String device, SortedMap<String, String> properties) {

  /** What OpenVINO optimises for. */
  public enum Hint {
    LATENCY,
    THROUGHPUT
  }

  /** The precision of the arithmetic, whatever the weights are stored in. */
  public enum Precision {
    F32,
    /** bf16 on a CPU that has it, else f32. */
    BF16,
    /** OpenVINO chooses: bf16 on a CPU with AVX512-BF16 or AMX, else f32. */
    AUTO
  }

  public CompileOptions {
    properties = Collections.unmodifiableSortedMap(new TreeMap<>(properties));
  }

  /** CPU, latency, f32: the same results as on every other machine. */
  public static CompileOptions defaults() {
    return new CompileOptions("CPU", new TreeMap<>())
        .withHint(Hint.LATENCY)
        .withPrecision(Precision.F32);
  }

  public CompileOptions withDevice(String name) {
    return new CompileOptions(name, properties);
  }

  public CompileOptions withHint(Hint hint) {
    return withProperty("PERFORMANCE_HINT", hint.name());
  }

  public CompileOptions withPrecision(Precision precision) {
    return precision == Precision.AUTO
        ? without("INFERENCE_PRECISION_HINT")
        : withProperty("INFERENCE_PRECISION_HINT", precision == Precision.F32 ? "f32" : "bf16");
  }

  /** Threads of all streams together. */
  public CompileOptions withThreads(int threads) {
    return withProperty("INFERENCE_NUM_THREADS", positive("threads", threads));
  }

  /** Inferences that run side by side. */
  public CompileOptions withStreams(int streams) {
    return withProperty("NUM_STREAMS", positive("streams", streams));
  }

  /** Keeps compiled models in a directory, so that the next start is quicker. */
  public CompileOptions withCacheDirectory(Path directory) {
    return withProperty("CACHE_DIR", directory.toString());
  }

  /** Sets any property by OpenVINO's own key. */
  public CompileOptions withProperty(String key, String value) {
    Map<String, String> changed = new TreeMap<>(properties);
    changed.put(key, value);
    return new CompileOptions(device, new TreeMap<>(changed));
  }

  private CompileOptions without(String key) {
    SortedMap<String, String> changed = new TreeMap<>(properties);
    changed.remove(key);
    return new CompileOptions(device, changed);
  }

  private static String positive(String what, int count) {
    if (count < 1) {
      throw new OptionException("%s: %d, expected 1 or more".formatted(what, count));
    }
    return Integer.toString(count);
  }
}
