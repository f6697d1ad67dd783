package dev.ovkit.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ovkit.bundle.BundleCheck;
import dev.ovkit.bundle.BundleException;
import dev.ovkit.bundle.Manifest;
import dev.ovkit.bundle.ManifestFile;
import dev.ovkit.bundle.Signature;
import dev.ovkit.bundle.SigningKey;
import dev.ovkit.bundle.TrustedKeys;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Whatever is cut off or flipped in a bundle, it is refused with the file's name. All of it with
 * {@code -Dovkit.flips=10000 -Dovkit.installs=100}; by default a sample.
 */
@Tag("integration")
class BundleDamageTest {

  private static final int FLIPS = Integer.getInteger("ovkit.flips", 300);
  private static final int INSTALLS = Integer.getInteger("ovkit.installs", 25);
  private static final int CUTS = 64;

  @TempDir private Path temp;
  private final SigningKey key = SigningKey.generate();
  private Path root;

  @BeforeEach
  void trustTheKey() throws IOException {
    root = temp.resolve("root");
    TestBundle.trust(root, key);
  }

  /** What checks one file of a bundle whose others are known, by its path. */
  private Map<String, Runnable> checks(Path bundle) {
    Map<String, Runnable> checks = new TreeMap<>();
    for (ManifestFile file : Manifest.read(bundle).files()) {
      checks.put(file.path(), () -> BundleCheck.checkFile(bundle, file));
    }
    TrustedKeys trusted = TrustedKeys.read(root);
    Runnable signature = () -> BundleCheck.checkSignature(bundle, trusted);
    checks.put(Manifest.FILE, signature);
    checks.put(Signature.FILE, signature);
    return checks;
  }

  @Test
  void sixtyFourCutsOfEachFileAreRefusedByName() throws IOException {
    Path bundle = new TestBundle(key).withLibraries().folder(temp.resolve("b"));
    for (Map.Entry<String, Runnable> check : checks(bundle).entrySet()) {
      Path file = bundle.resolve(check.getKey());
      Path whole = Files.copy(file, temp.resolve("whole"), StandardCopyOption.REPLACE_EXISTING);
      long size = Files.size(file);
      check.getValue().run();
      try (RandomAccessFile cut = new RandomAccessFile(file.toFile(), "rw")) {
        for (int i = CUTS - 1; i >= 0; i--) {
          cut.setLength(i * size / CUTS);
          assertRefused(check.getKey(), check.getValue());
        }
      }
      Files.move(whole, file, StandardCopyOption.REPLACE_EXISTING);
    }
    BundleCheck.check(bundle);
  }

  @Test
  void randomFlippedBitsAreRefusedByName() throws IOException {
    Path bundle = new TestBundle(key).withLibraries().folder(temp.resolve("b"));
    Map<String, Runnable> checks = checks(bundle);
    List<String> paths = new ArrayList<>(checks.keySet());
    long[] ends = new long[paths.size()];
    long total = 0;
    for (int i = 0; i < ends.length; i++) {
      total += Files.size(bundle.resolve(paths.get(i)));
      ends[i] = total;
    }
    Random random = new Random(2026);
    Map<String, Integer> hits = new TreeMap<>();
    for (int flip = 0; flip < FLIPS; flip++) {
      // Most bytes lie in one library: every second flip is by bytes, every second by files.
      int file = flip % 2 == 0 ? random.nextInt(ends.length) : at(ends, random.nextLong(total));
      String path = paths.get(file);
      try (RandomAccessFile bytes = new RandomAccessFile(bundle.resolve(path).toFile(), "rw")) {
        long offset = random.nextLong(bytes.length());
        int bit = 1 << random.nextInt(8);
        flip(bytes, offset, bit);
        assertRefused(path, checks.get(path));
        flip(bytes, offset, bit);
      }
      hits.merge(path, 1, Integer::sum);
    }
    assertThat(hits.values().stream().mapToInt(Integer::intValue).sum()).isEqualTo(FLIPS);
    BundleCheck.check(bundle); // all was put back, so it was the one bit that was seen each time
    BundleCheck.checkSignature(bundle, TrustedKeys.read(root));
  }

  private static int at(long[] ends, long position) {
    int i = 0;
    while (ends[i] <= position) {
      i++;
    }
    return i;
  }

