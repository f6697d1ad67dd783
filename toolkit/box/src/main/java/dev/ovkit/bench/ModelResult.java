package dev.ovkit.bench;

import java.util.List;
import java.util.Optional;

/**
 * What was measured of one model.
 *
 * @param model its file, as it was given
 * @param settings what was in force
 * @param warmUp how it was warmed up
 * @param samples every pass
 * @param picturesPerSecond of {@link Mode#THROUGHPUT}, one value a block of about a second; empty
 *     otherwise
 */
public record ModelResult(
    String model,
    Settings settings,
    WarmUp.Result warmUp,
    Samples samples,
    List<Double> picturesPerSecond) {

  public ModelResult {
    picturesPerSecond = List.copyOf(picturesPerSecond);
  }

  /** Returns the milliseconds of a stage over all passes; empty if there was none. */
  public Optional<Statistics> statistics(Stage stage) {
    return statistics(samples.milliseconds(stage));
  }

  /**
   * Returns the milliseconds of a stage in the passes over one picture; empty if there was none.
   */
  public Optional<Statistics> statistics(Stage stage, int picture) {
    return statistics(samples.milliseconds(stage, picture));
  }

  /** Returns how the milliseconds of a stage are spread; empty if there was no pass. */
  public Optional<Distribution> distribution(Stage stage) {
    double[] times = samples.milliseconds(stage);
    return times.length == 0 ? Optional.empty() : Optional.of(Distribution.of(times));
  }

  /** Returns the pictures per second over all blocks; empty in other modes. */
  public Optional<Statistics> throughput() {
    return statistics(picturesPerSecond.stream().mapToDouble(Double::doubleValue).toArray());
  }

  private static Optional<Statistics> statistics(double... values) {
    return values.length == 0 ? Optional.empty() : Optional.of(Statistics.of(values));
  }
}
