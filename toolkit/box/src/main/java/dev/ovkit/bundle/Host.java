package dev.ovkit.bundle;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What this machine offers of what a bundle may need, found out without native code.
 *
 * @param cpuFlags as {@code /proc/cpuinfo} writes them; empty where it cannot be read
 * @param glibc version of the C library that this JVM runs on; empty where it cannot be told
 */
record Host(Set<String> cpuFlags, String glibc) {

  private static final Pattern MAPPED =
      Pattern.compile("(?m)^\\S+ .* (/\\S*/libc[.-][^/]*so\\S*)$");

  /** The words that {@code libc.so.6} prints when it is run. */
  private static final Pattern BANNER = Pattern.compile("release version (\\d+\\.\\d+)");

  static Host here() {
    return new Host(flags(text(Path.of("/proc/cpuinfo"))), glibc(text(Path.of("/proc/self/maps"))));
  }

  static Set<String> flags(String cpuinfo) {
    return cpuinfo
        .lines()
        .filter(line -> line.matches("flags\\s*:.*"))
        .findFirst()
        .map(line -> line.substring(line.indexOf(':') + 1).strip().split("\\s+"))
        .<Set<String>>map(flags -> new TreeSet<>(Arrays.asList(flags)))
        .orElse(Set.of());
  }

  private static String glibc(String maps) {
    Matcher mapped = MAPPED.matcher(maps);
    if (!mapped.find()) {
      return "";
    }
    Matcher banner = BANNER.matcher(text(Path.of(mapped.group(1))));
    return banner.find() ? banner.group(1) : "";
  }

  private static String text(Path file) {
    try {
      return Files.readString(file, StandardCharsets.ISO_8859_1);
    } catch (IOException e) {
      return "";
    }
  }

  /** Returns which CPU flags are missing, or nothing. */
  Optional<String> cpuComplaint(HostRequirements requirements) {
    if (cpuFlags.isEmpty()) {
      return Optional.of("/proc/cpuinfo cannot be read, so the CPU is unknown; mount /proc");
    }
    Set<String> missing = new TreeSet<>(requirements.cpu());
    missing.removeAll(cpuFlags);
    return missing.isEmpty()
        ? Optional.empty()
        : Optional.of(
            "this CPU lacks %s, which the bundle needs; take another machine"
                .formatted(String.join(", ", missing)));
  }

  /** Returns how the C library is too old, or nothing. */
  Optional<String> glibcComplaint(HostRequirements requirements) {
    if (glibc.isEmpty()) {
      return Optional.of(
          "the version of the C library cannot be told; the bundle needs glibc %s or newer"
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
