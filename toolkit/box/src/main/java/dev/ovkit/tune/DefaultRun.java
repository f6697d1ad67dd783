package dev.ovkit.tune;

import dev.ovkit.CompileOptions.Hint;
import dev.ovkit.bench.Contestant;
import dev.ovkit.bench.Samples;
import dev.ovkit.bench.Settings;
import dev.ovkit.bench.Stage;
import dev.ovkit.bench.Statistics;
import dev.ovkit.machine.Processors;
import dev.ovkit.model.DetectorSpec;
import dev.ovkit.vision.Tuning;
import java.nio.file.Path;
import java.util.List;

/**
 * What one run of the default shows about the work ahead.
 *
 * @param spec of the model
 * @param settings of the default
 * @param processors that this process may use
 * @param pass milliseconds from file to boxes
 * @param opening seconds to open a detector
 * @param pace at which races run
 */
record DefaultRun(
    DetectorSpec spec,
    Settings settings,
    Processors processors,
    Statistics pass,
    double opening,
    Pace pace) {

  /** For a second, but not too few passes, and not too many. */
  private static final int LEAST_PASSES = 10;

  private static final int MOST_PASSES = 100;

  /** Runs the default. */
  static DefaultRun of(TuneOptions options, List<Path> pictures) {
    long start = System.nanoTime();
    try (Contestant.Whole whole =
        ModelTuningTarget.open(options, Tuning.defaults(options.target()))) {
      long opened = System.nanoTime();
      Samples samples = new Samples();
      while (samples.count() < LEAST_PASSES
          || (System.nanoTime() - opened < 1e9 && samples.count() < MOST_PASSES)) {
        int picture = samples.count() % pictures.size();
        whole.pass(pictures.get(picture), picture, samples);
      }
      Statistics pass = Statistics.of(samples.milliseconds(Stage.END_TO_END));
      return new DefaultRun(
          whole.detector().spec(),
          whole.settings(),
          Processors.here(),
          pass,
          (opened - start) / 1e9,
          Pace.of(options.target(), pass.p50() / 1000, whole.settings().requests()));
    }
  }

  /** Returns the threads that the process may use. */
  int threads() {
    return processors.throughputThreads();
  }

  /** Returns the cores that they have. */
  int cores() {
    return Math.min(threads(), processors.cores());
  }

  /** Returns the fewest seconds in which so many entrants can race. */
  double race(int entrants) {
    return entrants * (opening + pace.warmUp + pace.least * pace.seconds);
  }

  /**
   * How races run.
   *
   * @param block pictures in a round of one entrant
   * @param seconds that a round of one entrant takes
   * @param least rounds that make an interval
   * @param plenty so many times the fewest rounds are enough, however long the budget
   * @param warmUp the most seconds for warming an entrant up
   */
  record Pace(int block, double seconds, int least, int plenty, double warmUp) {

    /** Seconds that all requests are busy for one figure of throughput. */
    private static final double BLOCK = 0.25;

    /** Estimates come from one run of the default, and a variant may be slower. */
    private static final double SLACK = 1.3;

    /**
     * @param pass seconds that one picture takes
     */
    static Pace of(Hint target, double pass, int requests) {
      double warmUp = Math.min(2, Math.max(0.2, 15 * pass));
      if (target == Hint.LATENCY) {
        return new Pace(1, SLACK * pass, 10, 10, warmUp);
      }
      int block = Math.max(2 * requests, (int) Math.ceil(BLOCK * requests / pass));
      return new Pace(block, SLACK * block * pass / requests, 5, 10, warmUp);
    }
  }
}
