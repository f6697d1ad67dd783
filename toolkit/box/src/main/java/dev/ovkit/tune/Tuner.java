package dev.ovkit.tune;

import dev.ovkit.ModelException;
import dev.ovkit.OptionException;
import dev.ovkit.OutputException;
import dev.ovkit.PictureException;
import dev.ovkit.bench.Disturbance;
import dev.ovkit.bench.Environment;
import dev.ovkit.bench.Ratio;
import dev.ovkit.bench.Readable;
import dev.ovkit.bench.Statistics;
import dev.ovkit.internal.files.Temporary;
import dev.ovkit.internal.files.Trees;
import dev.ovkit.tune.TuneReport.Outcome;
import dev.ovkit.tune.TuneReport.Trial;
import dev.ovkit.vision.Profile;
import dev.ovkit.vision.Tuning;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.DoubleConsumer;
import java.util.function.Supplier;

/**
 * Looks for the settings with which a model is fastest on this machine, and writes them into the
 * {@link Profile} beside it.
 *
 * <p>It tries one kind of setting after the other. The variants of a kind run in turn with the
 * default and with the best so far; where there are many, half drop out early. A variant is kept
 * only if its whole interval is below the best's. At the end the winner runs against the default
 * and a control, and becomes the profile only if its whole interval is below 1 and below the
 * control's; else the default stays.
 */
public final class Tuner {

  private static final int MOST_PICTURES = 100;

  private final TuneOptions options;
  private final Readable files;
  private final TuningTarget track;
  private final Budget budget;
  private final BooleanSupplier stopped;
  private final Tuning nothing;
  private final Acceptance acceptance;
  private final BoxCheck boxes;
  private final List<Trial> trials = new ArrayList<>();

  Tuner(
      TuneOptions options,
      Readable files,
      TuningTarget track,
      Budget budget,
      BooleanSupplier stopped) {
    this.options = options;
    this.files = files;
    this.track = track;
    this.budget = budget;
    this.stopped = stopped;
    nothing = Tuning.defaults(options.target());
    acceptance = new Acceptance(options.maxLatency());
    boxes = new BoxCheck(track, nothing, track.probe().spec().confidenceThreshold());
  }

  /**
   * Tunes, and writes the profile; what it holds for another target stays.
   *
   * @param progress receives the share of the budget that is used, 0 to 1
   * @param stopped asked between passes; once it returns true, nothing is written
   * @throws OptionException when the budget is too short; the message says what is needed
   * @throws ModelException when the model is missing, damaged, or no detector
   * @throws PictureException when no picture can be read
   * @throws OutputException when the profile cannot be written
   */
  public static TuneReport tune(
      TuneOptions options, DoubleConsumer progress, BooleanSupplier stopped) {
    if (!options.pictures().isEmpty()) {
      return tune(options, options.pictures(), progress, stopped);
    }
    Path noise = NoisePicture.file();
    try {
      return tune(options, List.of(noise), progress, stopped);
    } finally {
      Temporary.delete(noise);
    }
  }

  private static TuneReport tune(
      TuneOptions options, List<Path> pictures, DoubleConsumer progress, BooleanSupplier stopped) {
    Budget budget = new Budget(options.budget(), System::nanoTime);
    Readable files = Readable.of(pictures.subList(0, Math.min(MOST_PICTURES, pictures.size())));
    TuningTarget track =
        new ModelTuningTarget(
            options,
            files.pictures(),
            DefaultRun.of(options, files.pictures()),
            () -> progress.accept(budget.share()),
            stopped);
    return new Tuner(options, files, track, budget, stopped).run();
  }

  TuneReport run() {
    Supplier<Disturbance> disturbance = Disturbance.watch();
    SearchSpace space = new SearchSpace(options, track.probe(), track::aspects, trials::add);
    List<SearchSpace.Kind> kinds = space.kinds();
    requireBudget(kinds);
    SettingTrials.Result found = search(kinds);
    Verdict verdict = verdict(found);
    Optional<TuneReport.Start> start =
        options.cache() && !stopped.getAsBoolean()
            ? Optional.of(start(verdict.chosen))
            : Optional.empty();
    Tuning chosen = verdict.chosen.withCache(start.map(TuneReport.Start::kept).orElse(false));
    boolean complete = !stopped.getAsBoolean();
    return new TuneReport(
        options,
        options.pictures().isEmpty() ? List.of() : files.pictures(),
        files.unreadable(),
        verdict
            .base
            .orElseGet(() -> track.race(List.of(nothing), false, 0).get(0))
            .trial("default", Optional.empty(), Outcome.DEFAULT),
        trials,
        chosen,
        verdict.gain,
        verdict.control,
        verdict.holds,
        start,
        complete ? space.proposal() : Optional.empty(),
        complete && verdict.holds ? Optional.of(write(chosen, verdict.gain)) : Optional.empty(),
        Environment.here(),
        disturbance.get(),
        Duration.ofNanos((long) (budget.elapsed() * 1e9)),
        complete);
  }

