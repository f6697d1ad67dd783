package dev.ovkit.serve;

import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.eclipse.jetty.io.Connection;

/**
 * Ends connections that have not sent the headers of their first request in time. A client that
 * sends a byte now and then is never silent, and would keep its place for hours.
 */
final class SlowConnections implements Connection.Listener, AutoCloseable {

  private static final int PERIOD_MILLIS = 500;

  private final Duration longest;
  private final Map<Connection, Long> open = new ConcurrentHashMap<>();
  private final ScheduledExecutorService clock =
      Executors.newSingleThreadScheduledExecutor(
          work -> {
            Thread thread = new Thread(work, "ovkit-connections");
            thread.setDaemon(true);
            return thread;
          });

  SlowConnections(Duration longest) {
    this.longest = longest;
    clock.scheduleWithFixedDelay(this::check, PERIOD_MILLIS, PERIOD_MILLIS, TimeUnit.MILLISECONDS);
  }

  @Override
  public void onOpened(Connection connection) {
    open.put(connection, System.nanoTime());
  }

  @Override
  public void onClosed(Connection connection) {
    open.remove(connection);
  }

  private void check() {
    long now = System.nanoTime();
    for (Map.Entry<Connection, Long> one : open.entrySet()) {
      if (one.getKey().getMessagesIn() > 0) {
        open.remove(one.getKey());
      } else if (now - one.getValue() > longest.toNanos()
          && one.getKey().getMessagesIn() == 0) { // negative where there are no messages, as in TLS
        open.remove(one.getKey());
        one.getKey().getEndPoint().close();
      }
    }
  }

  @Override
  public void close() {
    clock.shutdownNow();
  }
}
