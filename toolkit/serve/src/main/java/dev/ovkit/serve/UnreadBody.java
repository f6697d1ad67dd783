package dev.ovkit.serve;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http.HttpVersion;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.util.Callback;

/**
 * Takes what a client still sends when it has its answer. A connection that is closed with bytes
 * unread is reset, and the reset can overtake the answer (RFC 9112, section 9.6).
 */
final class UnreadBody implements Runnable {

  private static final int LONGEST_SECONDS = 2;

  private final Request request;
  private final Callback callback;
  private final AtomicBoolean over = new AtomicBoolean();

  private UnreadBody(Request request, Callback callback) {
    this.request = request;
    this.callback = callback;
  }

  /** Returns what ends a request, once its answer is written: at once, or when its body is read. */
  static Callback before(Request request, Callback callback) {
    boolean shared = // where a body has a stream of its own, nothing else is lost with it
        request.getConnectionMetaData().getHttpVersion().getVersion()
            >= HttpVersion.HTTP_2.getVersion();
    boolean withheld = request.getHeaders().contains(HttpHeader.EXPECT); // the answer was a no
    if (shared || withheld) {
      return callback;
    }
    return Callback.from(() -> new UnreadBody(request, callback).start(), callback::failed);
  }

  private void start() {
    if (!read()) {
      request.getComponents().getScheduler().schedule(this::end, LONGEST_SECONDS, TimeUnit.SECONDS);
      request.demand(this);
    }
  }

  @Override
  public void run() {
    if (!over.get() && !read()) {
      request.demand(this);
    }
  }

  /** Reads what is there; returns whether that was all, or as much as there will be. */
  private boolean read() {
    while (true) {
      Content.Chunk chunk = request.read();
      if (chunk == null) {
        return false;
      }
      boolean last = chunk.isLast() || Content.Chunk.isFailure(chunk);
      chunk.release();
      if (last) {
        end();
        return true;
      }
    }
  }

  private void end() {
    if (over.compareAndSet(false, true)) {
      callback.succeeded();
    }
  }
}
