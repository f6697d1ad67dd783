package dev.ovkit.video.engine;

import dev.ovkit.OvkitException;
import dev.ovkit.video.decode.FrameDemand;
import dev.ovkit.video.decode.VideoException;
import dev.ovkit.video.decode.VideoFrame;
import dev.ovkit.video.decode.VideoReader;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Reads one camera for as long as the engine runs, and opens it again when it fails. */
final class CameraReader implements Runnable {

  /** After this many doublings a pause has long reached its maximum. */
  private static final int MOST_DOUBLINGS = 30;

  private static final double JITTER = 0.25;

  /** Opens a source; tests replace it. */
  interface Opener {
    VideoReader open(Camera camera, BooleanSupplier stopped);
  }

  private final CameraFeed feed;
  private final Dispatcher dispatcher;
  private final StreamOptions options;
  private final Opener opener;
  private final Consumer<CameraEvent> events;
  private final CountDownLatch stopped = new CountDownLatch(1);
  private final FrameDemand demand;
  private long firstNanos;
  private long skipped;
  private boolean hasPlayed;
  private int attempts;

  CameraReader(
      CameraFeed feed,
      Dispatcher dispatcher,
      StreamOptions options,
      Opener opener,
      Consumer<CameraEvent> events) {
    this.feed = feed;
    this.dispatcher = dispatcher;
    this.options = options;
    this.opener = opener;
    this.events = events;
    // A film that keeps its own time is a camera to the schedule, whose frames come when decoded.
    boolean paced = feed.live && !feed.camera.source().isLive();
    this.demand = paced ? FrameDemand.ALL : time -> dispatcher.needs(feed, time);
  }

  @Override
  public void run() {
    try {
      while (!isStopped()) {
        String failure = play();
        if (failure == null || isStopped()) {
          return;
        }
        if (options.retries() >= 0 && attempts >= options.retries()) {
          report(CameraEvent.State.FAILED, failure);
          return;
        }
        report(CameraEvent.State.WAITING, failure);
        pause();
      }
    } finally {
      dispatcher.readerEnded();
    }
  }

  /** Plays the source once. Returns why it must be opened again, or null if it need not be. */
  private @Nullable String play() {
    try (VideoReader reader = opener.open(feed.camera, this::isStopped)) {
      report(CameraEvent.State.PLAYING, reader.description());
      skipped = 0;
      for (VideoFrame frame = next(reader); frame != null; frame = next(reader)) {
        hasPlayed = true;
        attempts = 0;
        if (!pace(frame) || !dispatcher.offer(feed, frame)) {
          return null;
        }
      }
      if (feed.camera.source().isLive()) {
        return "%s: the stream has ended".formatted(feed.camera.source());
      }
      report(CameraEvent.State.ENDED, "%s: ended".formatted(feed.camera.source()));
      return null;
    } catch (VideoException e) {
      boolean again = feed.camera.source().isLive() && (hasPlayed || !e.reason().isLasting());
      if (!again && !isStopped()) {
        report(CameraEvent.State.FAILED, e.getMessage());
      }
      return again ? e.getMessage() : null;
    } catch (OvkitException e) {
      report(CameraEvent.State.FAILED, e.getMessage());
      return null;
    }
  }

  private @Nullable VideoFrame next(VideoReader reader) {
    VideoFrame frame = reader.next(demand);
    long now = reader.skipped();
    dispatcher.skipped(feed, now - skipped);
    skipped = now;
    return frame;
  }

  /** A film that plays like a camera keeps its own time. Returns false when stopped. */
  private boolean pace(VideoFrame frame) {
    if (feed.camera.source().isLive() || !options.realTime()) {
      return true;
    }
    long now = System.nanoTime();
    if (frame.number() == 0) {
      firstNanos = now;
    }
    if (isStoppedWithin(frame.time().toNanos() - (now - firstNanos))) {
      frame.close();
      return false;
    }
    return true;
  }

  private void pause() {
    long pause = pause(options.firstPause(), options.longestPause(), attempts++).toNanos();
    double jitter = 1 + JITTER * ThreadLocalRandom.current().nextDouble(-1, 1);
    if (isStoppedWithin((long) (pause * jitter))) {
      stop();
    }
  }

  /** Twice as long with each attempt, up to the maximum. */
  static Duration pause(Duration first, Duration longest, int attempt) {
    Duration pause = first.multipliedBy(1L << Math.min(attempt, MOST_DOUBLINGS));
    return pause.compareTo(longest) > 0 ? longest : pause;
  }

  private boolean isStoppedWithin(long nanos) {
    try {
      return stopped.await(nanos, TimeUnit.NANOSECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return true;
    }
  }

  private void report(CameraEvent.State state, String message) {
    dispatcher.state(feed, state);
    events.accept(new CameraEvent(feed.camera.name(), state, message));
  }

  private boolean isStopped() {
    return stopped.getCount() == 0;
  }

  /** Ends the reader soon, whatever it waits for. */
  void stop() {
    stopped.countDown();
  }
}
