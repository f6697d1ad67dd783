package dev.ovkit.internal.files;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StagedFilesTest {

  @TempDir private Path temp;

  @Test
  void whatAKilledProcessLeftIsSwept() throws IOException {
    Path killed = folder(".ovkit-12", Duration.ofMinutes(1));
    Files.createFile(killed.resolve(".lock"));
    age(killed, Duration.ofMinutes(1));
    Path others = folder(".ovkit-mine", Duration.ofDays(2));
    try (StagedFiles staging = StagedFiles.in(temp)) {
      assertThat(killed).doesNotExist();
      assertThat(others).isDirectory();
      assertThat(staging.folder()).isDirectory();
    }
  }

  @Test
  void whatAnotherProcessWorksInIsNotSwept() throws IOException {
    Path running = folder(".ovkit-34", Duration.ZERO);
    try (FileChannel lock =
        FileChannel.open(
            running.resolve(".lock"), StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
      assertThat(lock.tryLock()).isNotNull();
      age(running, Duration.ofMinutes(1));
      StagedFiles.in(temp).close();
      assertThat(running).isDirectory();
    }
  }

  @Test
  void whatHasNoLockIsSweptAfterADay() throws IOException {
    Path killed = folder(".ovkit-123", Duration.ofDays(2));
    Path running = folder(".ovkit-456", Duration.ofHours(2));
    Path picture = Files.createFile(temp.resolve(".ovkit-789.tmp"));
    age(picture, Duration.ofDays(2));
    StagedFiles.in(temp).close();
    assertThat(killed).doesNotExist();
    assertThat(picture).doesNotExist();
    assertThat(running).isDirectory();
  }

  @Test
  void foldersThatNothingCameIntoGoAgain() throws IOException {
    Path deep = temp.resolve("a/b/c");
    StagedFiles.in(deep).close();
    assertThat(temp).isEmptyDirectory();
    try (StagedFiles staging = StagedFiles.in(deep)) {
      StagedFiles.move(Files.createFile(staging.resolve("x")), deep.resolve("x"));
    }
    assertThat(deep.resolve("x")).exists();
    StagedFiles.in(temp.resolve("a/b/d/e")).close();
    assertThat(temp.resolve("a/b")).isDirectory();
    assertThat(temp.resolve("a/b/d")).doesNotExist();
  }

  @Test
  void foldersForResultsGoWithAFailureAndStayWithADoneWork() throws IOException {
    Temporary.directories(temp.resolve("failed/pictures"));
    Temporary.settle(false);
    assertThat(temp).isEmptyDirectory();
    Temporary.directories(temp.resolve("done/pictures"));
    Temporary.settle(true);
    Temporary.settle(false);
    assertThat(temp.resolve("done/pictures")).isDirectory();
  }

  private Path folder(String name, Duration age) throws IOException {
    Path folder = Files.createDirectory(temp.resolve(name));
    Files.createFile(folder.resolve("half.bin"));
    return age(folder, age);
  }

  private static Path age(Path path, Duration age) throws IOException {
    return Files.setLastModifiedTime(path, FileTime.from(Instant.now().minus(age)));
  }
}
