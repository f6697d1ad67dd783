package dev.ovkit.nativelib;

import dev.ovkit.machine.CpuInfo;
import java.util.Optional;

/**
 * What must be true of a machine before the first native library is touched: Linux, x86-64, AVX2.
 */
record Machine(String os, String architecture, CpuInfo cpu) {

  static Machine ofThisJvm() {
    return new Machine(
        System.getProperty("os.name"), System.getProperty("os.arch"), CpuInfo.here());
  }

  /** Returns what is wrong, or nothing. */
  Optional<String> complaint() {
    if (!os.equals("Linux") || !architecture.equals("amd64")) {
      return Optional.of(
          "OpenVINO as ovkit ships it runs on Linux on x86-64; this is %s on %s"
              .formatted(os, architecture));
    }
    if (cpu.isEmpty()) {
      return Optional.of(
          "/proc/cpuinfo cannot be read: mount /proc, which the loader of shared libraries needs too");
    }
    return cpu.flags().contains("avx2")
        ? Optional.empty()
        : Optional.of(
            "this CPU (%s) has no AVX2, which ovkit needs: Intel Core of 2013 (Haswell) or newer, AMD Zen or newer"
                .formatted(cpu.model().orElse("model unknown")));
  }
}
