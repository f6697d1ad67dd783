package dev.ovkit.tune;

import dev.ovkit.CompileOptions.Hint;
import dev.ovkit.ModelException;
import dev.ovkit.bench.Ratio;
import dev.ovkit.bench.Settings;
import dev.ovkit.bench.Statistics;
import dev.ovkit.machine.Processors;
import dev.ovkit.model.Detection;
import dev.ovkit.model.Detections;
import dev.ovkit.model.DetectorSpec;
import dev.ovkit.vision.Tuning;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.function.Function;
import java.util.stream.IntStream;

/**
 * A machine of eight cores with two threads each, on which it is known what every setting costs,
 * and whose races take no time but on its own clock.
 */
final class KnownMachine implements TuningTarget {

  private static final int CORES = 8;

  final List<List<Tuning>> races = new ArrayList<>();
  long now;

  private final DetectorSpec spec;
  private final Hint target;
  private final Function<Tuning, Double> milliseconds;

  /** How far intervals reach beyond the median, as a share of it. */
  private double spread = 0.01;

  private double control = 1;
  private int width = 720;
  private Function<Tuning, List<Detection>> boxes = tuning -> List.of();
  private double[] openings = {100, 100};

  /**
   * @param milliseconds from file to boxes with a setting; the ratio follows from it
   */
  KnownMachine(DetectorSpec spec, Hint target, Function<Tuning, Double> milliseconds) {
    this.spec = spec;
    this.target = target;
    this.milliseconds = milliseconds;
  }

  KnownMachine withSpread(double share) {
    spread = share;
    return this;
  }

  /** The default takes this share of its own time. */
  KnownMachine withControl(double ratio) {
    control = ratio;
    return this;
  }

  KnownMachine withBoxes(Function<Tuning, List<Detection>> found) {
    boxes = found;
    return this;
  }

  /** Pictures are square until they get another width; their height is 720. */
  KnownMachine withWidth(int pixels) {
    width = pixels;
    return this;
  }

  KnownMachine withOpenings(double without, double with) {
    openings = new double[] {without, with};
    return this;
  }

  /** What OpenVINO makes of a setting. */
  private Settings settings(Tuning tuning) {
    boolean latency = target == Hint.LATENCY;
    int streams = tuning.streams().orElse(latency ? 1 : CORES);
    return new Settings(
        tuning.precision().name(),
        streams,
        tuning.threads().orElse(latency ? CORES : 2 * CORES),
        latency ? 1 : tuning.requests().orElse(streams),
        tuning.pinning().orElse(true),
        tuning.hyperThreading().orElse(!latency));
  }

  @Override
  public DefaultRun probe() {
    List<Integer> processors = IntStream.range(0, 2 * CORES).boxed().toList();
    return new DefaultRun(
        spec,
        settings(Tuning.defaults(target)),
        new Processors(processors, processors, CORES, OptionalDouble.empty()),
        Statistics.of(milliseconds.apply(Tuning.defaults(target))),
        0.5,
        new DefaultRun.Pace(16, 0.1, 10, 10, 0.5));
  }

  @Override
  public List<TrialResult> race(List<Tuning> entrants, boolean withControl, double seconds) {
    races.add(entrants);
    now += (long) (seconds * 1e9);
    List<TrialResult> runs = new ArrayList<>();
    double base = milliseconds.apply(entrants.get(0));
    for (Tuning entrant : entrants) {
      double own = milliseconds.apply(entrant);
      runs.add(run(entrant, runs.isEmpty() ? Optional.empty() : Optional.of(own / base), own));
    }
    if (withControl) {
      runs.add(run(entrants.get(0), Optional.of(control), base));
    }
    return runs;
  }

  private TrialResult run(Tuning tuning, Optional<Double> ratio, double own) {
    return new TrialResult(
        tuning,
        settings(tuning),
        ratio.map(r -> new Ratio(r, r * (1 - spread), r * (1 + spread), 10)),
        Optional.of(Statistics.of(own)),
        target == Hint.LATENCY ? OptionalDouble.empty() : OptionalDouble.of(1000 / own));
  }

  /** One picture; what finds null cannot be done. */
  @Override
  public List<Detections> detections(Tuning tuning) {
    if (boxes.apply(tuning) == null) {
      throw new ModelException("it cannot be done");
    }
    Duration none = Duration.ZERO;
    return List.of(
        new Detections(
            width, 720, boxes.apply(tuning), 0, 0, new Detections.Timings(none, none, none, none)));
  }

  @Override
  public List<Double> aspects() {
    return List.of(width / 720.0);
  }

  @Override
  public double[] openings(Tuning tuning, int times) {
    return IntStream.range(0, times)
        .mapToDouble(i -> openings[tuning.cache() ? 1 : 0] + i)
        .toArray();
  }
}
