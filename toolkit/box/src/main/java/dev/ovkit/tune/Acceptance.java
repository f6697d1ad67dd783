package dev.ovkit.tune;

import dev.ovkit.tune.TuneReport.Outcome;
import java.time.Duration;
import java.util.Optional;

/**
 * The rule by which settings are kept: of those within the latency the fastest, if its whole
 * interval proves it.
 *
 * @param maxLatency the time within which 90 of 100 pictures must be done, from file to boxes
 */
record Acceptance(Optional<Duration> maxLatency) {

  /** Whether this many milliseconds are allowed. */
  boolean within(double p90) {
    return maxLatency.isEmpty() || p90 <= maxLatency.get().toNanos() / 1e6;
  }

  /**
   * Whether a run replaces another of the same race. If none is within the latency, the nearest
   * wins.
   *
   * @param incumbent what was best before the race
   * @param taken what is best in it so far
   */
  boolean beats(TrialResult run, TrialResult incumbent, TrialResult taken) {
    if (run.ratio().isEmpty() || run.sameAs(incumbent)) {
      return false;
    }
    if (within(run.p90()) != within(taken.p90())) {
      return within(run.p90());
    }
    if (!within(run.p90())) {
      return run.p90() < taken.p90();
    }
    boolean proven = !within(incumbent.p90()) || run.ratio().get().high() < incumbent.median();
    return proven && run.median() < taken.median();
  }

  Outcome outcome(TrialResult run, TrialResult incumbent, TrialResult taken) {
    if (run == taken) {
      return Outcome.BETTER;
    }
    if (run.sameAs(incumbent)) {
      return Outcome.SAME;
    }
    return within(run.p90()) ? Outcome.NOT_BETTER : Outcome.TOO_LATE;
  }

  /**
   * Whether the final's candidate becomes the profile: it is faster by more than the default
   * differs from itself, or is within the latency where the default is not.
   */
  boolean wins(TrialResult base, TrialResult candidate, TrialResult control) {
    boolean faster =
        candidate.ratio().isPresent()
            && control.ratio().isPresent()
            && candidate.ratio().get().high() < Math.min(1, control.ratio().get().low());
    return within(candidate.p90()) && (faster || !within(base.p90()));
  }
}
