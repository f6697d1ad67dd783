package dev.ovkit.load;

import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import org.HdrHistogram.Histogram;
import org.jspecify.annotations.Nullable;

/** Counts requests, for many threads. */
final class LoadTally {

  private static final int DIGITS = 3;

  private final Histogram endToEnd = new Histogram(DIGITS);
  private final Histogram fromSending = new Histogram(DIGITS);
  private final Histogram late = new Histogram(DIGITS);
  private final SortedMap<Integer, Long> byStatus = new TreeMap<>();
  private long requests;
  private long timeouts;
  private long unsent;
  private long failures;
  private @Nullable String failure;

  /** Counts a request that was sent. The times are those of a clock, in nanoseconds. */
  synchronized void sent(RequestEnd end, long due, long sent, long over) {
    requests++;
    switch (end.kind()) {
      case ANSWER -> byStatus.merge(end.status(), 1L, Long::sum);
      case TIMEOUT -> timeouts++;
      case FAILURE -> {
        failures++;
        failure = failure == null ? end.reason() : failure;
      }
    }
    if (end.isSuccess()) {
      endToEnd.recordValue(Math.max(0, over - due));
      fromSending.recordValue(Math.max(0, over - sent));
      late.recordValue(Math.max(0, sent - due));
    }
  }

  /** Counts a request whose time was over before a connection was free. */
  synchronized void notSent() {
    requests++;
    timeouts++;
    unsent++;
  }

  synchronized long requests() {
    return requests;
  }

  synchronized SortedMap<Integer, Long> byStatus() {
    return new TreeMap<>(byStatus);
  }

  synchronized long timeouts() {
    return timeouts;
  }

  synchronized long unsent() {
    return unsent;
  }

  synchronized long failures() {
    return failures;
  }

  synchronized Optional<String> failure() {
    return Optional.ofNullable(failure);
  }

  synchronized Optional<LoadReport.Times> times() {
    return endToEnd.getTotalCount() == 0
        ? Optional.empty()
        : Optional.of(
            new LoadReport.Times(
                LoadTimes.of(endToEnd), LoadTimes.of(fromSending), LoadTimes.of(late)));
  }
}
