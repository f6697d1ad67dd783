package dev.ovkit.machine;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalDouble;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What limits a process, read from files as the kernel writes them. */
class ProcessorsTest {

  private static final String VERSION_2 =
      "30 23 0:26 / /sys/fs/cgroup rw,nosuid shared:4 - cgroup2 cgroup2 rw,nsdelegate\n";

  @TempDir private Path root;

  // ---- which processors

  @Test
  void theListOfTheKernelIsReadWithItsRanges() {
    assertThat(Processors.numbers(" 0-3,8,10-11\n")).containsExactly(0, 1, 2, 3, 8, 10, 11);
    assertThat(Processors.numbers("")).isEmpty();
    assertThat(Processors.numbers("0-")).isEmpty();
  }

  @Test
  void aProcessPutOnOneProcessorComputesWithOneThread() throws IOException {
    allow("3");
    Processors read = Processors.read(root);
    assertThat(read.allowed()).containsExactly(3);
    assertThat(read.latencyThreads()).isEqualTo(1);
    assertThat(read.throughputThreads()).isEqualTo(1);
  }

  @Test
  void latencyTakesOneThreadACoreAndThroughputOneAProcessor() throws IOException {
    allow("0-7");
    for (int i = 0; i < 8; i++) {
      siblings(i, "%d,%d".formatted(i % 4, i % 4 + 4));
    }
    Processors read = Processors.read(root);
    assertThat(read.cores()).isEqualTo(4);
    assertThat(read.latencyThreads()).isEqualTo(4);
    assertThat(read.throughputThreads()).isEqualTo(8);
  }

  @Test
  void twoProcessorsOfOneCoreAreOneCore() throws IOException {
    allow("0,4");
    siblings(0, "0,4");
    siblings(4, "0,4");
    assertThat(Processors.read(root).latencyThreads()).isEqualTo(1);
  }

  /** An i5-1240P: four performance cores with two threads each, eight efficiency cores. */
  @Test
  void latencyTakesPerformanceCoresOnly() throws IOException {
    allow("0-15");
    write("sys/devices/cpu_core/cpus", "0-7");
    write("sys/devices/cpu_atom/cpus", "8-15");
    for (int i = 0; i < 8; i++) {
      siblings(i, "%d-%d".formatted(i & ~1, i | 1));
    }
    Processors read = Processors.read(root);
    assertThat(read.performance()).containsExactly(0, 1, 2, 3, 4, 5, 6, 7);
    assertThat(read.latencyThreads()).isEqualTo(4);
    assertThat(read.throughputThreads()).isEqualTo(16);
  }

  @Test
  void aProcessOnEfficiencyCoresAloneUsesThem() throws IOException {
    allow("8-11");
    write("sys/devices/cpu_core/cpus", "0-7");
    assertThat(Processors.read(root).latencyThreads()).isEqualTo(4);
  }

  @Test
  void withoutProcItIsWhatTheJvmSays() {
    assertThat(Processors.read(root).allowed()).hasSize(Runtime.getRuntime().availableProcessors());
    assertThat(Processors.read(root).quota()).isEmpty();
  }

  // ---- how much of their time

  @ParameterizedTest
  @CsvSource({"max 100000,", "150000 100000, 1.5", "50000 100000, 0.5", "400000 100000, 4"})
  void theQuotaOfVersion2IsReadFromTheGroupAtItsMount(String cpuMax, Double expected)
      throws IOException {
    allow("0-3");
    write("proc/self/cgroup", "0::/\n");
    write("proc/self/mountinfo", VERSION_2);
    write("sys/fs/cgroup/cpu.max", cpuMax + "\n");
    assertThat(Processors.read(root).quota()).isEqualTo(optional(expected));
  }

  @Test
  void theTightestGroupOnTheWayUpCounts() throws IOException {
    allow("0-7");
    write("proc/self/cgroup", "0::/user.slice/app.service/worker\n");
    write("proc/self/mountinfo", VERSION_2);
    write("sys/fs/cgroup/user.slice/cpu.max", "600000 100000\n");
    write("sys/fs/cgroup/user.slice/app.service/cpu.max", "250000 100000\n");
    write("sys/fs/cgroup/user.slice/app.service/worker/cpu.max", "max 100000\n");
    Processors read = Processors.read(root);
    assertThat(read.quota()).hasValue(2.5);
    assertThat(read.throughputThreads()).isEqualTo(2);
    assertThat(read.latencyThreads()).isEqualTo(2);
  }

