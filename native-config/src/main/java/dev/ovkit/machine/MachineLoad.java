package dev.ovkit.machine;

import java.nio.file.Path;
import java.util.Arrays;

/**
 * How busy the machine has been up to a moment.
 *
 * @param average the load average of the last minute; not a number if unknown
 * @param stolen processor time in seconds that the hypervisor has given to others since the start
 *     of the machine, summed over all processors; not a number if unknown
 * @param all all processor time in seconds, idle or not
 */
public record MachineLoad(double average, double stolen, double all) {

  /** The kernel counts in hundredths of a second on x86 (USER_HZ). */
  private static final double TICKS = 100;

  /** The columns user to steal of proc(5); guest time is counted in them already. */
  private static final int COLUMNS = 8;

  /** Reads what the kernel has counted up to now. */
  public static MachineLoad now() {
    return read(KernelFiles.ROOT);
  }

  /** Reads the same below another root, as a test does. */
  public static MachineLoad read(Path root) {
    double[] ticks =
        KernelFiles.text(root.resolve("proc/stat"))
            .lines()
            .filter(line -> line.startsWith("cpu "))
            .findFirst()
            .map(line -> numbers(line.substring(4)))
            .orElse(new double[0]);
    double[] load = numbers(KernelFiles.text(root.resolve("proc/loadavg")).split("/", 2)[0]);
    return new MachineLoad(
        load.length == 0 ? Double.NaN : load[0],
        ticks.length < COLUMNS ? Double.NaN : ticks[COLUMNS - 1] / TICKS,
        Arrays.stream(ticks).limit(COLUMNS).sum() / TICKS);
  }

  private static double[] numbers(String text) {
    return Arrays.stream(text.strip().split("\\s+"))
        .filter(word -> word.matches("\\d+(\\.\\d+)?"))
        .mapToDouble(Double::parseDouble)
        .toArray();
  }
}
