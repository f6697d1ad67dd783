package dev.ovkit.cli.server;

import dev.ovkit.OvkitException;
import dev.ovkit.cli.print.Json;
import dev.ovkit.serve.AnsweredRequest;
import dev.ovkit.serve.ServerListener;
import java.io.PrintWriter;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Prints requests as JSON lines to standard output, and everything else to stderr. A reader who is
 * slow holds no request up: what does not fit is counted and left out.
 */
final class RequestLog implements ServerListener, AutoCloseable {

  private static final int MOST_WAITING = 10_000;
  private static final String END = "";

  private final boolean requests;
  private final PrintWriter out;
  private final PrintWriter err;
  private final BlockingQueue<String> lines = new ArrayBlockingQueue<>(MOST_WAITING);
  private final AtomicLong leftOut = new AtomicLong();
  private final Thread writer = new Thread(this::write, "ovkit-log");

  RequestLog(boolean requests, PrintWriter out, PrintWriter err) {
    this.requests = requests;
    this.out = out;
    this.err = err;
    writer.setDaemon(true);
    writer.start();
  }

  private void write() {
    try {
      while (true) {
        String line = lines.take();
        if (line.equals(END)) {
          return;
        }
        out.println(line);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Override
  public void answered(AnsweredRequest request) {
    if (requests && !lines.offer(Json.line(request.json()))) {
      leftOut.incrementAndGet();
    }
  }

  @Override
  public void failed(String id, Throwable failure) {
    String what =
        failure instanceof OvkitException known ? known.getMessage() : "internal error: " + failure;
    err.printf("ovkit: request %s: %s%n", id, what);
  }

  @Override
  public void noticed(String message) {
    err.println("ovkit: " + message);
  }

  @Override
  public void close() {
    try {
      lines.put(END);
      writer.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    if (leftOut.get() > 0) {
      err.printf("ovkit: %d requests were not printed: the reader was too slow%n", leftOut.get());
    }
  }
}
