package dev.ovkit.quantize;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.OptionalDouble;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LayerTest {

  /** Names that the CPU plugin gave on AVX2, AVX-512 and AMX. */
  @ParameterizedTest
  @CsvSource({
    "jit_avx2_I8, true",
    "brgconv_avx512_dw_I8, true",
    "brgconv_avx512_amx_1x1_i8, true",
    "brgconv_avx512_1x1_f32, false",
    "jit_avx512_amx_1x1_bf16, false",
    "'', false",
  })
  void aKernelOfSignedBytesRunsIn8BitToo(String kernel, boolean eightBit) {
    Layer layer =
        new Layer(
            "Conv_4", Layer.Kind.DENSE, Layer.Treatment.I8, 0, kernel, OptionalDouble.empty());
    assertThat(layer.runsEightBit()).isEqualTo(eightBit);
  }
}
