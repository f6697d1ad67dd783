package dev.ovkit.machine;

import java.nio.file.Path;
import java.util.stream.Collectors;

/**
 * The operating system, as far as it decides how fast something runs.
 *
 * @param name name and version of the operating system and its kernel
 * @param governor how the kernel chooses the clock rate of a process's processors, as in {@code
 *     performance}; "unknown" where it does not say, as in most virtual machines
 */
public record SystemInfo(String name, String governor) {

  /** Reads what is below a root, {@code /} outside of tests. */
  public static SystemInfo read(Path root, Processors processors) {
    return new SystemInfo(name(root), governor(root, processors));
  }

  private static String name(Path root) {
    String kernel = KernelFiles.text(root.resolve("proc/sys/kernel/osrelease")).strip();
    String name = System.getProperty("os.name") + (kernel.isEmpty() ? "" : " " + kernel);
    return KernelFiles.text(root.resolve("etc/os-release"))
        .lines()
        .filter(line -> line.startsWith("PRETTY_NAME="))
        .map(line -> line.substring(12).replace("\"", "") + ", " + name)
        .findFirst()
        .orElse(name);
  }

  private static String governor(Path root, Processors processors) {
    String governors =
        processors.allowed().stream()
            .map("sys/devices/system/cpu/cpu%d/cpufreq/scaling_governor"::formatted)
            .map(file -> KernelFiles.text(root.resolve(file)).strip())
            .filter(name -> !name.isEmpty())
            .distinct()
            .collect(Collectors.joining(", "));
    return governors.isEmpty() ? "unknown" : governors;
  }
}
