package dev.ovkit.bench;

import java.nio.file.Path;
import java.util.Arrays;

/**
 * What else the machine did before and during a measurement.
 *
 * @param loadBefore the load average of the last minute when it began; not a number if not told
 * @param loadAfter the same when it ended, which counts the measurement itself
 * @param stealSecondsBefore processor time that the hypervisor has given to others since the start
 *     of the machine, summed over all processors; not a number if not told
 * @param stealSecondsAfter the same when it ended
 * @param stealPercent the share of all processor time that was stolen meanwhile
 */
public record Disturbance(
    double loadBefore,
    double loadAfter,
    double stealSecondsBefore,
    double stealSecondsAfter,
    double stealPercent) {

  /** The kernel counts in hundredths of a second on x86 (USER_HZ). */
  private static final double TICKS = 100;

  /** The columns user to steal of proc(5); guest time is counted in them already. */
  private static final int COLUMNS = 8;

  public static Disturbance between(Moment before, Moment after) {
    double all = after.all - before.all;
    return new Disturbance(
        before.load,
        after.load,
        before.steal / TICKS,
        after.steal / TICKS,
        all > 0 ? 100 * (after.steal - before.steal) / all : 0);
  }

  /**
   * What the kernel has counted up to now.
   *
   * @param steal ticks
   * @param all ticks
   */
  public record Moment(double load, double steal, double all) {

    public static Moment now() {
      return read(Path.of("/"));
    }

    static Moment read(Path root) {
      double[] ticks =
          Environment.text(root.resolve("proc/stat"))
              .lines()
              .filter(line -> line.startsWith("cpu "))
              .findFirst()
              .map(line -> numbers(line.substring(4)))
              .orElse(new double[0]);
      double[] load = numbers(Environment.text(root.resolve("proc/loadavg")).split("/", 2)[0]);
      return new Moment(
          load.length == 0 ? Double.NaN : load[0],
          ticks.length < COLUMNS ? Double.NaN : ticks[COLUMNS - 1],
          Arrays.stream(ticks).limit(COLUMNS).sum());
    }

    private static double[] numbers(String text) {
      return Arrays.stream(text.strip().split("\\s+"))
          .filter(word -> word.matches("\\d+(\\.\\d+)?"))
          .mapToDouble(Double::parseDouble)
          .toArray();
    }
  }
}