  private void requireBudget(List<SearchSpace.Kind> kinds) {
    DefaultRun probe = track.probe();
    Candidate start = new Candidate(nothing, probe.settings());
    double needed = budget.elapsed() + probe.race(3);
    int settings = 0;
    int beside = 1; // the default; from the second kind on what is best as well
    for (SearchSpace.Kind kind : kinds) {
      // The variants of an input are known once the boxes are: it is one.
      int variants = kind.what().equals("input") ? 1 : kind.variants().apply(start).size();
      settings += variants;
      needed += probe.race(variants + beside);
      beside = 2;
    }
    if (options.bf16() || options.rectangular()) {
      needed += 3 * (probe.opening() + files.pictures().size() * probe.pass().p50() / 1000);
    }
    if (options.cache()) {
      needed += 7 * probe.opening();
    }
    if (needed > budget.all()) {
      throw new OptionException(
          "a budget of %s is too short: trying %d settings on '%s' takes at least %d s; give --budget %ds or more"
              .formatted(
                  words(budget.all()),
                  settings,
                  options.ir(),
                  (int) Math.ceil(needed),
                  (int) Math.ceil(needed)));
    }
  }

  private static String words(double seconds) {
    return (seconds == Math.rint(seconds) ? "" + (long) seconds : "" + seconds) + " s";
  }

  private SettingTrials.Result search(List<SearchSpace.Kind> kinds) {
    SettingTrials contest =
        new SettingTrials(track, acceptance, boxes, nothing, trials::add, stopped);
    Candidate best = new Candidate(nothing, track.probe().settings());
    Optional<TrialResult> base = Optional.empty();
    for (int i = 0; i < kinds.size() && !stopped.getAsBoolean(); i++) {
      List<Tuning> variants = kinds.get(i).variants().apply(best);
      double seconds = budget.remaining() / (kinds.size() - i + 1.5);
      SettingTrials.Result result = contest.run(kinds.get(i).what(), best, variants, seconds);
      best = result.best();
      base = result.base().isPresent() ? result.base() : base;
    }
    return new SettingTrials.Result(best, base);
  }

  /**
   * What is to be written.
   *
   * @param base the default's last run
   * @param holds whether what is chosen keeps to the latency
   */
  private record Verdict(
      Tuning chosen,
      Optional<TrialResult> base,
      Optional<Ratio> gain,
      Optional<Ratio> control,
      boolean holds) {}

  /** What was found runs against the default once more: until then it was the best of many. */
  private Verdict verdict(SettingTrials.Result found) {
    if (found.best().tuning().equals(nothing) || stopped.getAsBoolean()) {
      double p90 = found.base().map(TrialResult::p90).orElse(track.probe().pass().p90());
      return new Verdict(
          nothing, found.base(), Optional.empty(), Optional.empty(), acceptance.within(p90));
    }
    List<TrialResult> last =
        track.race(List.of(nothing, found.best().tuning()), true, budget.remaining());
    TrialResult base = last.get(0);
    TrialResult candidate = last.get(1);
    TrialResult control = last.get(2);
    boolean won = acceptance.wins(base, candidate, control) && !stopped.getAsBoolean();
    trials.add(
        candidate.trial("final", Optional.empty(), won ? Outcome.BETTER : Outcome.NOT_BETTER));
    return new Verdict(
        won ? candidate.tuning() : nothing,
        Optional.of(base),
        won ? candidate.ratio() : Optional.empty(),
        control.ratio(),
        acceptance.within((won ? candidate : base).p90()));
  }

  private TuneReport.Start start(Tuning tuning) {
    double[] without = track.openings(tuning, 3);
    track.openings(tuning.withCache(true), 1);
    double[] with = track.openings(tuning.withCache(true), 3);
    boolean kept =
        Arrays.stream(with).max().orElseThrow() < Arrays.stream(without).min().orElseThrow();
    if (!kept) {
      Trees.deleteIfPossible(Profile.cacheOf(options.ir()));
    }
    return new TuneReport.Start(Statistics.of(without).p50(), Statistics.of(with).p50(), kept);
  }

  private Path write(Tuning chosen, Optional<Ratio> gain) {
    return before()
        .filter(old -> old.misfit().isEmpty())
        .orElseGet(() -> Profile.here(options.ir()))
        .withEntry(
            new Profile.Entry(
                chosen, gain.map(r -> new Profile.Gain(r.median(), r.low(), r.high()))))
        .write(options.ir());
  }

  /** A profile that cannot be used is replaced. */
  private Optional<Profile> before() {
    try {
      return Profile.beside(options.ir());
    } catch (ModelException e) {
      return Optional.empty();
    }
  }
}
