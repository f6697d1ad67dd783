package dev.ovkit.cli;

import java.util.Iterator;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Makes Ctrl-C and SIGTERM a request to stop while it is open: the JVM ends when this is closed, or
 * half a minute later. The exit code is the JVM's own, 130 or 143.
 */
final class Interruption implements AutoCloseable {

  private static final int LONGEST_SECONDS = 30;

  private final CountDownLatch printed = new CountDownLatch(1);
  private final Thread hook = new Thread(this::hold, "ovkit-stop");
  private volatile boolean asked;

  Interruption() {
    Runtime.getRuntime().addShutdownHook(hook);
    Program.endAfter(hook);
  }

  boolean asked() {
    return asked;
  }

  /** Returns the items until it is asked for; those that were begun are finished. */
  <T> Iterable<T> until(List<T> items) {
    return () -> {
      Iterator<T> all = items.iterator();
      return new Iterator<>() {
        @Override
        public boolean hasNext() {
          return all.hasNext() && !asked;
        }

        @Override
        public T next() {
          return all.next();
        }
      };
    };
  }

  private void hold() {
    asked = true;
    try {
      boolean unused = printed.await(LONGEST_SECONDS, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Override
  public void close() {
    printed.countDown();
    try {
      Runtime.getRuntime().removeShutdownHook(hook);
      Program.endAfter(null);
    } catch (IllegalStateException e) {
      // the hook is running, and the JVM ends after it
    }
  }
}
