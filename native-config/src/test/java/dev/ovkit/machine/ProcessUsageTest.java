package dev.ovkit.machine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.FileInputStream;
import java.io.IOException;
import org.junit.jupiter.api.Test;

/** What the kernel says of a process. */
class ProcessUsageTest {

  @Test
  void thisProcessHoldsMemoryThreadsAndFiles() throws IOException {
    ProcessUsage before = ProcessUsage.here();
    assertThat(before.resident()).isGreaterThan(10_000_000);
    assertThat(before.threads()).isGreaterThan(1);
    try (FileInputStream one = new FileInputStream("/dev/null");
        FileInputStream two = new FileInputStream("/dev/null")) {
      assertThat(ProcessUsage.here().descriptors())
          .isGreaterThanOrEqualTo(before.descriptors() + 2);
    }
  }

  @Test
  void aProcessThatHasEndedIsAnError() throws Exception {
    Process ended = new ProcessBuilder("true").start();
    ended.waitFor();
    assertThatThrownBy(() -> ProcessUsage.of(ended.pid())).isInstanceOf(IOException.class);
  }

  @Test
  void theLibrariesOfTheJvmAreMapped() {
    assertThat(MappedFiles.here().paths()).anyMatch(path -> path.contains("libjvm.so"));
  }
}
