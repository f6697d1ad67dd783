package dev.ovkit.serve.model;

import dev.ovkit.serve.metrics.ServerMetrics;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The work of all models: a queue with a limit, and as many threads as pictures are looked at side
 * by side. What cannot be done before its deadline is refused at once, not computed for nobody.
 */
public final class WorkQueue implements AutoCloseable {

  private static final Duration SHORTEST_WAIT = Duration.ofSeconds(1);

  private final int workers;
  private final int capacity;
  private final ServerMetrics metrics;
  private final ThreadPoolExecutor threads;

  /** What the pictures that wait or are looked at are expected to take, together. */
  private final AtomicLong pendingNanos = new AtomicLong();

  /**
   * A piece of work.
   *
   * @param expected how long it takes, as far as is known
   * @param work what is done in time
   * @param expired what is done if its turn comes too late
   */
  public record Task(Duration expected, Runnable work, Runnable expired) {}

  public WorkQueue(int workers, int capacity, ServerMetrics metrics) {
    this.workers = workers;
    this.capacity = capacity;
    this.metrics = metrics;
    AtomicInteger number = new AtomicInteger();
    threads =
        new ThreadPoolExecutor(
            workers,
            workers,
            0,
            TimeUnit.SECONDS,
            new LinkedBlockingQueue<>(),
            work -> {
              Thread thread = new Thread(work, "ovkit-worker-" + number.incrementAndGet());
              thread.setDaemon(true);
              return thread;
            });
    metrics.gauge("ovkit_queue_length", "Pictures that wait.", threads.getQueue()::size);
    metrics.gauge("ovkit_workers", "Pictures that are looked at side by side.", () -> workers);
    metrics.gauge("ovkit_workers_busy", "Workers that look at one now.", threads::getActiveCount);
  }

  /** Returns how many pictures are looked at side by side. */
  public int workers() {
    return workers;
  }

  /**
   * Adds the work of a request, all of it or none.
   *
   * @param deadline by {@link System#nanoTime}
   * @throws OverloadException if it cannot be done in time
   */
  public synchronized void add(List<Task> tasks, long deadline) {
    long now = System.nanoTime();
    if (threads.getQueue().size() + tasks.size() > capacity) {
      throw new OverloadException(
          "the server is busy: its queue is full; try again later",
          pause(pendingNanos.get()),
          false);
    }
    long work = tasks.stream().mapToLong(task -> task.expected().toNanos()).sum();
    long before = threads.getActiveCount() < workers ? 0 : pendingNanos.get();
    long needed = (before + work) / workers;
    long longest = tasks.stream().mapToLong(task -> task.expected().toNanos()).max().orElse(0);
    needed = Math.max(needed, before / workers + longest);
    if (needed > deadline - now) {
      throw new OverloadException(
          "the server is busy: the answer would take %d ms, but there are %d; try again later"
              .formatted(
                  TimeUnit.NANOSECONDS.toMillis(needed),
                  Math.max(0, TimeUnit.NANOSECONDS.toMillis(deadline - now))),
          pause(needed - (deadline - now)),
          true);
    }
    pendingNanos.addAndGet(work);
    for (Task task : tasks) {
      threads.execute(() -> run(task, now, deadline));
    }
  }

  private void run(Task task, long added, long deadline) {
    long now = System.nanoTime();
    metrics.waited(Duration.ofNanos(now - added));
    try {
      if (now > deadline) {
        task.expired().run();
      } else {
        task.work().run();
      }
    } finally {
      pendingNanos.addAndGet(-task.expected().toNanos());
    }
  }

  private static Duration pause(long nanos) {
    Duration wait = Duration.ofNanos(nanos);
    return wait.compareTo(SHORTEST_WAIT) < 0 ? SHORTEST_WAIT : wait;
  }

  /** Makes the error of work whose turn came too late. */
  public OverloadException expired() {
    return new OverloadException(
        "the server is busy: the turn of this request came too late; try again later",
        pause(pendingNanos.get() / workers),
        true);
  }

  /** Finishes what was added, and waits for it. */
  @Override
  public void close() {
    threads.shutdown();
    boolean interrupted = false;
    while (true) {
      try {
        if (threads.awaitTermination(1, TimeUnit.HOURS)) {
          break;
        }
      } catch (InterruptedException e) {
        interrupted = true; // pictures take milliseconds
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
