package dev.ovkit.nativelib;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;

/**
 * What must be true of a machine before the first native library is touched: Linux, x86-64, AVX2.
 *
 * @param cpuinfo the text of {@code /proc/cpuinfo}, empty where it cannot be read
 */
record Machine(String os, String architecture, String cpuinfo) {

  static Machine ofThisJvm() {
    String cpuinfo;
    try {
      cpuinfo = Files.readString(Path.of("/proc/cpuinfo"), StandardCharsets.ISO_8859_1);
    } catch (IOException e) {
      cpuinfo = "";
    }
    return new Machine(System.getProperty("os.name"), System.getProperty("os.arch"), cpuinfo);
  }

  /** Returns what is wrong, or nothing. */
  Optional<String> complaint() {
    if (!os.equals("Linux") || !architecture.equals("amd64")) {
      return Optional.of(
          "OpenVINO as ovkit ships it runs on Linux on x86-64; this is %s on %s"
              .formatted(os, architecture));
    }
    if (cpuinfo.isEmpty()) {
      return Optional.of(
          "/proc/cpuinfo cannot be read: mount /proc, which the loader of shared libraries needs too");
    }
    boolean avx2 =
        cpuinfo
            .lines()
            .filter(line -> line.startsWith("flags"))
            .anyMatch(line -> Arrays.asList(line.split("\\s+")).contains("avx2"));
    return avx2
        ? Optional.empty()
        : Optional.of(
            "this CPU (%s) has no AVX2, which ovkit needs: Intel Core of 2013 (Haswell) or newer, AMD Zen or newer"
                .formatted(model()));
  }

  private String model() {
    return cpuinfo
        .lines()
        .filter(line -> line.startsWith("model name"))
        .map(line -> line.substring(line.indexOf(':') + 1).strip())
        .findFirst()
        .orElse("model unknown");
  }
}
