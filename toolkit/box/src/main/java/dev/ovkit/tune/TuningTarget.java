package dev.ovkit.tune;

import dev.ovkit.model.Detections;
import dev.ovkit.vision.Tuning;
import java.util.List;

/** Where settings run: a model on this machine, or a substitute for both in a test. */
interface TuningTarget {

  /** Runs the default once, to estimate the work ahead. */
  DefaultRun probe();

  /**
   * Runs settings in turn.
   *
   * @param entrants what the others are compared with first
   * @param control whether the first runs once more; its run is then the last
   * @param seconds for all of it; the least that makes an interval is measured all the same
   * @return in the order of the entrants
   */
  List<TrialResult> race(List<Tuning> entrants, boolean control, double seconds);

  /**
   * Returns the boxes on every picture.
   *
   * @throws dev.ovkit.ModelException when the model cannot run with these settings
   */
  List<Detections> detections(Tuning tuning);

  /** Returns the width of every picture over its height. */
  List<Double> aspects();

  /** Opens a detector several times, and returns the milliseconds of each. */
  double[] openings(Tuning tuning, int times);
}
