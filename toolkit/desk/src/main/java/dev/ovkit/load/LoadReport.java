package dev.ovkit.load;

import dev.ovkit.bench.Disturbance;
import dev.ovkit.bench.Environment;
import java.util.Collections;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What a server did under load.
 *
 * @param options what was asked for
 * @param requests how many were due, without those of the warm-up
 * @param byStatus how many answers had which status
 * @param timeouts requests without an answer in time, those included that were never sent
 * @param unsent timeouts of requests for which no connection was free in time
 * @param failures requests without an answer because the connection failed
 * @param failure why the first of them did
 * @param times of the requests that succeeded; empty if none did
 * @param environment the machine that sent them
 * @param disturbance what else it did
 * @param complete false if it was stopped
 */
public record LoadReport(
    LoadOptions options,
    long requests,
    SortedMap<Integer, Long> byStatus,
    long timeouts,
    long unsent,
    long failures,
    Optional<String> failure,
    Optional<Times> times,
    Environment environment,
    Disturbance disturbance,
    boolean complete) {

  private static final int TOO_MANY = 429;

  /**
   * Times of the requests that succeeded.
   *
   * @param endToEnd from the time when a request was due to its answer
   * @param fromSending from the time when it was sent to its answer
   * @param late from the time when it was due to the time when it was sent
   */
  public record Times(LoadTimes endToEnd, LoadTimes fromSending, LoadTimes late) {}

  public LoadReport {
    byStatus = Collections.unmodifiableSortedMap(new TreeMap<>(byStatus));
  }

  /** Returns how many requests succeeded: status 200 to 299. */
  public long succeeded() {
    return byStatus.entrySet().stream()
        .filter(one -> one.getKey() >= 200 && one.getKey() < 300)
        .mapToLong(Map.Entry::getValue)
        .sum();
  }

  /** Returns how many requests the server refused because it was busy: status 429. */
  public long refused() {
    return byStatus.getOrDefault(TOO_MANY, 0L);
  }

  /** Returns how many answers had any other status. */
  public long others() {
    return byStatus.values().stream().mapToLong(count -> count).sum() - succeeded() - refused();
  }

  /** Returns how many requests succeeded for each second in which they were due. */
  public double succeededPerSecond() {
    return requests == 0 ? 0 : succeeded() * options.rate() / requests;
  }
}
