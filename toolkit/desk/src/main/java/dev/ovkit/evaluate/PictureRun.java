package dev.ovkit.evaluate;

import dev.ovkit.model.Detections;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import java.util.function.Function;

/** Lets a detector look at many pictures, several at a time. */
final class PictureRun {

  /**
   * Looks at each; what fails on one fails the whole.
   *
   * @param detect called by as many threads as given
   * @param found takes each picture and what is on it, in order, in the caller's thread
   */
  static <P> void over(
      List<P> pictures,
      Function<P, Path> file,
      Function<Path, Detections> detect,
      int threads,
      BiConsumer<P, Detections> found) {
    ExecutorService pool = Executors.newFixedThreadPool(threads);
    try {
      List<Future<Detections>> running = new ArrayList<>();
      for (P picture : pictures) {
        running.add(pool.submit(() -> detect.apply(file.apply(picture))));
      }
      for (int i = 0; i < running.size(); i++) {
        found.accept(pictures.get(i), join(running.get(i)));
      }
    } finally {
      pool.shutdownNow();
      awaitEnd(pool);
    }
  }

  private static Detections join(Future<Detections> future) {
    boolean interrupted = false;
    try {
      while (true) {
        try {
          return future.get();
        } catch (InterruptedException e) {
          interrupted = true; // a detection is short; the caller learns of it afterwards
        } catch (ExecutionException e) {
          if (e.getCause() instanceof RuntimeException cause) {
            throw cause;
          }
          if (e.getCause() instanceof Error error) {
            throw error;
          }
          throw new IllegalStateException(e);
        }
      }
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  /** The detector may be closed as soon as this is through, so none may still be running. */
  private static void awaitEnd(ExecutorService pool) {
    try {
      if (!pool.awaitTermination(1, TimeUnit.MINUTES)) {
        throw new IllegalStateException("a detection does not end");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private PictureRun() {}
}
