package dev.ovkit.bench;

import java.time.Duration;
import java.util.function.BooleanSupplier;
import java.util.function.DoubleSupplier;
import java.util.function.LongSupplier;

/**
 * Passes that are not counted, until the times are stable: the medians of three windows of ten
 * passes, one after the other, are within 2 % of each other. A limit on time ends it in any case,
 * and the report says so.
 */
public final class WarmUp {

  private static final int WINDOW = 10;
  private static final int WINDOWS = 3;
  private static final double TOLERANCE = 0.02;

  private final Duration most;
  private final LongSupplier clock;

  /**
   * @param clock nanoseconds
   */
  WarmUp(Duration most, LongSupplier clock) {
    this.most = most;
    this.clock = clock;
  }

  /**
   * The outcome.
   *
   * @param passes how many it took
   * @param stable whether the times were stable when it ended
   */
  public record Result(int passes, boolean stable) {}

  /**
   * Makes passes until they are stable.
   *
   * @param pass makes one and returns its time
   */
  Result run(DoubleSupplier pass, BooleanSupplier stopped) {
    long end = clock.getAsLong() + most.toNanos();
    double[] medians = new double[WINDOWS];
    double[] window = new double[WINDOW];
    int passes = 0;
    while (clock.getAsLong() - end < 0 && !stopped.getAsBoolean()) {
      window[passes % WINDOW] = pass.getAsDouble();
      passes++;
      if (passes % WINDOW == 0) {
        medians[(passes / WINDOW - 1) % WINDOWS] = Statistics.of(window).p50();
        if (passes >= WINDOW * WINDOWS && near(medians)) {
          return new Result(passes, true);
        }
      }
    }
    return new Result(passes, false);
  }

  private static boolean near(double... medians) {
    Statistics spread = Statistics.of(medians);
    return spread.max() <= spread.min() * (1 + TOLERANCE);
  }
}
