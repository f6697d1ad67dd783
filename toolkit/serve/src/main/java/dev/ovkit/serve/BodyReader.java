package dev.ovkit.serve;

import java.time.Duration;
import java.util.Arrays;
import java.util.Optional;
import java.util.function.Consumer;
import org.eclipse.jetty.http.HttpStatus;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.server.Request;

/**
 * Collects a request's body without holding a thread while a client is slow, and with no more
 * memory than has arrived.
 */
final class BodyReader implements Runnable {

  private static final int FIRST_BYTES = 64 << 10;

  private final Request request;
  private final ServerLimits limits;
  private final BodyBudget budget;
  private final Consumer<byte[]> done;
  private final Consumer<Throwable> failed;
  private final long started = System.nanoTime();

  private byte[] bytes = {};
  private int size;
  private long taken;
  private boolean released;

  BodyReader(
      Request request,
      ServerLimits limits,
      BodyBudget budget,
      Consumer<byte[]> done,
      Consumer<Throwable> failed) {
    this.request = request;
    this.limits = limits;
    this.budget = budget;
    this.done = done;
    this.failed = failed;
  }

  /** Begins, unless the body is too long by its own word. */
  void start() {
    long length = request.getLength();
    if (length > limits.body()) {
      failed.accept(tooLong());
      return;
    }
    run();
  }

  /** Gives the body's memory back, when the request is over; it takes no more. */
  synchronized void release() {
    budget.giveBack(taken);
    taken = 0;
    released = true;
  }

  @Override
  public void run() {
    while (true) {
      Content.Chunk chunk = request.read();
      if (chunk == null) {
        request.demand(this);
        return;
      }
      if (Content.Chunk.isFailure(chunk)) {
        failed.accept(chunk.getFailure());
        return;
      }
      boolean last = chunk.isLast();
      Optional<Refusal> refusal = add(chunk);
      chunk.release();
      if (refusal.isPresent()) {
        failed.accept(refusal.get());
        return;
      }
      if (last) {
        byte[] whole = size == bytes.length ? bytes : Arrays.copyOf(bytes, size);
        bytes = whole;
        done.accept(whole);
        return;
      }
    }
  }

  private Optional<Refusal> add(Content.Chunk chunk) {
    int more = chunk.remaining();
    if (more > limits.body() - size) {
      return Optional.of(tooLong());
    }
    Duration took = Duration.ofNanos(System.nanoTime() - started);
    if (!chunk.isLast() && took.compareTo(limits.receive()) > 0) {
      return Optional.of(
          new Refusal(
              HttpStatus.REQUEST_TIMEOUT_408,
              "the body did not arrive within %d s".formatted(limits.receive().toSeconds())));
    }
    if (size + more > bytes.length && !grow(size + more)) {
      return Optional.of(
          new Refusal(
              HttpStatus.TOO_MANY_REQUESTS_429,
              "the server is busy: it is receiving as much as it has memory for; try again later",
              Optional.of(Duration.ofSeconds(1))));
    }
    chunk.getByteBuffer().get(bytes, size, more);
    size += more;
    return Optional.empty();
  }

  private synchronized boolean grow(int needed) {
    if (released) {
      return false;
    }
    long length = request.getLength();
    int room = Math.max(needed, Math.max(FIRST_BYTES, 2 * bytes.length));
    int most = length >= 0 ? (int) Math.min(length, limits.body()) : limits.body();
    room = Math.max(needed, Math.min(room, most));
    if (!budget.take(room - bytes.length)) {
      return false;
    }
    taken += room - bytes.length;
    bytes = Arrays.copyOf(bytes, room);
    return true;
  }

  private Refusal tooLong() {
    return new Refusal(
        HttpStatus.PAYLOAD_TOO_LARGE_413,
        "the body is too long: this server takes at most %d bytes".formatted(limits.body()));
  }
}
