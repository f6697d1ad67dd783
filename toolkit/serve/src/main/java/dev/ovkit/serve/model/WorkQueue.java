package dev.ovkit.serve.model;

import dev.ovkit.serve.metrics.ServerMetrics;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.PriorityBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The work of all models, and as many threads as pictures are looked at side by side. Each model
 * has a queue with a limit. What cannot be done before its deadline is refused at once, not
 * computed for nobody.
 *
 * <p>Models that have work share the time of the threads by their weights: each task gets a time on
 * a clock of its own, which for a model of weight 2 goes half as fast, and the earliest is the
 * next. A model that had nothing to do begins at the present, so it saves nothing up.
 */
public final class WorkQueue implements AutoCloseable {

  private static final Duration SHORTEST_WAIT = Duration.ofSeconds(1);

  private final int workers;
  private final int capacity;
  private final ServerMetrics metrics;
  private final ThreadPoolExecutor threads;

  /** The work that waits, by model; guarded by this, as all that follows. */
  private final Map<String, ModelQueue> queues = new HashMap<>();

  /** The begin of the work that was begun last, on the models' clocks. */
  private long present;

  private long added;

  /** What the pictures that are looked at are expected to take, together. */
  private final AtomicLong runningNanos = new AtomicLong();

  /**
   * A piece of work.
   *
   * @param model which it is of
   * @param weight the model's share, relative to those of other models
   * @param expected how long it takes, as far as is known
   * @param work what is done in time
   * @param expired what is done if its turn comes too late
   */
  public record Task(
      String model, int weight, Duration expected, Runnable work, Runnable expired) {}

  /** What is known of a model that has, or had, work. */
  private static final class ModelQueue {
    private int length;
    private long end;
  }

  /** A task in the queue. */
  private final class Waiting implements Runnable, Comparable<Waiting> {
    private final Task task;
    private final long begin;
    private final long number;
    private final long addedAt;
    private final long deadline;

    Waiting(Task task, long begin, long number, long addedAt, long deadline) {
      this.task = task;
      this.begin = begin;
      this.number = number;
      this.addedAt = addedAt;
      this.deadline = deadline;
    }

    @Override
    public int compareTo(Waiting other) {
      return begin == other.begin
          ? Long.compare(number, other.number)
          : Long.compare(begin, other.begin);
    }

    @Override
    public void run() {
      begun(this);
      long now = System.nanoTime();
      metrics.waited(Duration.ofNanos(now - addedAt));
      try {
        if (now > deadline) {
          task.expired().run();
        } else {
          task.work().run();
        }
      } finally {
        runningNanos.addAndGet(-task.expected().toNanos());
      }
    }
  }

  /**
   * Starts no thread before there is work.
   *
   * @param capacity pictures of a model that wait
   */
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
            new PriorityBlockingQueue<>(),
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
   * @param tasks of one model
   * @param deadline by {@link System#nanoTime}
   * @throws OverloadException if it cannot be done in time
   */
  public synchronized void add(List<Task> tasks, long deadline) {
    if (tasks.isEmpty()) {
      return;
    }
    long now = System.nanoTime();
    Task first = tasks.get(0);
    ModelQueue queue = queues.computeIfAbsent(first.model(), model -> new ModelQueue());
    if (queue.length + tasks.size() > capacity) {
      throw new OverloadException(
          "the server is busy: its queue is full; try again later", pause(pendingNanos()), false);
    }
    long work = tasks.stream().mapToLong(task -> task.expected().toNanos()).sum();
    long longest = tasks.stream().mapToLong(task -> task.expected().toNanos()).max().orElse(0);
    long begin = Math.max(present, queue.end);
    long last = begin + (work - longest) / first.weight();
    long before = threads.getActiveCount() < workers ? 0 : pendingNanos(last);
    long needed = Math.max((before + work) / workers, before / workers + longest);
    if (needed > deadline - now) {
      throw new OverloadException(
          "the server is busy: the answer would take %d ms, but there are %d; try again later"
              .formatted(
                  TimeUnit.NANOSECONDS.toMillis(needed),
                  Math.max(0, TimeUnit.NANOSECONDS.toMillis(deadline - now))),
          pause(needed - (deadline - now)),
          true);
    }
    for (Task task : tasks) {
      Waiting waiting = new Waiting(task, begin, added++, now, deadline);
      begin += task.expected().toNanos() / task.weight();
      queue.length++;
      threads.execute(waiting);
    }
    queue.end = begin;
  }

  private synchronized void begun(Waiting waiting) {
    runningNanos.addAndGet(waiting.task.expected().toNanos());
    present = Math.max(present, waiting.begin);
    ModelQueue queue = queues.get(waiting.task.model());
    if (queue != null) {
      queue.length--;
    }
    queues.values().removeIf(one -> one.length == 0 && one.end <= present);
  }

  /** Returns what is expected to be done before a task that begins then on the models' clocks. */
  private long pendingNanos(long begin) {
    long nanos = runningNanos.get();
    for (Runnable one : threads.getQueue()) {
      if (one instanceof Waiting waiting && waiting.begin <= begin) {
        nanos += waiting.task.expected().toNanos();
      }
    }
    return nanos;
  }

  private long pendingNanos() {
    return pendingNanos(Long.MAX_VALUE);
  }

  private static Duration pause(long nanos) {
    Duration wait = Duration.ofNanos(nanos);
    return wait.compareTo(SHORTEST_WAIT) < 0 ? SHORTEST_WAIT : wait;
  }

  /** Makes the error of work whose turn came too late. */
  public OverloadException expired() {
    return new OverloadException(
        "the server is busy: the turn of this request came too late; try again later",
        pause(pendingNanos() / workers),
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
