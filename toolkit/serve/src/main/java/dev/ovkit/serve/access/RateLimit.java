package dev.ovkit.serve.access;

import java.time.Duration;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongSupplier;

/**
 * How often each client may ask: so many times a second on average, and as many at once after a
 * second of silence. It keeps a number for each of the clients that asked last.
 */
public final class RateLimit {

  private static final int MOST_CLIENTS = 10_000;
  private static final long SECOND = 1_000_000_000;

  private final long interval;
  private final LongSupplier clock;

  /** When each client is even again; the one that asked last is at the end. */
  private final Map<String, Long> even = new LinkedHashMap<>(16, 0.75f, true);

  /**
   * Makes a limit.
   *
   * @param perSecond at least 1
   * @param clock such as {@link System#nanoTime}
   */
  public RateLimit(int perSecond, LongSupplier clock) {
    this.interval = SECOND / perSecond;
    this.clock = clock;
  }

  /** Returns when a client may ask again; empty if it may ask now, which counts. */
  public synchronized Optional<Duration> ask(String client) {
    long now = clock.getAsLong();
    long since = Math.max(now, even.getOrDefault(client, now));
    long wait = since + interval - SECOND - now;
    if (wait > 0) {
      return Optional.of(Duration.ofNanos(wait));
    }
    even.put(client, since + interval);
    if (even.size() > MOST_CLIENTS) {
      Iterator<String> eldest = even.keySet().iterator();
      eldest.next();
      eldest.remove();
    }
    return Optional.empty();
  }
}
