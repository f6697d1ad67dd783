package dev.ovkit.bundle;

import dev.ovkit.OptionException;
import java.time.Duration;

/**
 * How bundles are installed.
 *
 * @param allowUnsigned whether a bundle without a signature is accepted
 * @param keep how many older releases stay, to go back to
 * @param selfTestLimit after which a self-test counts as failed
 */
public record InstallOptions(boolean allowUnsigned, int keep, Duration selfTestLimit) {

  private static final int DEFAULT_KEEP = 2;
  private static final int MOST_KEEP = 1000;

  /** Checks the numbers. */
  public InstallOptions {
    if (keep < 0 || keep > MOST_KEEP) {
      throw new OptionException(
          "older releases to keep: %d, expected 0 to %d".formatted(keep, MOST_KEEP));
    }
    if (selfTestLimit.isNegative() || selfTestLimit.isZero()) {
      throw new OptionException("time limit of the self-test: expected more than 0");
    }
  }

  /** Signed bundles only; two older releases stay. */
  public static InstallOptions defaults() {
    return new InstallOptions(false, DEFAULT_KEEP, SelfTestProcess.DEFAULT_LIMIT);
  }

  public InstallOptions withAllowUnsigned(boolean allowed) {
    return new InstallOptions(allowed, keep, selfTestLimit);
  }

  public InstallOptions withKeep(int releases) {
    return new InstallOptions(allowUnsigned, releases, selfTestLimit);
  }

  public InstallOptions withSelfTestLimit(Duration limit) {
    return new InstallOptions(allowUnsigned, keep, limit);
  }
}
