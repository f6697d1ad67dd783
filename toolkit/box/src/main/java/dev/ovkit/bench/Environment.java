package dev.ovkit.bench;

import dev.ovkit.machine.Cpu;
import dev.ovkit.machine.Processors;
import dev.ovkit.runtime.Core;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;

/**
 * The machine and the software that times were measured on, as far as they matter.
 *
 * @param cpu its name
 * @param flags the instruction sets that OpenVINO's CPU plugin chooses its kernels by, sorted
 * @param processors what this process may use
 * @param governor how the kernel chooses the clock rate, as in {@code performance}; "not told"
 *     where it does not say, as in most virtual machines
 * @param system name and version of the operating system and its kernel
 * @param openvino its version
 * @param java version and name of the virtual machine
 */
public record Environment(
    String cpu,
    List<String> flags,
    Processors processors,
    String governor,
    String system,
    String openvino,
    String java) {

  public Environment {
    flags = List.copyOf(flags);
  }

  /** Reads what is here. */
  public static Environment here() {
    return read(Path.of("/"));
  }

  /** Reads the same below another root, as a test does. */
  public static Environment read(Path root) {
    Cpu cpu = Cpu.read(root);
    Processors processors = Processors.read(root);
    return new Environment(
        cpu.name(),
        cpu.flags(),
        processors,
        governor(root, processors),
        system(root),
        Core.version(),
        Runtime.version() + ", " + System.getProperty("java.vm.name"));
  }

  private static String governor(Path root, Processors processors) {
    String governors =
        processors.allowed().stream()
            .map("sys/devices/system/cpu/cpu%d/cpufreq/scaling_governor"::formatted)
            .map(file -> text(root.resolve(file)).strip())
            .filter(name -> !name.isEmpty())
            .distinct()
            .collect(Collectors.joining(", "));
    return governors.isEmpty() ? "not told" : governors;
  }

  private static String system(Path root) {
    String kernel = text(root.resolve("proc/sys/kernel/osrelease")).strip();
    String name = System.getProperty("os.name") + (kernel.isEmpty() ? "" : " " + kernel);
    return text(root.resolve("etc/os-release"))
        .lines()
        .filter(line -> line.startsWith("PRETTY_NAME="))
        .map(line -> line.substring(12).replace("\"", "") + ", " + name)
        .findFirst()
        .orElse(name);
  }

  static String text(Path file) {
    try {
      return Files.readString(file, StandardCharsets.ISO_8859_1);
    } catch (IOException e) {
      return "";
    }
  }
}
