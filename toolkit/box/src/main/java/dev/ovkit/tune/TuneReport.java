package dev.ovkit.tune;

import dev.ovkit.bench.Disturbance;
import dev.ovkit.bench.Environment;
import dev.ovkit.bench.Ratio;
import dev.ovkit.bench.Report;
import dev.ovkit.bench.Settings;
import dev.ovkit.bench.Statistics;
import dev.ovkit.model.InputSize;
import dev.ovkit.vision.Tuning;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * What {@link Tuner} tried and found.
 *
 * @param options what was asked
 * @param pictures the files that it was tuned on; empty for a picture of noise
 * @param unreadable the files that were left out
 * @param base the default
 * @param trials in the order in which they were tried; the last ones are the final, if there was
 *     one
 * @param chosen the settings in the profile: the default's own where nothing was better
 * @param gain of the chosen settings over the default, from the final; empty for the default
 * @param control the default against itself in the final; empty where there was none
 * @param holds whether the chosen settings are within the requested latency
 * @param start how long a detector takes to open, with a cache and without, where that was tried
 * @param proposed an input in the shape of the pictures, where it was not asked for and theirs
 *     differs from the IR's
 * @param profile the file that was written; empty if the work was stopped or nothing is within the
 *     latency
 * @param environment the machine
 * @param disturbance what else the machine did
 * @param took how long all of it took
 * @param complete whether it ended by itself
 */
public record TuneReport(
    TuneOptions options,
    List<Path> pictures,
    List<Report.Unreadable> unreadable,
    Trial base,
    List<Trial> trials,
    Tuning chosen,
    Optional<Ratio> gain,
    Optional<Ratio> control,
    boolean holds,
    Optional<Start> start,
    Optional<InputSize> proposed,
    Optional<Path> profile,
    Environment environment,
    Disturbance disturbance,
    Duration took,
    boolean complete) {

  public TuneReport {
    pictures = List.copyOf(pictures);
    unreadable = List.copyOf(unreadable);
    trials = List.copyOf(trials);
  }

  /** The outcome of a trial. */
  public enum Outcome {
    /** It is what the others are compared with. */
    DEFAULT,
    /** Its whole interval is below the best until then. */
    BETTER,
    NOT_BETTER,
    /** OpenVINO runs it in the same way as the default. */
    SAME,
    /** Fewer than 90 of 100 pictures are within the requested latency. */
    TOO_LATE,
    /** The boxes on the pictures are no longer the default's. */
    OTHER_BOXES,
    /** It cannot be run. */
    IMPOSSIBLE
  }

  /**
   * One set of settings, measured in turn with the default.
   *
   * @param what the setting that was changed, as in {@code threads}
   * @param settings what was in force; empty if it could not be tried
   * @param ratio its time over the default's, measured in the same rounds
   * @param endToEnd milliseconds from file to boxes, under load where the target is throughput
   * @param agreement of its boxes with the default's, where they could differ
   * @param reason why it is impossible, else empty
   */
  public record Trial(
      String what,
      Tuning tuning,
      Optional<Settings> settings,
      Optional<Ratio> ratio,
      Optional<Statistics> endToEnd,
      OptionalDouble picturesPerSecond,
      Optional<Agreement> agreement,
      Outcome outcome,
      String reason) {

    static Trial impossible(String what, Tuning tuning, String reason) {
      return unmeasured(what, tuning, Optional.empty(), Outcome.IMPOSSIBLE, reason);
    }

    static Trial otherBoxes(String what, Tuning tuning, Agreement agreement) {
      return unmeasured(what, tuning, Optional.of(agreement), Outcome.OTHER_BOXES, "");
    }

    private static Trial unmeasured(
        String what, Tuning tuning, Optional<Agreement> agreement, Outcome outcome, String reason) {
      return new Trial(
          what,
          tuning,
          Optional.empty(),
          Optional.empty(),
          Optional.empty(),
          OptionalDouble.empty(),
          agreement,
          outcome,
          reason);
    }
  }

  /**
   * Median times to open a detector, in milliseconds.
   *
   * @param kept whether the cache is quicker beyond doubt: its slowest opening beats the other's
   *     quickest
   */
  public record Start(double without, double with, boolean kept) {}
}
