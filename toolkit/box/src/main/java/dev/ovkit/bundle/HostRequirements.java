package dev.ovkit.bundle;

import java.util.List;

/**
 * What a bundle needs from a machine.
 *
 * @param cpu flags as {@code /proc/cpuinfo} writes them, such as {@code avx2}; sorted
 * @param glibc the lowest version of the C library, such as {@code 2.35}
 */
public record HostRequirements(List<String> cpu, String glibc) {

  /**
   * Checks the form.
   *
   * @throws IllegalArgumentException if a flag or the version is malformed
   */
  public HostRequirements {
    cpu = cpu.stream().sorted().toList();
    for (String flag : cpu) {
      if (!flag.matches("[a-z0-9_]{1,32}")) {
        throw new IllegalArgumentException("CPU flag '%s'".formatted(flag));
      }
    }
    if (!glibc.matches("[0-9]{1,4}\\.[0-9]{1,4}")) {
      throw new IllegalArgumentException(
          "glibc '%s', expected a form such as 2.35".formatted(glibc));
    }
  }
}
