package dev.ovkit.bundle;

import dev.ovkit.machine.CpuInfo;
import dev.ovkit.machine.Glibc;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * What this machine has that a bundle may need, found without native code.
 *
 * @param cpuFlags as {@code /proc/cpuinfo} writes them; empty where it cannot be read
 * @param glibc version of the C library that this JVM runs on; empty where it is unknown
 */
record Host(Set<String> cpuFlags, String glibc) {

  static Host here() {
    return new Host(CpuInfo.here().flags(), Glibc.version());
  }

  /** Returns which CPU flags are missing; empty if none is. */
  Optional<String> cpuComplaint(HostRequirements requirements) {
    if (cpuFlags.isEmpty()) {
      return Optional.of("/proc/cpuinfo cannot be read, so the CPU is unknown; mount /proc");
    }
    Set<String> missing = new TreeSet<>(requirements.cpu());
    missing.removeAll(cpuFlags);
    return missing.isEmpty()
        ? Optional.empty()
        : Optional.of(
            "this CPU lacks %s, which the bundle needs; use another machine"
                .formatted(String.join(", ", missing)));
  }

  /** Returns how the C library is too old; empty if it is not. */
  Optional<String> glibcComplaint(HostRequirements requirements) {
    if (glibc.isEmpty()) {
      return Optional.of(
          "the version of the C library is unknown; the bundle needs glibc %s or newer"
              .formatted(requirements.glibc()));
    }
    return compare(glibc, requirements.glibc()) < 0
        ? Optional.of(
            "this system has glibc %s, the bundle needs %s or newer (Ubuntu 22.04, Debian 12)"
                .formatted(glibc, requirements.glibc()))
        : Optional.empty();
  }

  private static int compare(String a, String b) {
    String[] first = a.split("\\.", -1);
    String[] second = b.split("\\.", -1);
    int major = Integer.compare(Integer.parseInt(first[0]), Integer.parseInt(second[0]));
    return major != 0
        ? major
        : Integer.compare(Integer.parseInt(first[1]), Integer.parseInt(second[1]));
  }
}
