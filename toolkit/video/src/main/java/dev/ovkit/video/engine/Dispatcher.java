package dev.ovkit.video.engine;

import dev.ovkit.video.decode.FrameScaler;
import dev.ovkit.video.decode.VideoFrame;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Hands frames from the readers to the detector: the newest frame of a camera, and next the camera
 * that has had the least for its weight.
 *
 * <p>A reader of a camera never waits here; one of a film waits until there is room.
 */
final class Dispatcher {

  /** A frame to be looked at, and its number among those of its camera. */
  record Work(CameraFeed feed, VideoFrame frame, long number) {}

  private final List<CameraFeed> feeds;
  private final LongSupplier clock;
  private int reading;
  private double served;
  private boolean stopped;

  Dispatcher(List<CameraFeed> feeds) {
    this(feeds, System::nanoTime);
  }

  /**
   * Makes a dispatcher.
   *
   * @param clock of the frames' {@link VideoFrame#decodedNanos}
   */
  Dispatcher(List<CameraFeed> feeds, LongSupplier clock) {
    this.feeds = new ArrayList<>(feeds);
    this.clock = clock;
    this.reading = feeds.size();
  }

  /** Takes frames of a further camera, whose reader begins now. */
  synchronized void add(CameraFeed feed) {
    feeds.add(feed);
    reading++;
  }

  /** Takes no more frames of a camera, whose reader ends soon. */
  synchronized void remove(CameraFeed feed) {
    feeds.remove(feed);
    feed.gone = true;
    feed.waiting.forEach(VideoFrame::close);
    feed.waiting.clear();
    notifyAll();
  }

  synchronized List<CameraFeed> feeds() {
    return List.copyOf(feeds);
  }

  /**
   * Whether a frame that is not decoded yet would be looked at: it is due, or takes the place of a
   * camera's older one that still waits.
   */
  synchronized boolean needs(CameraFeed feed, Duration time) {
    return feed.live
        ? !feed.waiting.isEmpty() || feed.schedule.wouldBeDue(clock.getAsLong())
        : feed.schedule.wouldBeDue(time.toNanos());
  }

  /** Records frames that a reader did not decode because nobody needed them. */
  synchronized void skipped(CameraFeed feed, long count) {
    feed.skipped += count;
  }

  /** Takes over a frame. Returns false once the engine has stopped, or the camera is gone. */
  synchronized boolean offer(CameraFeed feed, VideoFrame frame) {
    feed.decoded++;
    boolean due = feed.schedule.isDue(feed.live ? frame.decodedNanos() : frame.time().toNanos());
    if (feed.live) {
      offerNewest(feed, frame, due);
    } else if (due) {
      awaitRoom(feed);
      if (!stopped && !feed.gone) {
        add(feed, frame);
      }
    } else {
      feed.unneeded++;
    }
    if (feed.waiting.peekLast() != frame) {
      frame.close();
    }
    return !stopped && !feed.gone;
  }

  private void offerNewest(CameraFeed feed, VideoFrame frame, boolean due) {
    if (stopped || feed.gone) {
      return;
    }
    VideoFrame older = feed.waiting.poll();
    if (older != null) {
      older.close();
      feed.dropped++;
      if (due) {
        feed.missed++; // the frame that was due is lost, and this one takes its place
      }
      feed.waiting.add(frame);
    } else if (due) {
      add(feed, frame);
    } else {
      feed.unneeded++;
    }
  }

  private void add(CameraFeed feed, VideoFrame frame) {
    if (feed.waiting.isEmpty()) {
      feed.served = Math.max(feed.served, served); // a camera saves nothing up
    }
    feed.waiting.add(frame);
    notifyAll();
  }

  private void awaitRoom(CameraFeed feed) {
    boolean interrupted = false;
    while (!stopped && !feed.gone && feed.waiting.size() >= feed.most) {
      try {
        wait();
      } catch (InterruptedException e) {
        interrupted = true; // the reader sees it when this returns
        break;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  /** Returns what to look at next, or null when nothing will come any more. */
  synchronized @Nullable Work take() throws InterruptedException {
    while (true) {
      CameraFeed next = stopped ? null : leastServed();
      if (next != null) {
        VideoFrame frame = next.waiting.remove();
        next.inWork++;
        next.progressNanos = clock.getAsLong();
        served = next.served;
        next.served += 1 / next.camera.weight();
        notifyAll(); // a film's reader may wait for the room
        return new Work(next, frame, next.taken++);
      }
      if (stopped || (reading == 0 && feeds.stream().allMatch(feed -> feed.waiting.isEmpty()))) {
        return null;
      }
      wait();
    }
  }

  private @Nullable CameraFeed leastServed() {
    CameraFeed least = null;
    for (CameraFeed feed : feeds) {
      if (feed.isReady() && (least == null || feed.served < least.served)) {
        least = feed;
      }
    }
    return least;
  }

  /** What became of a frame that was taken. */
  enum Fate {
    DETECTED,
    STILL,
    UNREADABLE
  }

  /** Records what became of a frame. */
  synchronized void count(CameraFeed feed, Fate fate) {
    switch (fate) {
      case DETECTED -> feed.detected++;
      case STILL -> feed.still++;
      case UNREADABLE -> feed.unreadable++;
    }
  }

  /** Hands in finished work, to be delivered in the order of the camera's frames. */
  synchronized void finish(CameraFeed feed, long number, Consumer<FrameScaler> delivery) {
    feed.finished.put(number, delivery);
  }

  /** Whether the caller is the one that delivers a camera's work from now on. */
  synchronized boolean beginDelivery(CameraFeed feed) {
    boolean begun = !feed.delivering;
    feed.delivering = true;
    return begun;
  }

  /** Returns what is to be delivered next; null ends the caller's turn. */
  synchronized @Nullable Consumer<FrameScaler> nextDelivery(CameraFeed feed) {
    Consumer<FrameScaler> next = feed.finished.remove(feed.delivered);
    if (next == null) {
      feed.delivering = false;
      return null;
    }
    feed.delivered++;
    feed.inWork--;
    feed.progressNanos = clock.getAsLong();
    notifyAll();
    return next;
  }

  /** Records what a camera does. */
  synchronized void state(CameraFeed feed, CameraEvent.State state) {
    if (feed.state == CameraEvent.State.WAITING && state == CameraEvent.State.PLAYING) {
      feed.reconnects++;
    }
    feed.state = state;
    if (state == CameraEvent.State.PLAYING) {
      feed.schedule.restart();
    }
  }

  /** Records that a reader has ended. */
  synchronized void readerEnded() {
    reading--;
    notifyAll();
  }

  synchronized void stop() {
    stopped = true;
    notifyAll();
  }

  synchronized boolean isStopped() {
    return stopped;
  }

  /** Closes the frames that were never fetched. */
  synchronized void clear() {
    for (CameraFeed feed : feeds) {
      feed.waiting.forEach(VideoFrame::close);
      feed.waiting.clear();
    }
  }

  /** Returns how long the camera that waits longest for its detections has waited. */
  synchronized Duration stuck() {
    long now = clock.getAsLong();
    return Duration.ofNanos(
        feeds.stream()
            .filter(feed -> feed.inWork > 0)
            .mapToLong(feed -> now - feed.progressNanos)
            .max()
            .orElse(0));
  }

  synchronized List<CameraCounts> counts() {
    return feeds.stream().map(CameraFeed::counts).toList();
  }
}
