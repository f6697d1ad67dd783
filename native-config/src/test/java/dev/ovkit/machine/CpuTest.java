package dev.ovkit.machine;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Which instruction sets a CPU has, and which of them OpenVINO uses. */
class CpuTest {

  private static final Cpu LARGE = new Cpu("a server's", List.of("avx2", "avx512f", "fma"));
  private static final Cpu SMALL = new Cpu("a box's", List.of("avx2", "fma"));

  @TempDir private Path root;

  @Test
  void nameAndFlagsAreTheKernels() throws IOException {
    Files.createDirectories(root.resolve("proc"));
    Files.writeString(
        root.resolve("proc/cpuinfo"),
        "processor\t: 0\nmodel name\t: Intel(R) Core(TM) i5-10210U CPU @ 1.60GHz\nflags\t\t: fpu sse2 fma avx2 avx512f\n");
    assertThat(Cpu.read(root))
        .isEqualTo(
            new Cpu(
                "Intel(R) Core(TM) i5-10210U CPU @ 1.60GHz", List.of("avx2", "avx512f", "fma")));
  }

  @Test
  void aMachineThatSaysNothingIsUnknown() {
    assertThat(Cpu.read(root)).isEqualTo(new Cpu("unknown", List.of()));
  }

  @Test
  void avx512IsUsedUnlessOneDnnIsHeldToLess() {
    assertThat(LARGE.usesAvx512(Map.of())).isTrue();
    assertThat(LARGE.usesAvx512(Map.of("ONEDNN_MAX_CPU_ISA", "AVX512_CORE"))).isTrue();
    assertThat(LARGE.usesAvx512(Map.of("ONEDNN_MAX_CPU_ISA", "avx2"))).isFalse();
    assertThat(LARGE.usesAvx512(Map.of("DNNL_MAX_CPU_ISA", "AVX2"))).isFalse();
    assertThat(SMALL.usesAvx512(Map.of())).isFalse();
  }
}
