package dev.ovkit.bench;

import dev.ovkit.CompileOptions;
import dev.ovkit.OptionException;
import dev.ovkit.vision.DetectorOptions;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;

/**
 * What is measured, and how long.
 *
 * @param irs the models, at least one
 * @param pictures the files to measure on, at least one
 * @param mode what is measured
 * @param seedProtocol the protocol of the project's seed: the first {@link #SEED_PICTURES}
 *     pictures, a mean for each of them and one over all
 * @param passes over each picture; empty to measure for {@code time} instead
 * @param time to measure for, all models together, when {@code passes} is empty
 * @param warmUp the most time for warming up each model
 * @param compile the arithmetic, threads and streams of every model
 * @param requests pictures at once in {@link Mode#THROUGHPUT}; empty for as many as OpenVINO
 *     suggests
 * @param control whether a comparison has a control: the first model once more, which shows how far
 *     the machine's noise alone moves a ratio from 1
 * @param profiles models that are opened otherwise than {@code compile} and {@code requests} say
 */
public record BenchOptions(
    List<Path> irs,
    List<Path> pictures,
    Mode mode,
    boolean seedProtocol,
    OptionalInt passes,
    Duration time,
    Duration warmUp,
    CompileOptions compile,
    OptionalInt requests,
    boolean control,
    Map<Path, DetectorOptions> profiles) {

  /** The pictures of the seed's protocol. */
  public static final int SEED_PICTURES = 50;

  /** The passes over each picture of the seed's protocol. */
  public static final int SEED_PASSES = 1000;

  public BenchOptions {
    irs = List.copyOf(irs);
    pictures = List.copyOf(pictures);
    profiles = Map.copyOf(profiles);
    if (irs.isEmpty() || pictures.isEmpty()) {
      throw new OptionException("a model and a picture are needed");
    }
    if (passes.isPresent() && passes.getAsInt() < 1) {
      throw new OptionException("passes: %d, expected 1 or more".formatted(passes.getAsInt()));
    }
    if (passes.isEmpty() && (time.isZero() || time.isNegative())) {
      throw new OptionException("no time to measure; give passes or a time");
    }
    if (seedProtocol && pictures.size() > SEED_PICTURES) {
      pictures = pictures.subList(0, SEED_PICTURES);
    }
  }

  /** Latency, ten seconds after at most thirty of warming up, with control. */
  public static BenchOptions of(List<Path> irs, List<Path> pictures) {
    return new BenchOptions(
        irs,
        pictures,
        Mode.LATENCY,
        false,
        OptionalInt.empty(),
        Duration.ofSeconds(10),
        Duration.ofSeconds(30),
        CompileOptions.defaults(),
        OptionalInt.empty(),
        true,
        Map.of());
  }

  public BenchOptions withMode(Mode changed) {
    return new BenchOptions(
        irs,
        pictures,
        changed,
        seedProtocol,
        passes,
        time,
        warmUp,
        compile.withHint(
            changed == Mode.THROUGHPUT
                ? CompileOptions.Hint.THROUGHPUT
                : CompileOptions.Hint.LATENCY),
        requests,
        control,
        profiles);
  }

  /** The seed's protocol, with all of its passes until {@link #withPasses} says fewer. */
  public BenchOptions withSeedProtocol() {
    return new BenchOptions(
        irs,
        pictures,
        mode,
        true,
        OptionalInt.of(SEED_PASSES),
        time,
        warmUp,
        compile,
        requests,
        control,
        profiles);
  }

  public BenchOptions withPasses(int perPicture) {
    return new BenchOptions(
        irs,
        pictures,
        mode,
        seedProtocol,
        OptionalInt.of(perPicture),
        time,
        warmUp,
        compile,
        requests,
        control,
        profiles);
  }

  public BenchOptions withPictures(List<Path> files) {
    return new BenchOptions(
        irs, files, mode, seedProtocol, passes, time, warmUp, compile, requests, control, profiles);
  }

  public BenchOptions withTime(Duration changed) {
    return new BenchOptions(
        irs,
        pictures,
        mode,
        seedProtocol,
        OptionalInt.empty(),
        changed,
        warmUp,
        compile,
        requests,
        control,
        profiles);
  }

  public BenchOptions withWarmUp(Duration most) {
    return new BenchOptions(
        irs,
        pictures,
        mode,
        seedProtocol,
        passes,
        time,
        most,
        compile,
        requests,
        control,
        profiles);
  }

  public BenchOptions withCompile(CompileOptions changed) {
    return new BenchOptions(
        irs,
        pictures,
        mode,
        seedProtocol,
        passes,
        time,
        warmUp,
        changed,
        requests,
        control,
        profiles);
  }

  public BenchOptions withRequests(int count) {
    return new BenchOptions(
        irs,
        pictures,
        mode,
        seedProtocol,
        passes,
        time,
        warmUp,
        compile,
        OptionalInt.of(count),
        control,
        profiles);
  }

  public BenchOptions withControl(boolean wanted) {
    return new BenchOptions(
        irs,
        pictures,
        mode,
        seedProtocol,
        passes,
        time,
        warmUp,
        compile,
        requests,
        wanted,
        profiles);
  }

  /** Opens one of the models otherwise than the others, as its profile says. */
  public BenchOptions withProfile(Path ir, DetectorOptions options) {
    Map<Path, DetectorOptions> changed = new HashMap<>(profiles);
    changed.put(ir, options);
    return new BenchOptions(
        irs,
        pictures,
        mode,
        seedProtocol,
        passes,
        time,
        warmUp,
        compile,
        requests,
        control,
        changed);
  }

  /** Returns how a model is opened. */
  DetectorOptions opening(Path ir) {
    DetectorOptions own = profiles.get(ir);
    if (mode != Mode.THROUGHPUT) {
      return (own != null ? own : DetectorOptions.defaults().withCompile(compile)).withRequests(1);
    }
    if (own != null) {
      return own;
    }
    DetectorOptions options = DetectorOptions.defaults().withCompile(compile);
    return requests.isPresent() ? options.withRequests(requests.getAsInt()) : options;
  }
}
