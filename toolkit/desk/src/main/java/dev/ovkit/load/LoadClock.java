package dev.ovkit.load;

import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/** The time, and how to wait for it. */
interface LoadClock {

  /** Returns the time, by {@link System#nanoTime}. */
  long nanos();

  /** Waits until a time, or until it is to stop. */
  void waitUntil(long nanos, BooleanSupplier stopped);

  /** The machine's own. */
  LoadClock SYSTEM =
      new LoadClock() {

        private static final long STEP = 50_000_000;

        @Override
        public long nanos() {
          return System.nanoTime();
        }

        @Override
        public void waitUntil(long nanos, BooleanSupplier stopped) {
          for (long left = nanos - nanos(); left > 0; left = nanos - nanos()) {
            if (stopped.getAsBoolean()) {
              return;
            }
            LockSupport.parkNanos(Math.min(left, STEP));
          }
        }
      };
}
