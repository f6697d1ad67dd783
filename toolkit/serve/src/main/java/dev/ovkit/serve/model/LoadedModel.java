package dev.ovkit.serve.model;

import dev.ovkit.ModelException;
import dev.ovkit.model.DetectOptions;
import dev.ovkit.model.Detection;
import dev.ovkit.model.Detections;
import dev.ovkit.model.DetectorSpec;
import dev.ovkit.picture.Frame;
import dev.ovkit.picture.Picture;
import dev.ovkit.serve.metrics.ServerMetrics;
import dev.ovkit.vision.Detector;
import dev.ovkit.vision.Detector.RawOutput;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;

/** A version of a model that is loaded and has passed its self-test. */
public final class LoadedModel implements AutoCloseable {

  /** The share of the newest picture in what is expected of the next: 1/8. */
  private static final int SMOOTHING = 8;

  private final ServedModel served;
  private final Detector detector;
  private final ServerMetrics metrics;
  private final ModelNotes notes;
  private volatile long expectedNanos;

  private LoadedModel(ServedModel served, Detector detector, ServerMetrics metrics) {
    this.served = served;
    this.detector = detector;
    this.metrics = metrics;
    this.notes = ModelNotes.beside(served.ir());
  }

  /**
   * Opens a model and tests it: a grey picture twice, with the same answer, which must be possible.
   *
   * @param workers pictures at once
   * @throws dev.ovkit.OvkitException if it cannot be opened, or fails the test
   */
  static LoadedModel open(ServedModel served, int workers, ServerMetrics metrics) {
    Detector detector = Detector.open(served.ir(), served.options().withRequests(workers));
    try {
      LoadedModel loaded = new LoadedModel(served, detector, metrics);
      loaded.test();
      return loaded;
    } catch (RuntimeException e) {
      detector.close();
      throw e;
    }
  }

  private void test() {
    DetectorSpec spec = detector.spec();
    ByteBuffer grey = ByteBuffer.allocateDirect(3 * spec.inputWidth() * spec.inputHeight());
    while (grey.hasRemaining()) {
      grey.put((byte) 114);
    }
    grey.flip();
    Frame frame = Frame.of(grey, spec.inputWidth(), spec.inputHeight(), Frame.Format.BGR);
    List<Detection> first = detector.detect(frame).objects();
    long start = System.nanoTime();
    Detections second = detector.detect(frame);
    expectedNanos = System.nanoTime() - start;
    boolean finite =
        second.objects().stream()
            .allMatch(one -> one.score() >= 0 && Float.isFinite(one.box().x() + one.box().y()));
    if (!finite || !second.objects().equals(first)) {
      throw new ModelException(
          "'%s' failed its self-test: a grey picture was %s; convert the model again"
              .formatted(
                  served.ir(), finite ? "read in two ways" : "answered with impossible numbers"),
          served.ir(),
          null);
    }
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
