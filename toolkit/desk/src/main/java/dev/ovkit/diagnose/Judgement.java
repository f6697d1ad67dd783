package dev.ovkit.diagnose;

/** How well a reading must fit to be believed. */
record Judgement(Evidence evidence) {

  /** Boxes that agree so well are right: FP16 and another engine's rounding move them less. */
  static final double RIGHT = 0.975;

  /** Boxes that agree this well are right, with small differences as in INT8. */
  static final double CLOSE = 0.85;

  /** By so much FP16 changes the outputs of a network at most (relative L2). */
  static final double ROUNDING = 0.02;

  /** A reading below it explains nothing. */
  static final double EXPLAINS = 0.80;

  /** An explanation takes away so much of what is wrong. */
  static final double SHARE_LEFT = 0.5;

  /** Without expected boxes: a plausibility that a right detector reaches on most pictures. */
  static final double PLAUSIBLE = 0.2;

  /** Without expected boxes: by so much another reading must be better to be believed. */
  static final double MUCH_BETTER = 1.75;

  /** Whether there is nothing to hold boxes against, but only how such boxes usually look. */
  boolean isWeak() {
    return !(evidence instanceof ExpectedBoxes);
  }

  /** Whether the boxes are right, with small differences at most. */
  boolean isClose(Trial trial) {
    return trial.fit().agreement() >= CLOSE;
  }

  boolean isGood(Trial trial) {
    return evidence instanceof ExpectedBoxes
        ? trial.fit().agreement() >= RIGHT
        : trial.fit().agreement() >= 0.6 * PLAUSIBLE;
  }

  /** Among thousands of combinations one fits a little better by chance; so only then. */
  boolean isHopeless(Trial start) {
    return start.fit().agreement() < (evidence instanceof ExpectedBoxes ? CLOSE : 0.2 * PLAUSIBLE);
  }

  boolean isConvincing(Trial start, Trial best) {
    double before = start.fit().agreement();
    double after = best.fit().agreement();
    return evidence instanceof ExpectedBoxes
        ? after >= (before >= CLOSE ? RIGHT : EXPLAINS) && 1 - after <= SHARE_LEFT * (1 - before)
        : after >= PLAUSIBLE && after >= MUCH_BETTER * before;
  }

  /** Whether a reading explains an IR that cannot be read as it is. */
  boolean isExplaining(Trial best) {
    return best.fit().agreement() >= (isWeak() ? PLAUSIBLE : EXPLAINS);
  }
}
