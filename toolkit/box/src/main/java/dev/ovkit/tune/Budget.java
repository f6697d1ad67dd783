package dev.ovkit.tune;

import java.time.Duration;
import java.util.function.LongSupplier;

/** The time that tuning may take, as it passes; seconds. */
final class Budget {

  private final double all;
  private final LongSupplier clock;
  private final long start;

  /**
   * Begins.
   *
   * @param clock nanoseconds
   */
  Budget(Duration all, LongSupplier clock) {
    this.all = all.toNanos() / 1e9;
    this.clock = clock;
    this.start = clock.getAsLong();
  }

  double all() {
    return all;
  }

  double elapsed() {
    return (clock.getAsLong() - start) / 1e9;
  }

  double remaining() {
    return all - elapsed();
  }

  /** Returns the share that is used, 0 to 1. */
  double share() {
    return Math.min(1, elapsed() / all);
  }
}
