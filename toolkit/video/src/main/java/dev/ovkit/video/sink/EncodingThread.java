package dev.ovkit.video.sink;

import dev.ovkit.OvkitException;
import dev.ovkit.video.delivery.LossReport;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;

/**
 * Encodes and writes pictures on a thread of its own, so that neither cameras nor the detector wait
 * for a disk. What it has no time for is dropped and counted.
 */
final class EncodingThread implements AutoCloseable {

  /** A piece of work. */
  interface Job {

    /** Does it. */
    void run() throws IOException;

    /** There is no time for it. */
    default void drop() {}
  }

  private static final Duration ENDING = Duration.ofSeconds(10);

  private final BlockingQueue<Job> jobs;
  private final LossReport losses;
  private final Thread thread;
  private volatile boolean closed;

  /**
   * Begins.
   *
   * @param name of the thread
   * @param most how many jobs may wait
   */
  EncodingThread(String name, int most, LossReport losses) {
    this.jobs = new ArrayBlockingQueue<>(most);
    this.losses = losses;
    this.thread = new Thread(this::work, name);
    thread.setDaemon(true);
    thread.start();
  }

  /** Returns whether there is room for it. */
  boolean offer(Job job) {
    if (jobs.offer(job)) {
      return true;
    }
    job.drop();
    losses.add(1, "the disk, or the CPU, is too slow");
    return false;
  }

  /** Adds the last job, for which it waits. */
  void offerLast(Job job) {
    try {
      if (!jobs.offer(job, ENDING.toMillis(), TimeUnit.MILLISECONDS)) {
        job.drop();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  boolean isEmpty() {
    return jobs.isEmpty();
  }

  boolean isFull() {
    return jobs.remainingCapacity() == 0;
  }

  private void work() {
    try {
      while (!closed || !jobs.isEmpty()) {
        Job job = jobs.poll(100, TimeUnit.MILLISECONDS);
        if (job != null) {
          run(job);
        }
        losses.sayIfDue();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void run(Job job) {
    try {
      job.run();
    } catch (IOException | OvkitException e) {
      losses.add(1, String.valueOf(e.getMessage()));
    }
  }

  @Override
  public void close() {
    closed = true;
    try {
      thread.join(ENDING.toMillis());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    losses.say();
  }
}
