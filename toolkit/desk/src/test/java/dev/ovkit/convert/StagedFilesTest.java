package dev.ovkit.convert;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StagedFilesTest {

  @TempDir private Path temp;

  @Test
  void whatAKilledProcessLeftIsSweptAfterADayAndNothingElse() throws IOException {
    Path killed = folder(".ovkit-123", Duration.ofDays(2));
    Path running = folder(".ovkit-456", Duration.ofHours(2));
    Path others = folder(".ovkit-mine", Duration.ofDays(2));
    try (StagedFiles staging = StagedFiles.in(temp)) {
      assertThat(killed).doesNotExist();
      assertThat(running).isDirectory();
      assertThat(others).isDirectory();
      assertThat(staging.folder()).isDirectory();
    }
  }

  private Path folder(String name, Duration age) throws IOException {
    Path folder = Files.createDirectory(temp.resolve(name));
    Files.createFile(folder.resolve("half.bin"));
    return Files.setLastModifiedTime(folder, FileTime.from(Instant.now().minus(age)));
  }
}
