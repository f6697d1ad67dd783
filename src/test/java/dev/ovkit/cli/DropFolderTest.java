package dev.ovkit.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ovkit.bundle.DropFolder;
import dev.ovkit.bundle.InstallOptions;
import dev.ovkit.bundle.Installer;
import dev.ovkit.bundle.SigningKey;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Bundles that are dropped into a folder, whole and half, by friends and strangers. */
@Tag("integration")
class DropFolderTest {

  private static final Duration SETTLE = Duration.ofSeconds(3);

  @TempDir private Path temp;
  private final SigningKey key = SigningKey.generate();
  private final AtomicLong clock = new AtomicLong();
  private Path root;
  private Path drop;
  private DropFolder folder;

  @BeforeEach
  void trustTheKey() throws IOException {
    root = temp.resolve("root");
    drop = Files.createDirectory(temp.resolve("drop"));
    TestBundle.trust(root, key);
    folder =
        new DropFolder(drop, new Installer(root, InstallOptions.defaults()), SETTLE, clock::get);
  }

  private void pass(Duration time) {
    clock.addAndGet(time.toNanos());
  }

  @Test
  void aHalfCopiedBundleIsWaitedForThenInstalledAndRemoved() throws IOException {
    byte[] whole = Files.readAllBytes(new TestBundle(key).archive(temp.resolve("a.tar.xz")));
    Path dropped = drop.resolve("a.tar.xz");
    Files.write(dropped, Arrays.copyOf(whole, whole.length / 2));
    assertThat(folder.poll()).isEmpty();
    pass(SETTLE);
    assertThat(folder.poll()).isEmpty(); // tried, found to be short, and left alone
    assertThat(dropped).exists();
    Files.write(dropped, whole);
    assertThat(folder.poll()).isEmpty();
    pass(SETTLE);
    assertThat(folder.poll()).singleElement().isInstanceOf(DropFolder.Outcome.Done.class);
    assertThat(TestBundle.current(root)).startsWith("parts-1.0.0-");
    assertThat(drop).isEmptyDirectory();
  }

  @Test
  void oneThatStaysHalfIsSetAsideWithTheReason() throws IOException {
    byte[] whole = Files.readAllBytes(new TestBundle(key).archive(temp.resolve("a.tar.xz")));
    Files.write(drop.resolve("a.tar.xz"), Arrays.copyOf(whole, whole.length / 2));
    assertThat(folder.poll()).isEmpty();
    pass(SETTLE.multipliedBy(100));
    assertThat(folder.poll()).singleElement().isInstanceOf(DropFolder.Outcome.Refused.class);
    assertThat(Files.readString(drop.resolve("refused/a.tar.xz.reason.txt")))
        .isEqualTo(
            "bundle '%s': it is cut short; copy it again\n".formatted(drop.resolve("a.tar.xz")));
    assertThat(drop.resolve("refused/a.tar.xz")).exists();
    assertThat(folder.poll()).isEmpty();
  }

  @Test
  void aStrangersIsRefusedAndTheNextOneIsTaken() throws IOException {
    new TestBundle(SigningKey.generate()).version("9.0.0").archive(temp.resolve("bad.tar.xz"));
    new TestBundle(key).version("2.0.0").archive(temp.resolve("good.tar.xz"));
    Files.move(temp.resolve("bad.tar.xz"), drop.resolve("bad.tar.xz"));
    Files.move(temp.resolve("good.tar.xz"), drop.resolve("good.tar.xz"));
    Files.writeString(drop.resolve("notes.txt"), "not ours");
    Files.writeString(drop.resolve(".hidden.tar.xz"), "not yet ours");
    assertThat(folder.poll()).isEmpty();
    pass(SETTLE);
    List<DropFolder.Outcome> outcomes = folder.poll();
    assertThat(outcomes).hasSize(2);
    assertThat(outcomes)
        .filteredOn(DropFolder.Outcome.Refused.class::isInstance)
        .singleElement()
        .satisfies(
            o -> assertThat(((DropFolder.Outcome.Refused) o).reason()).contains("does not trust"));
    assertThat(TestBundle.current(root)).startsWith("parts-2.0.0-");
    assertThat(Cli.files(drop))
        .containsExactly(
            ".hidden.tar.xz", "notes.txt", "refused/bad.tar.xz", "refused/bad.tar.xz.reason.txt");
  }

  @Test
  void whatCannotBeWrittenNowIsTriedAgain() throws IOException {
    new TestBundle(key).archive(temp.resolve("a.tar.xz"));
    Files.move(temp.resolve("a.tar.xz"), drop.resolve("a.tar.xz"));
    assertThat(folder.poll()).isEmpty();
    pass(SETTLE);
    try (FileChannel channel =
            FileChannel.open(
                root.resolve(".lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        FileLock lock = channel.lock()) {
      assertThat(lock.isValid()).isTrue();
      assertThat(folder.poll()).singleElement().isInstanceOf(DropFolder.Outcome.Postponed.class);
    }
    assertThat(folder.poll()).isEmpty();
    pass(SETTLE.multipliedBy(100));
    assertThat(folder.poll()).singleElement().isInstanceOf(DropFolder.Outcome.Done.class);
  }

  @Test
  void theCommandWatchesUntilItIsStopped() throws Exception {
    new TestBundle(key).archive(temp.resolve("a.tar.xz"));
    Process process =
        new ProcessBuilder(
                TestBundle.command(
                    "install", "--watch", drop, "--root", root, "--settle", 1, "--json"))
            .redirectError(ProcessBuilder.Redirect.DISCARD)
            .redirectOutput(temp.resolve("said").toFile())
            .start();
    try {
      Files.copy(temp.resolve("a.tar.xz"), drop.resolve("a.tar.xz"));
      long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(90);
      while (Files.size(temp.resolve("said")) == 0 && System.nanoTime() < end) {
        Thread.sleep(50);
      }
      assertThat(process.isAlive()).isTrue();
      assertThat(Files.readString(temp.resolve("said")))
          .startsWith(
              "{\"file\":\"%s\",\"release\":\"parts-1.0.0-".formatted(drop.resolve("a.tar.xz")));
      assertThat(drop.resolve("a.tar.xz")).doesNotExist();
    } finally {
      process.destroy();
    }
    assertThat(process.waitFor()).isEqualTo(143);
  }
}
