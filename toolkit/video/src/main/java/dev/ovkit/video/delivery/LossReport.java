package dev.ovkit.video.delivery;

import java.time.Duration;
import java.util.function.Consumer;
import java.util.function.LongSupplier;

/** Counts what is lost, and says it: the first loss at once, later ones once a minute together. */
public final class LossReport {

  private static final long MINUTE_NANOS = Duration.ofMinutes(1).toNanos();

  private final String subject;
  private final Consumer<String> reports;
  private final LongSupplier nanos;
  private String reason = "";
  private long total;
  private long unsaid;
  private long saidNanos;
  private boolean said;

  /**
   * Begins at none.
   *
   * @param subject what is lost, such as "events dropped"
   * @param reports takes a line
   */
  public LossReport(String subject, Consumer<String> reports) {
    this(subject, reports, System::nanoTime);
  }

  LossReport(String subject, Consumer<String> reports, LongSupplier nanos) {
    this.subject = subject;
    this.reports = reports;
    this.nanos = nanos;
  }

  /** Something more was lost. */
  public synchronized void add(long count, String why) {
    if (count > 0) {
      total += count;
      unsaid += count;
      reason = why;
      sayIfDue();
    }
  }

  /** Says what a minute has gathered. */
  public synchronized void sayIfDue() {
    if (!said || nanos.getAsLong() - saidNanos >= MINUTE_NANOS) {
      say();
    }
  }

  /** Says what has not been said yet. */
  public synchronized void say() {
    if (unsaid > 0) {
      reports.accept("%s: %d (%s)".formatted(subject, unsaid, reason));
      unsaid = 0;
      said = true;
      saidNanos = nanos.getAsLong();
    }
  }

  /** Returns how many were lost so far. */
  public synchronized long total() {
    return total;
  }
}
