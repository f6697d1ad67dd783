package dev.ovkit.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ovkit.bundle.SigningKey;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A disk that is full at any point of an installation: a real one, a small tmpfs in a mount
 * namespace of its own, short of bytes or short of inodes (the latter runs out in the middle, for
 * nobody counts inodes before). All 25 with {@code -Dovkit.disks=25}; by default a sample.
 */
@Tag("integration")
class FullDiskTest {

  private static final int DISKS = Integer.getInteger("ovkit.disks", 6);
  private static final int ALL = 25;

  /** A release with its folders, state.json and the link take less; with so many it is done. */
  private static final int MOST_INODES = 16;

  @TempDir private Path temp;

  @Test
  void aFullDiskLeavesTheOldReleaseInUse() throws Exception {
    Namespace namespace = Namespace.orSkip(temp);
    SigningKey key = SigningKey.generate();
    Path root = temp.resolve("root");
    TestBundle.trust(root, key);
    Path first = new TestBundle(key).folder(temp.resolve("first"));
    Cli.run("install", first, "--root", root).done();
    String before = TestBundle.current(root);
    Path archive = new TestBundle(key).version("2.0.0").archive(temp.resolve("second.tar.xz"));

    int full = 0;
    int done = 0;
    for (int i = 0; i < ALL; i++) {
      if (i % Math.max(1, ALL / DISKS) != 0 && i != ALL - 1) {
        continue;
      }
      boolean inodes = i % 2 == 0;
      int more = inodes ? i * MOST_INODES / (ALL - 1) : i * 4096 / ALL; // or KiB
      String said = namespace.run(script(root, archive, inodes, more));
      String what = "%d more %s: %s".formatted(more, inodes ? "inodes" : "KiB", said);
      assertThat(said).as(what).contains("SOUND");
      if (said.contains("INSTALLED 0")) {
        done++;
        assertThat(said).as(what).contains("CURRENT parts-2.0.0-");
      } else {
        full++;
        assertThat(said)
            .as(what)
            .contains("INSTALLED 1", "CURRENT " + before)
            .containsPattern("ovkit: .*(is too full|No space left on device)");
        assertThat(said.lines().filter(line -> line.startsWith("ovkit: "))).hasSize(1);
      }
    }
    assertThat(full).as("with too little room").isPositive();
    assertThat(done).as("with enough").isPositive();
  }

  /**
   * Installs on a small disk, then asks the old or new release to start and counts what is left.
   */
  private String script(Path root, Path archive, boolean inodes, int more) throws IOException {
    Path disk = Files.createDirectories(temp.resolve("disk"));
    String limit =
        inodes
            ? "nr_inodes=$(( $(find . | wc -l) + %d ))".formatted(more)
            : "size=$(( $(du -sk . | cut -f1) + %d ))k".formatted(more);
    return """
    set -e
    mount -t tmpfs tmpfs '%1$s'
    cp -a '%2$s/.' '%1$s'
    cd '%1$s'
    mount -o "remount,%3$s" '%1$s'
    code=0
    %4$s || code=$?
    echo "INSTALLED $code"
    echo "CURRENT $(readlink current | cut -d/ -f2)"
    test "$code" = 0 || test -z "$(ls .staging)"
    for release in releases/*; do %5$s; done
    current/bin/ovkit self-test > /dev/null
    echo SOUND
    """
        .formatted(
            disk,
            root,
            limit,
            Namespace.quoted(TestBundle.command("install", archive, "--root", disk)),
            Namespace.quoted(TestBundle.command("self-test", "--bundle"))
                + " \"$release\" > /dev/null");
  }
}
