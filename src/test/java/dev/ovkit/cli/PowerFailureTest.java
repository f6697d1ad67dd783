package dev.ovkit.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ovkit.bundle.BundleCheck;
import dev.ovkit.bundle.SigningKey;
import dev.ovkit.bundle.TrustedKeys;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * An installation that is killed at any moment, as {@code kill -9} does it: what is visible is
 * whole, and works. The whole number with {@code -Dovkit.kills=300}; by default a sample. That what
 * was written also lasts without power is for fsync, which no test of a running system can take
 * away.
 */
@Tag("integration")
class PowerFailureTest {

  private static final int KILLS = Integer.getInteger("ovkit.kills", 12);
  private static final int START_EVERY = 4;

  @TempDir private Path temp;
  private final SigningKey key = SigningKey.generate();
  private final Random random = new Random(42);

  @Test
  void whateverMomentItIsKilledCurrentIsWholeAndStarts() throws Exception {
    Path root = temp.resolve("root");
    TestBundle.trust(root, key);
    Path archive = archive(0);
    long start = System.nanoTime();
    Process first = install(archive, root);
    assertThat(first.waitFor()).isZero();
    long whole = System.nanoTime() - start;

    int version = 1;
    Map<String, Integer> seen = new TreeMap<>();
    archive = archive(version);
    for (int kill = 0; kill < KILLS; kill++) {
      String before = TestBundle.current(root);
      Process process = install(archive, root);
      int killed = killSomewhere(process, root, kill, whole, version);
      assertSound(root);
      if (kill % START_EVERY == 0) {
        assertStarts(root);
      }
      String after = TestBundle.current(root);
      seen.merge(
          killed == 0 ? "done" : after.equals(before) ? "killed before" : "killed after the switch",
          1,
          Integer::sum);
      if (!after.equals(before)) {
        version++;
        Files.delete(archive);
        archive = archive(version);
      }
    }
    assertThat(seen).containsKey("killed before");

    assertThat(install(archive, root).waitFor()).isZero();
    assertThat(root.resolve(".staging")).isEmptyDirectory();
    assertThat(TestBundle.current(root)).startsWith("parts-1.%d.0-".formatted(version));
    assertSound(root);
    assertStarts(root);
  }

  /**
   * A third of the kills fall anywhere, a third while files are written, a third around the switch.
   */
  private int killSomewhere(Process process, Path root, int kill, long whole, int version)
      throws Exception {
    long end = System.nanoTime() + 2 * whole;
    long delay;
    switch (kill % 3) {
      case 0 -> delay = random.nextLong(whole);
      case 1 -> {
        waitUntil(process, end, () -> !isEmpty(root.resolve(".staging")));
        delay = random.nextLong(whole / 4);
      }
      default -> {
        String id = "parts-1.%d.0-".formatted(version);
        waitUntil(
            process, end, () -> TestBundle.releases(root).stream().anyMatch(r -> r.startsWith(id)));
        delay = random.nextLong(TimeUnit.MILLISECONDS.toNanos(60));
      }
    }
    boolean ended = process.waitFor(delay, TimeUnit.NANOSECONDS);
    // Power fails for all at once; the parent first, or it would tell of a child that crashed.
    List<ProcessHandle> children = process.descendants().toList();
    process.destroyForcibly();
    children.forEach(ProcessHandle::destroyForcibly);
    int exitCode = process.waitFor();
    assertThat(exitCode)
        .as("kill %d: %s", kill, Files.readString(temp.resolve("said")))
        .isIn(ended ? List.of(0) : List.of(0, 137));
    return exitCode;
  }

  private interface Condition {
    boolean holds() throws IOException;
  }

  private static void waitUntil(Process process, long end, Condition condition) throws Exception {
    while (process.isAlive() && System.nanoTime() < end && !condition.holds()) {
      Thread.sleep(1);
    }
  }

  private static boolean isEmpty(Path folder) throws IOException {
    try (Stream<Path> list = Files.list(folder)) {
      return list.findAny().isEmpty();
    }
  }

  private Path archive(int minor) throws IOException {
    Path folder = temp.resolve("bundle-" + minor);
    new TestBundle(key).version("1.%d.0".formatted(minor)).folder(folder);
    return TestBundle.pack(folder, temp.resolve("b-%d.tar.xz".formatted(minor)));
  }

  private Process install(Path archive, Path root) throws IOException {
    return new ProcessBuilder(TestBundle.command("install", archive, "--root", root))
        .redirectErrorStream(true)
        .redirectOutput(temp.resolve("said").toFile())
        .start();
  }

  /** Nothing half is visible: each release is whole; current is one of them, and written down. */
  private static void assertSound(Path root) throws IOException {
    TrustedKeys trusted = TrustedKeys.read(root);
    assertThat(TestBundle.releases(root)).contains(TestBundle.current(root));
    assertThat(Files.readString(root.resolve("state.json"))).contains(TestBundle.current(root));
    for (String id : TestBundle.releases(root)) {
      BundleCheck.check(root.resolve("releases").resolve(id));
      BundleCheck.checkSignature(root.resolve("releases").resolve(id), trusted);
    }
  }

  private void assertStarts(Path root) throws Exception {
    Process process =
        new ProcessBuilder(root.resolve("current/bin/ovkit").toString(), "self-test")
            .redirectErrorStream(true)
            .redirectOutput(temp.resolve("started").toFile())
            .start();
    assertThat(process.waitFor()).as(Files.readString(temp.resolve("started"))).isZero();
  }
}
