package dev.ovkit.video.engine;

import dev.ovkit.OptionException;
import dev.ovkit.model.Detections;
import dev.ovkit.picture.Picture;
import dev.ovkit.video.decode.FrameScaler;
import dev.ovkit.video.decode.VideoException;
import dev.ovkit.video.decode.VideoFrame;
import dev.ovkit.video.decode.VideoReader;
import dev.ovkit.vision.Detector;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Runs one detector on many cameras.
 *
 * <pre>{@code
 * try (Detector detector = Detector.open(Path.of("model.xml"))) {
 *   StreamEngine engine = StreamEngine.of(detector, Camera.of("rtsp://camera/stream"));
 *   engine.run((result, frame) -> System.out.println(result.camera() + result.detections()));
 * }
 * }</pre>
 *
 * <p>Each camera has a reader of its own, which never waits for the detector: when there is too
 * much to do, the newest frame wins, and the others are counted. A film waits, so that none of its
 * frames is lost. An engine runs once; {@link #stop}, {@link #change} and {@link #counts} may be
 * called by any thread.
 */
public final class StreamEngine {

  /** How long a reader may take to end after the engine has ended. */
  private static final Duration ENDING = Duration.ofSeconds(10);

  /** Finds objects; tests replace it. */
  interface FrameDetector {
    Detections detect(Picture.Source frame);
  }

  private final FrameDetector detector;
  private final int workers;
  private final Dispatcher dispatcher;
  private final Map<CameraFeed, CameraReader> readers = new HashMap<>();
  private final List<Thread> readerThreads = new ArrayList<>();
  private final StreamOptions options;
  private final CameraReader.Opener opener;
  private final Object delivering = new Object();
  private final AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();
  private @Nullable StreamListener listener;

  /** Cameras that were ever watched. */
  private int begun;

  /** An engine with the default options. */
  public static StreamEngine of(Detector detector, Camera... cameras) {
    return of(detector, StreamOptions.defaults(), List.of(cameras));
  }

  /**
   * Makes an engine that looks at as many frames at once as the detector has infer requests.
   *
   * @throws OptionException when there is no camera, or two have the same name
   */
  public static StreamEngine of(Detector detector, StreamOptions options, List<Camera> cameras) {
    return new StreamEngine(
        detector::detect,
        detector.requests(),
        options,
        cameras,
        (camera, stopped) -> VideoReader.open(camera.source(), options.reading(), stopped));
  }

  StreamEngine(
      FrameDetector detector,
      int workers,
      StreamOptions options,
      List<Camera> cameras,
      CameraReader.Opener opener) {
    requireNames(cameras);
    this.detector = detector;
    this.workers = workers;
    this.options = options;
    this.opener = opener;
    this.dispatcher = new Dispatcher(cameras.stream().map(this::feed).toList());
  }

  private CameraFeed feed(Camera camera) {
    return new CameraFeed(camera, begun++, options, workers);
  }

  private static void requireNames(List<Camera> cameras) {
    if (cameras.isEmpty()) {
      throw new OptionException("there is no camera; expected at least one");
    }
    Set<String> names = new HashSet<>();
    for (Camera camera : cameras) {
      if (!names.add(camera.name())) {
        throw new OptionException(
            "two cameras are called '%s'; give each its own name".formatted(camera.name()));
      }
    }
  }

  /**
   * Watches all cameras until each has ended or failed for good, or {@link #stop} is called.
   *
   * @throws RuntimeException what the detector or the listener throws
   */
  public List<CameraCounts> run(StreamListener listener) {
    List<Thread> workerThreads = new ArrayList<>();
    synchronized (this) {
      if (this.listener != null) {
        throw new IllegalStateException("an engine runs once");
      }
      this.listener = listener;
      for (int i = 0; i < workers; i++) {
        workerThreads.add(thread("ovkit-detect-" + i, () -> work(listener)));
      }
      workerThreads.forEach(Thread::start);
      dispatcher.feeds().forEach(feed -> read(feed, listener));
    }
    join(workerThreads, Duration.ZERO);
    stop();
    List<Thread> reading;
    synchronized (this) {
      reading = List.copyOf(readerThreads);
    }
    join(reading, ENDING);
    dispatcher.clear();
    Throwable thrown = failure.get();
    if (thrown instanceof RuntimeException exception) {
      throw exception;
    }
    if (thrown instanceof Error error) {
      throw error;
    }
    return counts();
  }

  private void read(CameraFeed feed, StreamListener to) {
    CameraReader reader =
        new CameraReader(
            feed, dispatcher, options, opener, event -> deliver(() -> to.event(event)));
    readers.put(feed, reader);
    readerThreads.removeIf(thread -> !thread.isAlive());
    Thread thread = thread("ovkit-read-" + feed.camera.name(), reader);
    readerThreads.add(thread);
    thread.start();
  }

  /**
   * Watches other cameras from now on, while it runs. A camera that is watched already and has not
   * changed goes on without losing a frame; one that is not among these ends, and a result of it
   * may still come.
   *
   * @throws OptionException when there is no camera, or two have the same name; nothing has changed
   *     then
   */
  public synchronized void change(List<Camera> cameras) {
    requireNames(cameras);
    StreamListener to = listener;
    if (to == null || dispatcher.isStopped()) {
      throw new IllegalStateException("an engine changes its cameras while it runs");
    }
    List<CameraFeed> before = dispatcher.feeds();
    // The new ones first: an engine without a camera ends.
    for (Camera camera : cameras) {
      if (before.stream().noneMatch(feed -> feed.camera.equals(camera))) {
        CameraFeed feed = feed(camera);
        dispatcher.add(feed);
        read(feed, to);
      }
    }
    for (CameraFeed feed : before) {
      if (!cameras.contains(feed.camera)) {
        dispatcher.remove(feed);
        CameraReader reader = readers.remove(feed);
        if (reader != null) {
          reader.stop();
        }
      }
    }
  }

  private Thread thread(String name, Runnable work) {
    Thread thread =
        new Thread(
            () -> {
              try {
                work.run();
              } catch (RuntimeException | Error e) {
                failure.compareAndSet(null, e);
                stop();
              }
            },
            name);
    thread.setDaemon(true);
    return thread;
  }

  private void join(List<Thread> threads, Duration longest) {
    boolean interrupted = false;
    for (Thread thread : threads) {
      while (true) {
        try {
          thread.join(longest.toMillis());
          break;
        } catch (InterruptedException e) {
          interrupted = true;
          stop();
        }
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private void work(StreamListener listener) {
    try (FrameScaler scaler = new FrameScaler()) {
      for (Dispatcher.Work work = dispatcher.take(); work != null; work = dispatcher.take()) {
        look(work, scaler, listener);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      stop();
    }
  }

  private void look(Dispatcher.Work work, FrameScaler scaler, StreamListener listener) {
    CameraFeed feed = work.feed();
    VideoFrame frame = work.frame();
    @Nullable Detections found = null;
    Dispatcher.Fate fate = Dispatcher.Fate.STILL;
    try {
      if (passes(feed, frame, scaler)) {
        found = detector.detect(scaler.source(frame));
        fate = Dispatcher.Fate.DETECTED;
      }
    } catch (VideoException e) {
      fate = Dispatcher.Fate.UNREADABLE; // one frame of one camera is no reason to end
    } catch (RuntimeException | Error e) {
      frame.close();
      throw e;
    }
    @Nullable Detections detections = found;
    dispatcher.finish(
        feed,
        work.number(),
        deliverers -> {
          try (frame) {
            if (detections != null) {
              deliver(listener, feed, frame, deliverers, detections);
            }
          }
        });
    // Another worker may be delivering the camera's earlier frames; it then delivers this one too.
    if (dispatcher.beginDelivery(feed)) {
      for (Consumer<FrameScaler> next = dispatcher.nextDelivery(feed);
          next != null;
          next = dispatcher.nextDelivery(feed)) {
        next.accept(scaler);
      }
    }
    dispatcher.count(feed, fate);
  }

  private static boolean passes(CameraFeed feed, VideoFrame frame, FrameScaler scaler) {
    MotionGate gate = feed.gate;
    return gate == null
        || gate.passes(
            scaler.brightness(frame, MotionGate.COLUMNS, MotionGate.ROWS),
            feed.live ? frame.decodedNanos() : frame.time().toNanos());
  }

  private void deliver(
      StreamListener listener,
      CameraFeed feed,
      VideoFrame frame,
      FrameScaler scaler,
      Detections found) {
    deliver(
        () ->
            listener.result(
                new StreamResult(
                    feed.camera.name(),
                    frame.number(),
                    frame.time(),
                    frame.wallClock(),
                    Duration.ofNanos(System.nanoTime() - frame.decodedNanos()),
                    found),
                () -> frame.toPicture(scaler)));
  }

  private void deliver(Runnable call) {
    synchronized (delivering) {
      if (failure.get() == null) {
        call.run();
      }
    }
  }

  /** Ends {@link #run} soon: frames that are being looked at are finished. */
  public void stop() {
    dispatcher.stop();
    synchronized (this) {
      readers.values().forEach(CameraReader::stop);
    }
  }

  /**
   * Returns how long the detector, or the listener, has been busy with one camera's frames without
   * finishing any: seconds mean that something is stuck.
   */
  public Duration stuck() {
    return dispatcher.stuck();
  }

  /** Returns what every camera's frames have come to so far, in the order of the cameras. */
  public List<CameraCounts> counts() {
    return dispatcher.counts();
  }
}
