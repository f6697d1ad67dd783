package dev.ovkit.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.ovkit.machine.MachineLoad;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is told of a machine, read from files as the kernel writes them. */
class EnvironmentTest {

  @TempDir private Path root;

  @Test
  void theMachineIsNamedWithTheFlagsThatMatter() throws IOException {
    write(
        "proc/cpuinfo",
        """
        processor\t: 0
        model\t\t: 142
        model name\t: Intel(R) Core(TM) i5-10210U CPU @ 1.60GHz
        flags\t\t: fpu sse sse4_2 fma avx avx2 avx512f avx512_vnni avx512_bf16 amx_bf16 avx_vnni
        """);
    write("proc/self/status", "Cpus_allowed_list:\t1-2\n");
    write("proc/sys/kernel/osrelease", "6.1.0-9-amd64\n");
    write("etc/os-release", "NAME=x\nPRETTY_NAME=\"Debian GNU/Linux 12\"\n");
    write("sys/devices/system/cpu/cpu0/cpufreq/scaling_governor", "performance\n");
    write("sys/devices/system/cpu/cpu1/cpufreq/scaling_governor", "powersave\n");
    write("sys/devices/system/cpu/cpu2/cpufreq/scaling_governor", "powersave\n");
    Environment read = Environment.read(root);
    assertThat(read.cpu()).isEqualTo("Intel(R) Core(TM) i5-10210U CPU @ 1.60GHz");
    assertThat(read.flags())
        .containsExactly(
            "amx_bf16", "avx2", "avx512_bf16", "avx512_vnni", "avx512f", "avx_vnni", "fma");
    assertThat(read.processors()).isEqualTo(2);
    assertThat(read.performanceProcessors()).isEqualTo(2);
    assertThat(read.quota()).isEmpty();
    assertThat(read.governor()).isEqualTo("powersave");
    assertThat(read.system()).isEqualTo("Debian GNU/Linux 12, Linux 6.1.0-9-amd64");
    assertThat(read.openvino()).isEqualTo("2026.4.1");
  }

  @Test
  void aMachineThatTellsNothingIsNoFailure() {
    Environment read = Environment.read(root);
    assertThat(read.cpu()).isEqualTo("unknown");
    assertThat(read.flags()).isEmpty();
    assertThat(read.governor()).isEqualTo("unknown");
  }

  @Test
  void stolenTimeIsAShareOfAllTimeBetween() throws IOException {
    write("proc/stat", "cpu  1000 0 100 5000 0 0 0 50 700 0\ncpu0 1 2 3\n");
    write("proc/loadavg", "0.52 0.58 0.59 1/457 12345\n");
    MachineLoad before = MachineLoad.read(root);
    write("proc/stat", "cpu  1100 0 150 5040 0 0 0 60 900 0\n");
    write("proc/loadavg", "1.75 0.60 0.60 1/457 12345\n");
    Disturbance between = Disturbance.between(before, MachineLoad.read(root));
    assertThat(between.loadBefore()).isEqualTo(0.52);
    assertThat(between.loadAfter()).isEqualTo(1.75);
    assertThat(between.stealSecondsBefore()).isEqualTo(0.5);
    assertThat(between.stealSecondsAfter()).isEqualTo(0.6);
    // 10 of 100 + 50 + 40 + 10 ticks; guest time is not counted twice
    assertThat(between.stealPercent()).isCloseTo(5, within(1e-9));
  }

  private void write(String file, String text) throws IOException {
    Path path = root.resolve(file);
    Files.createDirectories(path.getParent());
    Files.writeString(path, text);
  }
}
