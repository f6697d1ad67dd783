package dev.ovkit.serve;

import dev.ovkit.picture.Picture;
import dev.ovkit.serve.model.LoadedModel;
import dev.ovkit.serve.model.WorkQueue;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.eclipse.jetty.http.HttpStatus;
import org.jspecify.annotations.Nullable;

/**
 * The pictures of a request, each a task of the queue. The last one that is done answers; after the
 * first that fails, or if its client goes away, the others are not looked at.
 */
final class PictureTasks<T> {

  private final Exchange exchange;
  private final LoadedModel model;
  private final Consumer<List<T>> done;
  private final AtomicReferenceArray<@Nullable T> results;
  private final AtomicInteger left;
  private final AtomicInteger unended;

  private PictureTasks(Exchange exchange, LoadedModel model, int count, Consumer<List<T>> done) {
    this.exchange = exchange;
    this.model = model;
    this.done = done;
    this.results = new AtomicReferenceArray<>(count);
    this.left = new AtomicInteger(count);
    this.unended = new AtomicInteger(count);
  }

  /**
   * Adds the work on a request's pictures to the queue.
   *
   * @param deadline by {@link System#nanoTime}
   * @param done gets what each made, in their order
   * @throws dev.ovkit.serve.model.OverloadException if it cannot be done in time
   */
  static <T> void run(
      Exchange exchange,
      LoadedModel model,
      List<Supplier<T>> pictures,
      long deadline,
      Consumer<List<T>> done) {
    if (!model.hold()) {
      return; // the client went away, and then the model
    }
    PictureTasks<T> tasks = new PictureTasks<>(exchange, model, pictures.size(), done);
    WorkQueue queue = exchange.context().queue();
    List<WorkQueue.Task> all = new ArrayList<>();
    for (int i = 0; i < pictures.size(); i++) {
      int number = i;
      all.add(
          new WorkQueue.Task(
              model.name(),
              model.weight(),
              model.expected(),
              () -> tasks.end(() -> tasks.look(number, pictures.get(number))),
              () -> tasks.end(() -> exchange.fail(queue.expired()))));
    }
    try {
      queue.add(all, deadline);
    } catch (RuntimeException e) {
      model.release();
      throw e;
    }
  }

  /** Whatever becomes of the exchange, the model stays open until the last task has ended. */
  private void end(Runnable task) {
    try {
      task.run();
    } finally {
      if (unended.decrementAndGet() == 0) {
        model.release();
      }
    }
  }

  private void look(int number, Supplier<T> picture) {
    if (exchange.isOver()) {
      return;
    }
    try {
      results.set(number, picture.get());
      if (left.decrementAndGet() == 0) {
        List<T> all = new ArrayList<>();
        for (int i = 0; i < results.length(); i++) {
          all.add(results.get(i));
        }
        done.accept(all);
      }
    } catch (RuntimeException | OutOfMemoryError | LinkageError e) {
      exchange.fail(e);
    }
  }

  /**
   * Refuses a picture that declares more pixels than are allowed, before anything is decoded.
   *
   * @throws dev.ovkit.PictureException if it is none
   */
  static void requireSize(byte[] encoded, ServerLimits limits) {
    long pixels = Picture.declaredPixels(encoded);
    if (pixels > limits.pixels()) {
      throw new Refusal(
          HttpStatus.PAYLOAD_TOO_LARGE_413,
          "the picture has %d pixels; this server takes at most %d"
              .formatted(pixels, limits.pixels()));
    }
  }
}
