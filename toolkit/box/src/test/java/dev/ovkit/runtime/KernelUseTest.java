package dev.ovkit.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class KernelUseTest {

  @Test
  void layersAreCountedByHowTheyAreComputedAndWithWhat() {
    List<String> names =
        List.of(
            "jit_avx2_f32",
            "brgconv_avx512_f32",
            "brgconv_avx512_1x1_f32",
            "jit_avx2_dw_f32",
            "brgconv_avx512_1x1_I8",
            "brgconv_avx512_amx_bf16",
            "jit_gemm_f32",
            "unknown_f32",
            "");
    assertThat(KernelUse.count(names).entrySet())
        .containsExactly(
            Map.entry("brgconv_avx512", 3),
            Map.entry("jit_avx2", 2),
            Map.entry("brgconv_avx512_amx", 1));
  }
}
