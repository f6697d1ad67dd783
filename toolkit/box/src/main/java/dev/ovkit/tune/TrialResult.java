package dev.ovkit.tune;

import dev.ovkit.bench.Ratio;
import dev.ovkit.bench.Settings;
import dev.ovkit.bench.Statistics;
import dev.ovkit.tune.TuneReport.Outcome;
import dev.ovkit.tune.TuneReport.Trial;
import dev.ovkit.vision.Tuning;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * The result of a race for one entrant.
 *
 * @param ratio its time over that of the race's first entrant; empty for that one, and where
 *     measuring was interrupted
 * @param endToEnd milliseconds from file to boxes
 * @param rate pictures per second, where throughput was measured
 */
record TrialResult(
    Tuning tuning,
    Settings settings,
    Optional<Ratio> ratio,
    Optional<Statistics> endToEnd,
    OptionalDouble rate) {

  double median() {
    return ratio.map(Ratio::median).orElse(1.0);
  }

  double p90() {
    return endToEnd.map(Statistics::p90).orElse(Double.NaN);
  }

  /** Whether OpenVINO runs both in the same way. */
  boolean sameAs(TrialResult other) {
    return settings.equals(other.settings) && tuning.input().equals(other.tuning.input());
  }

  Trial trial(String what, Optional<Agreement> agreement, Outcome outcome) {
    return new Trial(
        what, tuning, Optional.of(settings), ratio, endToEnd, rate, agreement, outcome, "");
  }
}
