package dev.ovkit.bench;

import dev.ovkit.machine.Cpu;
import dev.ovkit.machine.Processors;
import dev.ovkit.machine.SystemInfo;
import dev.ovkit.runtime.Core;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalDouble;

/**
 * The machine and the software that times were measured on, as far as they matter.
 *
 * @param cpu its name
 * @param flags the instruction sets that OpenVINO's CPU plugin chooses its kernels by, sorted
 * @param processors the number of processors that this process may use
 * @param performanceProcessors how many of them belong to performance cores
 * @param cores the physical cores that the performance processors belong to
 * @param quota processors' worth of time that this process may use, as in 1.5; empty for no limit
 * @param governor how the kernel chooses the clock rate, as in {@code performance}; "unknown" where
 *     it does not say, as in most virtual machines
 * @param system name and version of the operating system and its kernel
 * @param openvino its version
 * @param java version and name of the virtual machine
 */
public record Environment(
    String cpu,
    List<String> flags,
    int processors,
    int performanceProcessors,
    int cores,
    OptionalDouble quota,
    String governor,
    String system,
    String openvino,
    String java) {

  public Environment {
    flags = List.copyOf(flags);
  }

  /** Reads those of this machine. */
  public static Environment here() {
    return read(Path.of("/"));
  }

  /** Reads those of this machine, for a measurement in which OpenVINO has no part here. */
  public static Environment withoutOpenVino() {
    return read(Path.of("/"), "not used");
  }

  /** Reads the same below another root, as a test does. */
  public static Environment read(Path root) {
    return read(root, Core.version());
  }

  private static Environment read(Path root, String openvino) {
    Cpu cpu = Cpu.read(root);
    Processors processors = Processors.read(root);
    SystemInfo system = SystemInfo.read(root, processors);
    return new Environment(
        cpu.name(),
        cpu.flags(),
        processors.allowed().size(),
        processors.performance().size(),
        processors.cores(),
        processors.quota(),
        system.governor(),
        system.name(),
        openvino,
        Runtime.version() + ", " + System.getProperty("java.vm.name"));
  }
}
