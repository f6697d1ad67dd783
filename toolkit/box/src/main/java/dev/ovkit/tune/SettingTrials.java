package dev.ovkit.tune;

import dev.ovkit.ModelException;
import dev.ovkit.tune.TuneReport.Outcome;
import dev.ovkit.tune.TuneReport.Trial;
import dev.ovkit.vision.Tuning;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;

/**
 * The variants of one kind of setting, against the default and what was best until then.
 *
 * @param nothing the default
 * @param noted receives the outcome of every variant
 */
record SettingTrials(
    TuningTarget track,
    Acceptance acceptance,
    BoxCheck boxes,
    Tuning nothing,
    Consumer<Trial> noted,
    BooleanSupplier stopped) {

  /** From so many variants on, half drop out early. */
  private static final int MANY = 4;

  /**
   * The outcome.
   *
   * @param best from now on
   * @param base the default's run; empty if nothing ran
   */
  record Result(Candidate best, Optional<TrialResult> base) {}

  Result run(String what, Candidate best, List<Tuning> variants, double seconds) {
    Map<Tuning, Agreement> agreements = new HashMap<>();
    List<Tuning> left = new ArrayList<>(variants);
    left.removeIf(variant -> !allowed(what, variant, best, agreements));
    double rest = seconds;
    if (left.size() >= MANY) {
      left = qualified(what, best, left, seconds / 3);
      rest = seconds * 2 / 3;
    }
    return left.isEmpty() || stopped.getAsBoolean()
        ? new Result(best, Optional.empty())
        : decided(what, track.race(entrants(best, left), false, rest), left.size(), agreements);
  }

  /** Notes the trial of a variant that is out. */
  private boolean allowed(
      String what, Tuning variant, Candidate best, Map<Tuning, Agreement> agreements) {
    if (!BoxCheck.mayDiffer(variant, best.tuning())) {
      return true;
    }
    try {
      Agreement agreement = boxes.agreement(variant);
      if (agreement.holds()) {
        agreements.put(variant, agreement);
        return true;
      }
      noted.accept(Trial.otherBoxes(what, variant, agreement));
    } catch (ModelException e) {
      noted.accept(Trial.impossible(what, variant, String.valueOf(e.getMessage())));
    }
    return false;
  }

  /** Returns the faster half. */
  private List<Tuning> qualified(
      String what, Candidate best, List<Tuning> variants, double seconds) {
    List<TrialResult> runs = track.race(entrants(best, variants), false, seconds);
    List<TrialResult> sorted =
        runs.subList(runs.size() - variants.size(), runs.size()).stream()
            .sorted(Comparator.comparingDouble(TrialResult::median))
            .toList();
    int kept = (variants.size() + 1) / 2;
    sorted
        .subList(kept, sorted.size())
        .forEach(run -> noted.accept(run.trial(what, Optional.empty(), Outcome.NOT_BETTER)));
    return sorted.subList(0, kept).stream().map(TrialResult::tuning).toList();
  }

  private List<Tuning> entrants(Candidate best, List<Tuning> variants) {
    List<Tuning> entrants = new ArrayList<>(List.of(nothing));
    if (!best.tuning().equals(nothing)) {
      entrants.add(best.tuning());
    }
    entrants.addAll(variants);
    return entrants;
  }

  private Result decided(
      String what, List<TrialResult> runs, int variants, Map<Tuning, Agreement> agreements) {
    List<TrialResult> challengers = runs.subList(runs.size() - variants, runs.size());
    TrialResult incumbent = runs.get(runs.size() - variants - 1);
    TrialResult taken = incumbent;
    for (TrialResult run : challengers) {
      if (acceptance.beats(run, incumbent, taken)) {
        taken = run;
      }
    }
    for (TrialResult run : challengers) {
      noted.accept(
          run.trial(
              what,
              Optional.ofNullable(agreements.get(run.tuning())),
              acceptance.outcome(run, incumbent, taken)));
    }
    return new Result(new Candidate(taken.tuning(), taken.settings()), Optional.of(runs.get(0)));
  }
}
