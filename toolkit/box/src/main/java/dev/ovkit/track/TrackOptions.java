package dev.ovkit.track;

import dev.ovkit.OptionException;
import dev.ovkit.model.DetectOptions;
import dev.ovkit.model.DetectorSpec;

/**
 * How a {@link Tracker} follows objects. "The paper" is Zhang et al., <i>ByteTrack: Multi-Object
 * Tracking by Associating Every Detection Box</i>, ECCV 2022; "its program" is what its authors
 * published with it.
 *
 * @param sureScore boxes from this score on are matched first, 0..1; the paper's τ
 * @param startScore boxes from this score on may start a track; at least {@code sureScore}
 * @param weakScore boxes from this score up to {@code sureScore} can only continue a track; boxes
 *     below it are ignored
 * @param sureIou the least overlap of a track with a sure box
 * @param weakIou the least overlap of a track with a weak box
 * @param newIou the least overlap of a track that was seen once with its second box
 * @param keptFrames how many frames a track is kept without being seen
 * @param agnostic whether a track may continue with a box of another class
 */
public record TrackOptions(
    float sureScore,
    float startScore,
    float weakScore,
    double sureIou,
    double weakIou,
    double newIou,
    int keptFrames,
    boolean agnostic) {

  /** The lowest score that a tracker looks at by default; from the paper's program. */
  public static final float WEAKEST_SCORE = 0.1f;

  /**
   * A score of .6, an overlap of .2 and 30 frames are from the paper (implementation details);
   * scores of .1 and .7 and overlaps of .5 and .3 are from its program.
   */
  private static final TrackOptions DEFAULTS =
      new TrackOptions(0.6f, 0.7f, WEAKEST_SCORE, 0.2, 0.5, 0.3, 30, false);

  public TrackOptions {
    requireUnit("sure score", sureScore);
    requireUnit("starting score", startScore);
    requireUnit("weak score", weakScore);
    requireUnit("overlap with a sure box", sureIou);
    requireUnit("overlap with a weak box", weakIou);
    requireUnit("overlap with a second box", newIou);
    if (weakScore > sureScore || sureScore > startScore) {
      throw new OptionException(
          "scores of a tracker: weak %s, sure %s, starting %s; expected them in rising order"
              .formatted(weakScore, sureScore, startScore));
    }
    if (keptFrames < 0) {
      throw new OptionException(
          "frames that a lost track is kept: %d, expected 0 or more".formatted(keptFrames));
    }
  }

  /** The settings of the paper, within each class. */
  public static TrackOptions defaults() {
    return DEFAULTS;
  }

  /**
   * Settings for a detector: each box that it would report without a tracker is sure and may start
   * a track, and weaker ones, down to {@link #WEAKEST_SCORE}, can continue it. The detector must be
   * opened with {@link #lowered}.
   *
   * @throws OptionException when it is a classifier
   */
  public static TrackOptions of(DetectorSpec spec, DetectOptions wanted) {
    if (spec.task() == DetectorSpec.Task.CLASSIFY) {
      throw new OptionException(
          "the model is a classifier and has no boxes to follow; expected a detector");
    }
    float lowest = lowered(wanted).confidence().orElseThrow();
    float sure = Math.max(lowest, wanted.confidence().orElse(spec.confidenceThreshold()));
    return DEFAULTS.withScores(lowest, sure, sure).withAgnostic(wanted.agnostic());
  }

  /** Returns options with which a detector reports weak boxes too. */
  public static DetectOptions lowered(DetectOptions wanted) {
    return wanted.withConfidence(Math.min(WEAKEST_SCORE, wanted.confidence().orElse(1f)));
  }

  public TrackOptions withScores(float weak, float sure, float start) {
    return new TrackOptions(sure, start, weak, sureIou, weakIou, newIou, keptFrames, agnostic);
  }

  public TrackOptions withOverlaps(double sure, double weak, double second) {
    return new TrackOptions(
        sureScore, startScore, weakScore, sure, weak, second, keptFrames, agnostic);
  }

  public TrackOptions withKeptFrames(int frames) {
    return new TrackOptions(
        sureScore, startScore, weakScore, sureIou, weakIou, newIou, frames, agnostic);
  }

  public TrackOptions withAgnostic(boolean acrossClasses) {
    return new TrackOptions(
        sureScore, startScore, weakScore, sureIou, weakIou, newIou, keptFrames, acrossClasses);
  }

  private static void requireUnit(String what, double value) {
    if (!(value >= 0 && value <= 1)) {
      throw new OptionException("%s: %s, expected a number from 0 to 1".formatted(what, value));
    }
  }
}
