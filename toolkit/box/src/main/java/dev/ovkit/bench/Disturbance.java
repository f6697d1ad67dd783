package dev.ovkit.bench;

import dev.ovkit.machine.MachineLoad;
import java.util.function.Supplier;

/**
 * What else the machine did before and during a measurement.
 *
 * @param loadBefore the load average of the last minute when it began; not a number if unknown
 * @param loadAfter the same when it ended, which counts the measurement itself
 * @param stealSecondsBefore processor time that the hypervisor has given to others since the start
 *     of the machine, summed over all processors; not a number if unknown
 * @param stealSecondsAfter the same when it ended
 * @param stealPercent the share of all processor time that was stolen meanwhile
 */
public record Disturbance(
    double loadBefore,
    double loadAfter,
    double stealSecondsBefore,
    double stealSecondsAfter,
    double stealPercent) {

  /** Starts to watch; the supplier gives what happened until it is asked. */
  public static Supplier<Disturbance> watch() {
    MachineLoad before = MachineLoad.now();
    return () -> between(before, MachineLoad.now());
  }

  static Disturbance between(MachineLoad before, MachineLoad after) {
    double all = after.all() - before.all();
    return new Disturbance(
        before.average(),
        after.average(),
        before.stolen(),
        after.stolen(),
        all > 0 ? 100 * (after.stolen() - before.stolen()) / all : 0);
  }
}