  private static void flip(RandomAccessFile bytes, long offset, int bit) throws IOException {
    bytes.seek(offset);
    int value = bytes.read();
    bytes.seek(offset);
    bytes.write(value ^ bit);
  }

  private static void assertRefused(String path, Runnable check) {
    // A damaged signature may name a manifest that it is not over; both belong together.
    String named =
        path.startsWith("manifest.") ? "(manifest\\.json|manifest\\.sig)" : "'" + path + "'";
    assertThatThrownBy(check::run)
        .isInstanceOf(BundleException.class)
        .message()
        .containsPattern(named);
  }

  @Test
  void installRefusesFlippedBitsOfAnyFileByName() throws IOException {
    Path bundle = new TestBundle(key).folder(temp.resolve("b"));
    List<String> paths = new ArrayList<>(checks(bundle).keySet());
    Random random = new Random(7);
    for (int i = 0; i < INSTALLS; i++) {
      String path = paths.get(i % paths.size());
      try (RandomAccessFile bytes = new RandomAccessFile(bundle.resolve(path).toFile(), "rw")) {
        long offset = random.nextLong(bytes.length());
        flip(bytes, offset, 1);
        Cli said = Cli.run("install", bundle, "--root", root);
        assertThat(said.exitCode()).as(said.err()).isEqualTo(4);
        assertThat(said.err()).contains(path.startsWith("manifest.") ? "manifest." : path);
        flip(bytes, offset, 1);
      }
      assertThat(root.resolve("current")).doesNotExist();
      assertThat(root.resolve("releases")).isEmptyDirectory();
    }
    Cli.run("install", bundle, "--root", root).done();
  }

  @Test
  void eachLibraryThatIsMissingOrOfAnotherVersionIsNamedAndNoneIsLoaded() throws Exception {
    Path bundle = new TestBundle(key).withLibraries().folder(temp.resolve("b"));
    List<String> libraries =
        Manifest.read(bundle).files().stream()
            .map(ManifestFile::path)
            .filter(path -> path.startsWith("native/"))
            .collect(Collectors.toList());
    assertThat(libraries).hasSizeGreaterThan(10);
    for (String library : libraries) {
      Path file = bundle.resolve(library);
      Path aside = temp.resolve("aside");
      Files.move(file, aside);
      assertThatThrownBy(() -> BundleCheck.check(bundle))
          .hasMessageEndingWith("'%s' is missing".formatted(library));
      Files.writeString(file, "another version");
      assertThatThrownBy(() -> BundleCheck.check(bundle))
          .hasMessageContaining("'%s' is damaged or of another version".formatted(library));
      Files.move(aside, file, StandardCopyOption.REPLACE_EXISTING);
    }
    // By a command that could not load a library if it wanted to.
    String victim = libraries.get(0);
    Files.writeString(bundle.resolve(victim), "another version");
    List<String> line = TestBundle.command("self-test", "--bundle", bundle);
    line.add(1, "-Dovkit.native.dir=" + temp.resolve("nowhere"));
    line.removeIf(word -> word.startsWith("-Dovkit.native.dir=") && !word.endsWith("nowhere"));
    Process process = new ProcessBuilder(line).redirectErrorStream(true).start();
    String said = new String(process.getInputStream().readAllBytes(), UTF_8);
    assertThat(process.waitFor()).as(said).isEqualTo(4);
    assertThat(said).contains("'%s' is damaged".formatted(victim));
  }

  @Test
  void aFileTooManyIsNamed() throws IOException {
    Path bundle = new TestBundle(key).folder(temp.resolve("b"));
    Files.writeString(bundle.resolve("model/extra.so"), "x");
    assertThatThrownBy(() -> BundleCheck.check(bundle))
        .hasMessageEndingWith("'model/extra.so' is not in the manifest");
    Files.delete(bundle.resolve("model/extra.so"));
    Files.createDirectory(bundle.resolve("empty"));
    assertThatThrownBy(() -> BundleCheck.check(bundle))
        .hasMessageEndingWith("'empty' is not in the manifest");
    Files.delete(bundle.resolve("empty"));
    Path real = temp.resolve("real");
    Files.move(bundle.resolve("model/model.bin"), real);
    Files.createSymbolicLink(bundle.resolve("model/model.bin"), real);
    assertThatThrownBy(() -> BundleCheck.check(bundle))
        .hasMessageContaining("'model/model.bin' is a link or a device");
  }
}
