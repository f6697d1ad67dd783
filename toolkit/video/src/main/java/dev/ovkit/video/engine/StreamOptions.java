package dev.ovkit.video.engine;

import dev.ovkit.OptionException;
import dev.ovkit.video.decode.ReadOptions;
import java.time.Duration;

/**
 * How the engine runs.
 *
 * @param reading deadlines, transport, decoding threads
 * @param realTime whether films play at their own pace, like cameras: frames that come while the
 *     detector is busy are dropped; otherwise a film waits for it
 * @param firstPause how long a camera that fails is left alone; doubled with each attempt, with up
 *     to a quarter more or less
 * @param longestPause the longest that the pause grows to
 * @param retries attempts to open a camera again before it is given up; negative for no limit
 * @param motionGate whether frames on which nothing has moved are left out
 * @param stillAtMost how long the gate may leave frames out before it lets one through anyway
 */
public record StreamOptions(
    ReadOptions reading,
    boolean realTime,
    Duration firstPause,
    Duration longestPause,
    int retries,
    boolean motionGate,
    Duration stillAtMost) {

  public StreamOptions {
    if (firstPause.isNegative() || longestPause.compareTo(firstPause) < 0) {
      throw new OptionException(
          "pauses between attempts: %d to %d ms, expected a first one that is not longer than the longest"
              .formatted(firstPause.toMillis(), longestPause.toMillis()));
    }
    if (stillAtMost.isNegative()) {
      throw new OptionException("a time cannot be negative: %s".formatted(stillAtMost));
    }
  }

  /** Half a second to half a minute between attempts, without a limit; no motion gate. */
  public static StreamOptions defaults() {
    return new StreamOptions(
        ReadOptions.defaults(),
        false,
        Duration.ofMillis(500),
        Duration.ofSeconds(30),
        -1,
        false,
        Duration.ofSeconds(10));
  }

  public StreamOptions withReading(ReadOptions changed) {
    return new StreamOptions(
        changed, realTime, firstPause, longestPause, retries, motionGate, stillAtMost);
  }

  public StreamOptions withRealTime(boolean wanted) {
    return new StreamOptions(
        reading, wanted, firstPause, longestPause, retries, motionGate, stillAtMost);
  }

  public StreamOptions withPauses(Duration first, Duration longest) {
    return new StreamOptions(reading, realTime, first, longest, retries, motionGate, stillAtMost);
  }

  public StreamOptions withRetries(int most) {
    return new StreamOptions(
        reading, realTime, firstPause, longestPause, most, motionGate, stillAtMost);
  }

  public StreamOptions withMotionGate(boolean wanted) {
    return new StreamOptions(
        reading, realTime, firstPause, longestPause, retries, wanted, stillAtMost);
  }
}
