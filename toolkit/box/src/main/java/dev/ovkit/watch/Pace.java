package dev.ovkit.watch;

import dev.ovkit.OutputException;
import java.io.IOException;
import java.time.Duration;
import java.util.function.Supplier;

/**
 * Decides when a watch works, waits and stops: it retries what a disk refuses, and reports to the
 * service manager that it is alive. {@link #stop} is called by any thread, the rest by the one that
 * works.
 */
final class Pace {

  private static final Duration RETRY = Duration.ofSeconds(1);
  private static final Duration STATUS = Duration.ofSeconds(5);

  /** A value that has to be read from or made on a disk. */
  interface Source<T> {
    T get() throws IOException;
  }

  /** Thrown to leave the work where it is, because a stop was asked for while it waited. */
  static final class Stopped extends RuntimeException {
    private static final long serialVersionUID = 1;
  }

  private final WatchOptions options;
  private final WatchListener listener;
  private final ServiceManager manager;
  private final Supplier<String> status;
  private final Object pause = new Object();
  private volatile boolean stopping;
  private long lastStatus;

  Pace(
      WatchOptions options,
      WatchListener listener,
      ServiceManager manager,
      Supplier<String> status) {
    this.options = options;
    this.listener = listener;
    this.manager = manager;
    this.status = status;
  }

  void stop() {
    synchronized (pause) {
      stopping = true;
      pause.notifyAll();
    }
  }

  boolean isStopping() {
    return stopping;
  }

  void persist(Spool.Action action) {
    Object unused =
        persisted(
            () -> {
              action.run();
              return Boolean.TRUE;
            });
  }

  /** Tries until it succeeds: disks get full, and empty again. */
  <T> T persisted(Source<T> source) {
    boolean told = false;
    while (true) {
      try {
        T value = source.get();
        if (told) {
          listener.goesOn();
        }
        return value;
      } catch (IOException e) {
        OutputException problem = OutputException.of(options.out(), e);
        if (options.once()) {
          throw problem;
        }
        if (!told) {
          told = true;
          listener.waiting(problem.getMessage() + "; waiting, and trying again");
          manager.status("waiting: " + problem.getMessage());
        }
        if (stopping) {
          throw new Stopped();
        }
        beat();
        pause(RETRY);
      }
    }
  }

  /** Called wherever the work makes progress, and from nowhere else. */
  void beat() {
    manager.beat();
    if (System.nanoTime() - lastStatus >= STATUS.toNanos() || lastStatus == 0) {
      lastStatus = System.nanoTime();
      manager.status(status.get());
    }
  }

  void pause(Duration length) {
    Duration beats = manager.interval();
    long millis = length.toMillis();
    if (!beats.isZero()) {
      millis = Math.max(1, Math.min(millis, beats.toMillis() / 2));
    }
    synchronized (pause) {
      if (!stopping) {
        try {
          pause.wait(millis);
        } catch (InterruptedException e) {
          stopping = true;
          Thread.currentThread().interrupt();
        }
      }
    }
  }
}
