package dev.ovkit.pack;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tukaani.xz.XZInputStream;

class BundleTarTest {

  private static final long MTIME = 1_767_225_600;
  private static final String LONG_NAME = "licences/" + "long-".repeat(24) + "name.txt";

  @TempDir private Path folder;

  @Test
  void theSameFilesGiveTheSameBytesInWhateverOrderAndHourTheyCame() throws IOException {
    Path one = bundle("one", List.of("manifest.json", "bin/ovkit", "model/model.bin", LONG_NAME));
    Path two = bundle("two", List.of(LONG_NAME, "model/model.bin", "bin/ovkit", "manifest.json"));
    Files.setLastModifiedTime(two.resolve("bin/ovkit"), FileTime.fromMillis(0));

    write(one, folder.resolve("one.tar.xz"));
    write(two, folder.resolve("two.tar.xz"));

    assertThat(folder.resolve("one.tar.xz")).hasSameBinaryContentAs(folder.resolve("two.tar.xz"));
  }

  @Test
  void theManifestComesFirstAndNothingTellsWhoPackedIt() throws IOException {
    Path bundle =
        bundle("one", List.of("bin/ovkit", "model/model.bin", "manifest.json", LONG_NAME));
    Path archive = folder.resolve("one.tar.xz");
    write(bundle, archive);

    List<String> entries = new ArrayList<>();
    try (TarArchiveInputStream tar =
        new TarArchiveInputStream(new XZInputStream(Files.newInputStream(archive)))) {
      for (TarArchiveEntry entry = tar.getNextEntry(); entry != null; entry = tar.getNextEntry()) {
        entries.add("%s %o".formatted(entry.getName(), entry.getMode()));
        assertThat(entry.getLongUserId()).isZero();
        assertThat(entry.getLongGroupId()).isZero();
        assertThat(entry.getUserName() + entry.getGroupName()).isEmpty();
        assertThat(entry.getLastModifiedTime()).isEqualTo(FileTime.fromMillis(MTIME * 1000));
      }
    }
    assertThat(entries)
        .containsExactly(
            "app-1.0.0/ 40755",
            "app-1.0.0/manifest.json 100644",
            "app-1.0.0/bin/ 40755",
            "app-1.0.0/bin/ovkit 100755",
            "app-1.0.0/licences/ 40755",
            "app-1.0.0/" + LONG_NAME + " 100644",
            "app-1.0.0/model/ 40755",
            "app-1.0.0/model/model.bin 100644");
  }

  @Test
  void theSharesOfTheRowsAddUpToTheArchive() throws IOException {
    Path bundle = bundle("one", List.of("manifest.json", "bin/ovkit", "model/model.bin"));
    Path archive = folder.resolve("one.tar.xz");

    Map<String, Long> shares = write(bundle, archive);

    assertThat(shares).containsOnlyKeys("manifest.json", "bin", "model");
    assertThat(shares.values().stream().mapToLong(Long::longValue).sum())
        .isEqualTo(Files.size(archive));
    assertThat(shares.get("model")).isBetween(100_000L, 105_000L); // it is random
  }

  private static Map<String, Long> write(Path bundle, Path archive) throws IOException {
    return BundleTar.write(
        bundle, "app-1.0.0", archive, MTIME, false, path -> path.split("/", 2)[0], fraction -> {});
  }

  private Path bundle(String name, List<String> files) throws IOException {
    Path bundle = folder.resolve(name);
    for (String file : files) {
      byte[] content = new byte[100_000];
      if (file.startsWith("model/")) {
        new Random(1).nextBytes(content);
      }
      Path path = bundle.resolve(file);
      Files.createDirectories(path.getParent());
      Files.write(path, content);
      Files.setPosixFilePermissions(
          path,
          PosixFilePermissions.fromString(file.startsWith("bin/") ? "rwx------" : "rw-rw-r--"));
    }
    return bundle;
  }
}