  @Test
  void theQuotaOfVersion1IsReadInAContainer() throws IOException {
    allow("0-7");
    write("proc/self/cgroup", "5:memory:/docker/ab12\n4:cpu,cpuacct:/docker/ab12\n0::/\n");
    write(
        "proc/self/mountinfo",
        "40 39 0:33 /docker/ab12 /sys/fs/cgroup/cpu,cpuacct ro - cgroup cgroup rw,cpu,cpuacct\n"
            + "41 39 0:34 /docker/ab12 /sys/fs/cgroup/memory ro - cgroup cgroup rw,memory\n");
    write("sys/fs/cgroup/cpu,cpuacct/cpu.cfs_quota_us", "350000\n");
    write("sys/fs/cgroup/cpu,cpuacct/cpu.cfs_period_us", "100000\n");
    assertThat(Processors.read(root).quota()).hasValue(3.5);
    assertThat(Processors.read(root).throughputThreads()).isEqualTo(3);
  }

  @Test
  void noQuotaOfVersion1IsMinusOne() throws IOException {
    write("proc/self/cgroup", "1:cpu:/\n");
    write("proc/self/mountinfo", "40 39 0:33 / /sys/fs/cgroup/cpu rw - cgroup cgroup rw,cpu\n");
    write("sys/fs/cgroup/cpu/cpu.cfs_quota_us", "-1\n");
    write("sys/fs/cgroup/cpu/cpu.cfs_period_us", "100000\n");
    assertThat(Processors.read(root).quota()).isEmpty();
  }

  @Test
  void aGroupOutsideOfTheMountIsReadAtTheMount() throws IOException {
    write("proc/self/cgroup", "0::/../../other\n");
    write("proc/self/mountinfo", VERSION_2);
    write("sys/fs/cgroup/cpu.max", "100000 100000\n");
    assertThat(Processors.read(root).quota()).hasValue(1);
  }

  @Test
  void aMountOfAGroupOfALikeNameIsAnother() throws IOException {
    write("proc/self/cgroup", "0::/box-2\n");
    write("proc/self/mountinfo", "30 23 0:26 /box /sys/fs/cgroup rw - cgroup2 cgroup2 rw\n");
    write("sys/fs/cgroup/cpu.max", "200000 100000\n");
    write("sys/fs/cgroup-2/cpu.max", "10000 100000\n");
    assertThat(Processors.read(root).quota()).hasValue(2);
  }

  @ParameterizedTest
  @CsvSource({"0 100000", "100000 0", "a b", "''", "100000"})
  void aQuotaThatIsNoneIsNoLimit(String cpuMax) throws IOException {
    write("proc/self/cgroup", "0::/\n");
    write("proc/self/mountinfo", VERSION_2);
    write("sys/fs/cgroup/cpu.max", cpuMax);
    assertThat(Processors.read(root).quota()).isEmpty();
  }

  @Test
  void halfAProcessorIsOneThread() {
    Processors half = new Processors(List.of(0, 1), List.of(0, 1), 2, OptionalDouble.of(0.5));
    assertThat(half.latencyThreads()).isEqualTo(1);
    assertThat(half.throughputThreads()).isEqualTo(1);
  }

  private static OptionalDouble optional(Double value) {
    return value == null ? OptionalDouble.empty() : OptionalDouble.of(value);
  }

  private void allow(String list) throws IOException {
    write(
        "proc/self/status",
        "Name:\tjava\nCpus_allowed:\tff\nCpus_allowed_list:\t" + list + "\nThreads:\t9\n");
  }

  private void siblings(int processor, String list) throws IOException {
    write(
        "sys/devices/system/cpu/cpu%d/topology/thread_siblings_list".formatted(processor),
        list + "\n");
  }

  private void write(String file, String text) throws IOException {
    Path path = root.resolve(file);
    Files.createDirectories(path.getParent());
    Files.writeString(path, text);
  }
}
