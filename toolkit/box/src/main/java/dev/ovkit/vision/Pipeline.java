package dev.ovkit.vision;

import dev.ovkit.PictureException;
import dev.ovkit.model.Detections;
import dev.ovkit.picture.Picture;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Works on as many pictures at once as a detector has requests, and hands the results on in order.
 *
 * <p>While one picture is in the network, others are decoded and read. At most {@link #AHEAD}
 * pictures per request are begun and not yet handed on, however slow the receiver or the first of
 * them is.
 */
final class Pipeline {

  /** Twice, so that no request is idle while the oldest picture is waited for. */
  static final int AHEAD = 2;

  private final Detector detector;
  private final @Nullable PictureWork work;
  private volatile boolean broken;

  Pipeline(Detector detector, @Nullable PictureWork work) {
    this.detector = detector;
    this.work = work;
  }

  void run(Iterator<Path> pictures, Consumer<PictureResult> results) {
    int requests = detector.requests();
    ExecutorService threads =
        Executors.newFixedThreadPool(requests, task -> new Thread(task, "ovkit-pipeline"));
    Deque<CompletableFuture<PictureResult>> begun = new ArrayDeque<>();
    int next = 0;
    try {
      while (pictures.hasNext() || !begun.isEmpty()) {
        while (pictures.hasNext() && begun.size() < AHEAD * requests) {
          Path file = pictures.next();
          int place = next++;
          begun.add(CompletableFuture.supplyAsync(() -> detect(place, file), threads));
        }
        results.accept(Futures.join(begun.remove()));
      }
    } finally {
      broken = true; // those that wait need not begin
      begun.forEach(future -> future.handle((result, failure) -> true).join());
      threads.shutdown();
    }
  }

  private PictureResult detect(int place, Path file) {
    if (broken) {
      throw new CancellationException();
    }
    try {
      return new PictureResult.Found(
          file, work == null ? detector.detect(file) : detect(place, file, work));
    } catch (PictureException e) {
      return new PictureResult.Unreadable(file, e);
    }
  }

  /** Decodes once, for the network and for the work. */
  private Detections detect(int place, Path file, PictureWork more) {
    long start = System.nanoTime();
    try (Picture picture = Picture.read(file, detector.bitDepth())) {
      Duration decode = Duration.ofNanos(System.nanoTime() - start);
      Detections found = detector.detect(picture);
      Detections.Timings t = found.timings();
      Detections timed =
          found.withTimings(
              new Detections.Timings(decode, t.preprocess(), t.infer(), t.postprocess()));
      more.on(place, picture, timed);
      return timed;
    }
  }
}
