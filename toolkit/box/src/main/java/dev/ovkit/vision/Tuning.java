package dev.ovkit.vision;

import dev.ovkit.CompileOptions;
import dev.ovkit.model.InputSize;
import java.nio.file.FileSystems;
import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * Settings for one model on one machine; what is empty is left to OpenVINO, as without a profile.
 *
 * @param target what they serve
 * @param streams inferences side by side
 * @param threads of all streams together
 * @param requests pictures at once
 * @param pinning whether threads are bound to processors
 * @param hyperThreading whether two threads may share a core
 * @param precision of the arithmetic
 * @param input another size of the network's input than the IR's own
 * @param cache whether compiled models are kept beside the IR, so that the next start is quicker
 */
public record Tuning(
    CompileOptions.Hint target,
    OptionalInt streams,
    OptionalInt threads,
    OptionalInt requests,
    Optional<Boolean> pinning,
    Optional<Boolean> hyperThreading,
    CompileOptions.Precision precision,
    Optional<InputSize> input,
    boolean cache) {

  /** Nothing is set: what a machine does without a profile. */
  public static Tuning defaults(CompileOptions.Hint target) {
    return new Tuning(
        target,
        OptionalInt.empty(),
        OptionalInt.empty(),
        OptionalInt.empty(),
        Optional.empty(),
        Optional.empty(),
        CompileOptions.Precision.F32,
        Optional.empty(),
        false);
  }

  public Tuning withStreams(int count) {
    return with(OptionalInt.of(count), threads, requests);
  }

  public Tuning withThreads(int count) {
    return with(streams, OptionalInt.of(count), requests);
  }

  public Tuning withRequests(int count) {
    return with(streams, threads, OptionalInt.of(count));
  }

  /**
   * Returns the settings without streams, threads and requests, which belong together, for a caller
   * who sets them.
   */
  public Tuning withoutThreads() {
    return with(OptionalInt.empty(), OptionalInt.empty(), OptionalInt.empty());
  }

  public Tuning withPinning(boolean wanted) {
    return with(Optional.of(wanted), hyperThreading, precision, input, cache);
  }

  public Tuning withHyperThreading(boolean wanted) {
    return with(pinning, Optional.of(wanted), precision, input, cache);
  }

  public Tuning withPrecision(CompileOptions.Precision changed) {
    return with(pinning, hyperThreading, changed, input, cache);
  }

  public Tuning withInput(InputSize size) {
    return with(pinning, hyperThreading, precision, Optional.of(size), cache);
  }

  public Tuning withCache(boolean wanted) {
    return with(pinning, hyperThreading, precision, input, wanted);
  }

  private Tuning with(OptionalInt newStreams, OptionalInt newThreads, OptionalInt newRequests) {
    return new Tuning(
        target,
        newStreams,
        newThreads,
        newRequests,
        pinning,
        hyperThreading,
        precision,
        input,
        cache);
  }

  private Tuning with(
      Optional<Boolean> newPinning,
      Optional<Boolean> newHyperThreading,
      CompileOptions.Precision newPrecision,
      Optional<InputSize> newInput,
      boolean newCache) {
    return new Tuning(
        target,
        streams,
        threads,
        requests,
        newPinning,
        newHyperThreading,
        newPrecision,
        newInput,
        newCache);
  }

  /** Returns how the IR that this was tuned for is opened. */
  public DetectorOptions options(Path ir) {
    CompileOptions compile = CompileOptions.defaults().withHint(target).withPrecision(precision);
    if (streams.isPresent()) {
      compile = compile.withStreams(streams.getAsInt());
    }
    if (threads.isPresent()) {
      compile = compile.withThreads(threads.getAsInt());
    }
    if (pinning.isPresent()) {
      compile = compile.withProperty("ENABLE_CPU_PINNING", word(pinning.get()));
    }
    if (hyperThreading.isPresent()) {
      compile = compile.withProperty("ENABLE_HYPER_THREADING", word(hyperThreading.get()));
    }
    if (cache && ir.getFileSystem().equals(FileSystems.getDefault())) {
      compile = compile.withCacheDirectory(Profile.cacheOf(ir));
    }
    DetectorOptions options = DetectorOptions.defaults().withCompile(compile);
    if (requests.isPresent()) {
      options = options.withRequests(requests.getAsInt());
    }
    return input.isPresent() ? options.withInput(input.get()) : options;
  }

  private static String word(boolean value) {
    return value ? "YES" : "NO";
  }
}
