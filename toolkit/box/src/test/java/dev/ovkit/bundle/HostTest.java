package dev.ovkit.bundle;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** What a bundle asks of a machine. */
class HostTest {

  private static final HostRequirements NEEDS =
      new HostRequirements(List.of("avx2", "fma"), "2.35");

  @Test
  void thisMachineTellsItsFlagsAndItsLibraryAsItself() throws Exception {
    Host here = Host.here();
    assertThat(here.cpuFlags()).contains("avx2", "fma");
    Process getconf = new ProcessBuilder("getconf", "GNU_LIBC_VERSION").start();
    assertThat(new String(getconf.getInputStream().readAllBytes(), UTF_8).strip())
        .isEqualTo("glibc " + here.glibc());
    assertThat(here.cpuComplaint(NEEDS)).isEmpty();
    assertThat(here.glibcComplaint(NEEDS)).isEmpty();
  }

  @Test
  void aCpuWithoutAFlagIsNamedWithIt() {
    Host old = new Host(Set.of("fpu", "sse4_2", "avx", "fma"), "2.36");
    assertThat(old.cpuComplaint(NEEDS))
        .contains("this CPU lacks avx2, which the bundle needs; use another machine");
    assertThat(new Host(Set.of(), "2.36").cpuComplaint(NEEDS)).isPresent();
  }

  @Test
  void versionsOfTheLibraryAreNumbersNotTexts() {
    assertThat(new Host(Set.of(), "2.9").glibcComplaint(NEEDS))
        .contains(
            "this system has glibc 2.9, the bundle needs 2.35 or newer (Ubuntu 22.04, Debian 12)");
    assertThat(new Host(Set.of(), "2.35").glibcComplaint(NEEDS)).isEmpty();
    assertThat(new Host(Set.of(), "2.100").glibcComplaint(NEEDS)).isEmpty();
    assertThat(new Host(Set.of(), "3.0").glibcComplaint(NEEDS)).isEmpty();
    assertThat(new Host(Set.of(), "").glibcComplaint(NEEDS)).isPresent();
  }
}
