package dev.ovkit.machine;

import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/**
 * The CPU of this machine.
 *
 * @param name as the kernel has it from the CPU itself; "unknown" where it does not say
 * @param flags the instruction sets that OpenVINO's CPU plugin chooses its kernels by, sorted
 */
public record Cpu(String name, List<String> flags) {

  private static final String FLAG = "avx2|fma|avx512.*|avx_vnni.*|avx_ifma|amx.*";

  /** oneDNN's own switch, and its older name. */
  private static final List<String> CAPS = List.of("ONEDNN_MAX_CPU_ISA", "DNNL_MAX_CPU_ISA");

  /** Its values below AVX-512. */
  private static final Set<String> BELOW_AVX512 =
      Set.of("SSE41", "AVX", "AVX2", "AVX2_VNNI", "AVX2_VNNI_2");

  public Cpu {
    flags = List.copyOf(flags);
  }

  /** Reads what is here. */
  public static Cpu here() {
    return read(KernelFiles.ROOT);
  }

  /** Reads the same below another root, as a test does. */
  public static Cpu read(Path root) {
    CpuInfo info = CpuInfo.read(root);
    return new Cpu(
        info.model().orElse("unknown"),
        info.flags().stream().filter(flag -> flag.matches(FLAG)).toList());
  }

  /**
   * Whether OpenVINO computes with AVX-512 here: the CPU has it, and nothing in the environment
   * holds oneDNN to less, as {@code ONEDNN_MAX_CPU_ISA=AVX2} does.
   *
   * @param environment the process's own, {@link System#getenv()}
   */
  public boolean usesAvx512(Map<String, String> environment) {
    return flags.contains("avx512f")
        && CAPS.stream()
            .map(key -> environment.getOrDefault(key, "").toUpperCase(Locale.ROOT))
            .noneMatch(BELOW_AVX512::contains);
  }
}
