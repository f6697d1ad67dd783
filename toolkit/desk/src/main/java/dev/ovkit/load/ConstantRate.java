package dev.ovkit.load;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;
import java.util.function.DoubleConsumer;

/**
 * Sends requests when they are due, and counts their time from then.
 *
 * <p>A client that sends the next request only after an answer, or counts from the moment of
 * sending, leaves out just the requests that a stall of the server delays (coordinated omission).
 * Here request number n is due at n times the interval, whatever became of those before. If all
 * connections are busy then, it is sent later, and its waiting counts.
 */
final class ConstantRate {

  private static final long PROGRESS_MILLIS = 200;

  private final LoadOptions options;
  private final PictureServer server;
  private final LoadClock clock;
  private final LoadTally tally = new LoadTally();
  private final AtomicLong next = new AtomicLong();
  private final double interval;
  private final long before;
  private final long all;

  ConstantRate(LoadOptions options, PictureServer server, LoadClock clock) {
    this.options = options;
    this.server = server;
    this.clock = clock;
    this.interval = 1e9 / options.rate();
    this.before = Math.round(options.warmUp().toNanos() / interval);
    this.all = before + Math.max(1, Math.round(options.time().toNanos() / interval));
  }

  /**
   * Sends all requests, and waits for the last answer.
   *
   * @param progress receives the share that is done
   * @param stopped asked all the time; once it returns true, no further request is sent
   */
  LoadTally run(DoubleConsumer progress, BooleanSupplier stopped) {
    ExecutorService threads =
        Executors.newFixedThreadPool(
            options.connections(),
            task -> {
              Thread thread = new Thread(task, "ovkit-load");
              thread.setDaemon(true);
              return thread;
            });
    try {
      long start = clock.nanos();
      List<Future<?>> senders = new ArrayList<>();
      for (int i = 0; i < Math.min(options.connections(), all); i++) {
        senders.add(threads.submit(() -> send(start, stopped)));
      }
      for (Future<?> sender : senders) {
        join(sender, start, progress);
      }
      return tally;
    } finally {
      threads.shutdownNow();
    }
  }

  /**
   * What one connection does: it takes the next request that nobody has, and waits for its time.
   */
  private void send(long start, BooleanSupplier stopped) {
    while (!stopped.getAsBoolean()) {
      long number = next.getAndIncrement();
      if (number >= all) {
        return;
      }
      long due = start + (long) (number * interval);
      clock.waitUntil(due, stopped);
      if (stopped.getAsBoolean()) {
        return;
      }
      long sent = clock.nanos();
      long patience = due + options.timeout().toNanos() - sent;
      if (patience <= 0) {
        if (number >= before) {
          tally.notSent();
        }
        continue;
      }
      int picture = (int) (number % options.pictures().size());
      RequestEnd end = server.ask(picture, Duration.ofNanos(patience));
      if (number >= before) {
        tally.sent(end, due, sent, clock.nanos());
      }
    }
  }

  private void join(Future<?> sender, long start, DoubleConsumer progress) {
    while (true) {
      try {
        sender.get(PROGRESS_MILLIS, TimeUnit.MILLISECONDS);
        return;
      } catch (TimeoutException e) {
        progress.accept(Math.min(1, (clock.nanos() - start) / (all * interval)));
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new IllegalStateException("interrupted while measuring", e);
      } catch (ExecutionException e) {
        throw e.getCause() instanceof RuntimeException cause
            ? cause
            : new IllegalStateException(e.getCause());
      }
    }
  }
}
