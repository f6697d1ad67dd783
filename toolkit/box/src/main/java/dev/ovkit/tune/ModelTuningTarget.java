package dev.ovkit.tune;

import dev.ovkit.CompileOptions.Hint;
import dev.ovkit.bench.BenchOptions;
import dev.ovkit.bench.Benchmark;
import dev.ovkit.bench.Contestant;
import dev.ovkit.bench.Mode;
import dev.ovkit.bench.ModelResult;
import dev.ovkit.bench.Readable;
import dev.ovkit.bench.Report;
import dev.ovkit.bench.Stage;
import dev.ovkit.model.Detections;
import dev.ovkit.picture.Picture;
import dev.ovkit.vision.DetectorOptions;
import dev.ovkit.vision.Tuning;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;
import java.util.function.BooleanSupplier;
import java.util.stream.IntStream;

/**
 * A model on this machine.
 *
 * @param tick called between passes
 * @param stopped asked between passes
 */
record ModelTuningTarget(
    TuneOptions options,
    List<Path> pictures,
    DefaultRun probe,
    Runnable tick,
    BooleanSupplier stopped)
    implements TuningTarget {

  static Contestant.Whole open(TuneOptions options, Tuning tuning) {
    DetectorOptions opening = tuning.options(options.ir());
    return Contestant.Whole.open(
        options.ir(), options.target() == Hint.LATENCY ? opening.withRequests(1) : opening);
  }

  @Override
  public List<TrialResult> race(List<Tuning> entrants, boolean control, double seconds) {
    List<Tuning> lanes = new ArrayList<>(entrants);
    if (control) {
      lanes.add(entrants.get(0));
    }
    List<TrialResult> runs = new ArrayList<>();
    try (Benchmark benchmark =
        Benchmark.open(
            measuring(lanes.size(), control, seconds),
            key -> open(options, lanes.get(Integer.parseInt(key.toString()))),
            benchmarked -> new Readable(benchmarked, List.of()))) {
      Report report = benchmark.run(fraction -> tick.run(), stopped);
      for (int i = 0; i < lanes.size(); i++) {
        ModelResult result = report.models().get(i);
        runs.add(
            new TrialResult(
                lanes.get(i),
                result.settings(),
                report.comparisons().stream()
                    .filter(c -> c.stage() == Stage.END_TO_END && c.model().equals(result.model()))
                    .map(Report.Comparison::ratio)
                    .findFirst(),
                result.statistics(Stage.END_TO_END),
                result
                    .throughput()
                    .map(rate -> OptionalDouble.of(rate.mean()))
                    .orElse(OptionalDouble.empty())));
      }
    }
    return runs;
  }

  /** Lanes are named by their numbers, for all of them run one model. */
  private BenchOptions measuring(int lanes, boolean control, double seconds) {
    DefaultRun.Pace pace = probe.pace();
    double fewest = lanes * pace.least() * pace.seconds();
    double left = seconds - lanes * (probe.opening() + pace.warmUp());
    double measured = Math.max(fewest, Math.min(left, fewest * pace.plenty() * (control ? 2 : 1)));
    boolean latency = options.target() == Hint.LATENCY;
    BenchOptions bench =
        BenchOptions.of(
                IntStream.range(0, lanes).mapToObj(i -> Path.of("" + i)).toList(),
                latency
                    ? pictures
                    : IntStream.range(0, pace.block())
                        .mapToObj(i -> pictures.get(i % pictures.size()))
                        .toList())
            .withMode(latency ? Mode.LATENCY : Mode.THROUGHPUT)
            .withWarmUp(Duration.ofNanos((long) (pace.warmUp() * 1e9)))
            .withControl(false);
    return latency
        ? bench.withTime(Duration.ofNanos((long) (measured * 1e9)))
        : bench.withPasses((int) Math.max(pace.least(), measured / lanes / pace.seconds()));
  }

  @Override
  public List<Detections> detections(Tuning tuning) {
    try (Contestant.Whole whole = open(options, tuning.withRequests(1))) {
      return pictures.stream().map(whole.detector()::detect).toList();
    }
  }

  @Override
  public List<Double> aspects() {
    List<Double> aspects = new ArrayList<>();
    for (Path file : pictures) {
      try (Picture picture = Picture.read(file)) {
        aspects.add((double) picture.width() / picture.height());
      }
    }
    return aspects;
  }

  @Override
  public double[] openings(Tuning tuning, int times) {
    return IntStream.range(0, times)
        .mapToDouble(
            i -> {
              long start = System.nanoTime();
              open(options, tuning).close();
              return (System.nanoTime() - start) / 1e6;
            })
        .toArray();
  }
}
