package dev.ovkit.nativelib;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ovkit.machine.CpuInfo;
import org.junit.jupiter.api.Test;

class MachineTest {

  private static final String HASWELL =
      "processor\t: 0\nmodel name\t: Intel(R) Core(TM) i5-4200U\nflags\t\t: fpu sse2 avx avx2 bmi1\n";

  @Test
  void aCpuWithAvx2IsAccepted() {
    assertThat(new Machine("Linux", "amd64", CpuInfo.parse(HASWELL)).complaint()).isEmpty();
  }

  @Test
  void aCpuWithoutAvx2IsNamedInTheComplaint() {
    String ivyBridge = HASWELL.replace(" avx2", "").replace("4200U", "3317U");

    assertThat(new Machine("Linux", "amd64", CpuInfo.parse(ivyBridge)).complaint())
        .hasValue(
            "this CPU (Intel(R) Core(TM) i5-3317U) has no AVX2, which ovkit needs: Intel Core of"
                + " 2013 (Haswell) or newer, AMD Zen or newer");
  }

  @Test
  void avx2MustBeAFlagOfItsOwn() {
    String others = HASWELL.replace(" avx2", " xavx2 avx2x");

    assertThat(new Machine("Linux", "amd64", CpuInfo.parse(others)).complaint()).isPresent();
  }

  @Test
  void anotherPlatformIsSaid() {
    assertThat(new Machine("Linux", "aarch64", CpuInfo.parse("")).complaint())
        .hasValue("OpenVINO as ovkit ships it runs on Linux on x86-64; this is Linux on aarch64");
  }

  @Test
  void aSystemWithoutProcIsSaid() {
    assertThat(new Machine("Linux", "amd64", CpuInfo.parse("")).complaint().orElseThrow())
        .startsWith("/proc/cpuinfo cannot be read: mount /proc");
  }
}
