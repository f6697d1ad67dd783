package dev.ovkit.serve.model;

import dev.ovkit.model.DetectOptions;
import dev.ovkit.model.Detections;
import dev.ovkit.model.DetectorSpec;
import dev.ovkit.picture.Frame;
import dev.ovkit.picture.Picture;
import dev.ovkit.serve.metrics.ServerMetrics;
import dev.ovkit.vision.Detector;
import dev.ovkit.vision.Detector.RawOutput;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A version of a model that is loaded and has passed its self-test. A request holds it from its
 * first byte to its answer, so that a version that was replaced is closed only after the last of
 * its requests.
 */
public final class LoadedModel implements AutoCloseable {

  /** The share of the newest picture in what is expected of the next: 1/8. */
  private static final int SMOOTHING = 8;

  private final ServedModel served;
  private final Detector detector;
  private final ServerMetrics metrics;
  private final ModelNotes notes;
  private final Instant since = Instant.now();
  private volatile long expectedNanos;

  /** The pool is the first of them. */
  private final AtomicInteger users = new AtomicInteger(1);

  private final CompletableFuture<Void> unused = new CompletableFuture<>();

  private LoadedModel(
      ServedModel served, Detector detector, ServerMetrics metrics, Duration expected) {
    this.served = served;
    this.detector = detector;
    this.metrics = metrics;
    this.notes = ModelNotes.beside(served.ir());
    this.expectedNanos = expected.toNanos();
  }

  /**
   * Opens a model and tests it.
   *
   * @param workers pictures at once
   * @throws dev.ovkit.OvkitException if it cannot be opened, or fails the test
   */
  static LoadedModel open(ServedModel served, int workers, ServerMetrics metrics) {
    Detector detector = Detector.open(served.ir(), served.options().withRequests(workers));
    try {
      Duration expected = ModelSelfTest.run(detector, served.ir());
      return new LoadedModel(served, detector, metrics, expected);
    } catch (RuntimeException e) {
      detector.close();
      throw e;
    }
  }

  /**
   * Keeps it open until {@link #release}, also after it was replaced.
   *
   * @return false if it is closed, or about to be
   */
  public boolean hold() {
    while (true) {
      int before = users.get();
      if (before == 0) {
        return false;
      }
      if (users.compareAndSet(before, before + 1)) {
        return true;
      }
    }
  }

  /** Ends what {@link #hold} began. */
  public void release() {
    if (users.decrementAndGet() == 0) {
      unused.complete(null);
    }
  }

  /** Is completed by the last one that used it. */
  CompletableFuture<Void> unused() {
    return unused;
  }

  /** Returns what it was opened as. */
  public ServedModel served() {
    return served;
  }

  /** Returns when it was loaded. */
  Instant since() {
    return since;
  }

  public String name() {
    return served.name();
  }

  public String version() {
    return served.version();
  }

  public DetectorSpec spec() {
    return detector.spec();
  }

  /** Returns where it comes from, as its files said when it was loaded. */
  public ModelNotes notes() {
    return notes;
  }

  /** Returns what is wanted where a request does not say. */
  public DetectOptions usual() {
    return served.options().detect();
  }

  /** Returns its share of the workers' time, relative to other models'. */
  public int weight() {
    return served.weight();
  }

  /** Returns how long a picture takes, as far as is known. */
  public Duration expected() {
    return Duration.ofNanos(expectedNanos);
  }

  /** Finds objects on a picture's file, for one worker. */
  public Detections detect(byte[] encoded, DetectOptions wanted) {
    long start = System.nanoTime();
    return counted(detector.detect(encoded, wanted), start);
  }

  /** Finds objects on a frame, for one worker. */
  public Detections detect(Frame frame, DetectOptions wanted) {
    long start = System.nanoTime();
    return counted(detector.detect(frame, wanted), start);
  }

  /** Finds objects on a decoded picture, for one worker. */
  public Detections detect(Picture picture, DetectOptions wanted) {
    long start = System.nanoTime();
    return counted(detector.detect(picture, wanted), start);
  }

  /** Runs the network alone on a picture's file, for one worker. */
  public List<RawOutput> outputs(byte[] encoded) {
    return detector.outputs(encoded);
  }

  /** Runs the network alone on a frame, for one worker. */
  public List<RawOutput> outputs(Frame frame) {
    return detector.outputs(frame);
  }

  private Detections counted(Detections found, long start) {
    long took = System.nanoTime() - start;
    expectedNanos += (took - expectedNanos) / SMOOTHING; // of two at once one may be lost
    metrics.looked(name(), version(), found.timings());
    return found;
  }

  @Override
  public void close() {
    detector.close();
  }
}
