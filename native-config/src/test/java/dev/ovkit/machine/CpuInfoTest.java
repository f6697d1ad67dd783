package dev.ovkit.machine;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** The one reading of {@code /proc/cpuinfo}. */
class CpuInfoTest {

  @Test
  void theFirstProcessorIsRead() {
    CpuInfo info =
        CpuInfo.parse(
            "processor\t: 0\nmodel\t\t: 142\nmodel name\t: A\nflags\t\t: fma avx2\nvmx flags\t: vnmi\n"
                + "processor\t: 1\nmodel name\t: B\nflags\t\t: sse\n");
    assertThat(info.model()).hasValue("A");
    assertThat(info.flags()).containsExactly("avx2", "fma");
    assertThat(info.isEmpty()).isFalse();
  }

  @Test
  void aTextWithNeitherIsEmpty() {
    assertThat(CpuInfo.parse("").isEmpty()).isTrue();
    assertThat(CpuInfo.parse("vmx flags\t: vnmi\n").flags()).isEmpty();
  }
}
