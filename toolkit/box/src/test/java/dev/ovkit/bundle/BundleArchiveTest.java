package dev.ovkit.bundle;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ovkit.internal.files.Sha256;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.apache.commons.compress.archivers.tar.TarConstants;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Archives from strangers: whatever is in them, nothing is written outside of the staging. */
class BundleArchiveTest {

  private static final String TOP = SmallBundle.TOP;
  private static final byte[] EVIL = "evil".getBytes(UTF_8);

  @TempDir private Path temp;
  private Path root;
  private Path archive;
  private SmallBundle bundle;

  @BeforeEach
  void trustTheKey() throws IOException {
    root = temp.resolve("root");
    archive = temp.resolve("b.tar.xz");
    bundle = new SmallBundle(SigningKey.generate());
    Files.createDirectories(root.resolve(TrustedKeys.FOLDER));
    bundle.key.verificationKey().write(root.resolve(TrustedKeys.FOLDER).resolve("a.pub"));
    Files.writeString(temp.resolve("outside"), "untouched");
  }

  @Test
  void aSoundOneIsReadWithOrWithoutFoldersAndLongNames() throws IOException {
    bundle.files.put("licences/" + "x".repeat(150) + ".txt", EVIL);
    bundle.archive(archive);
    assertThat(BundleCheck.check(archive)).isEqualTo(Manifest.parse(bundle.manifest()));
    SmallBundle.xz(
        archive,
        SmallBundle.tar(
            tar -> {
              tar.entry(TOP, TarConstants.LF_DIR, "");
              tar.file(TOP + Manifest.FILE, bundle.manifest());
              tar.entry(TOP + "bin/", TarConstants.LF_DIR, "");
              bundle.files.forEach((path, bytes) -> tar.file(TOP + path, bytes));
            }));
    assertThat(BundleCheck.check(archive)).isEqualTo(Manifest.parse(bundle.manifest()));
  }

  static Stream<Arguments> hostileEntries() {
    return Stream.of(
        hostile("path '../../outside' leads out", t -> t.file("app-1.2.0/../../outside", EVIL)),
        hostile("path '../outside' leads out", t -> t.file(TOP + "../outside", EVIL)),
        hostile(
            "path 'bin/../../../outside' leads", t -> t.file(TOP + "bin/../../../outside", EVIL)),
        hostile("'/tmp/ovkit-evil' is outside", t -> t.file("/tmp/ovkit-evil", EVIL)),
        hostile("'outside' is outside '", t -> t.file("outside", EVIL)),
        hostile("'app-1.2.00/x' is outside '", t -> t.file("app-1.2.00/x", EVIL)),
        hostile(
            "'app-1.2.0/model/model.bin' is a link",
            t -> t.entry(TOP + "model/model.bin", TarConstants.LF_SYMLINK, "/etc/passwd")),
        hostile(
            "'app-1.2.0/model' is a link",
            t ->
                t.entry(TOP + "model", TarConstants.LF_SYMLINK, "../../..")
                    .file(TOP + "model/model.bin", EVIL)),
        hostile(
            "'app-1.2.0/bin/ovkit' is a link",
            t -> t.entry(TOP + "bin/ovkit", TarConstants.LF_LINK, "../outside")),
        hostile(
            "'app-1.2.0/bin/ovkit' is a link or a device",
            t -> t.entry(TOP + "bin/ovkit", TarConstants.LF_CHR, "")),
        hostile(
            "'app-1.2.0/bin/ovkit' is a link or a device",
            t -> t.entry(TOP + "bin/ovkit", TarConstants.LF_BLK, "")),
        hostile(
            "'app-1.2.0/bin/ovkit' is a link or a device",
            t -> t.entry(TOP + "bin/ovkit", TarConstants.LF_FIFO, "")),
        hostile("'cron.d/evil' is not in the manifest", t -> t.file(TOP + "cron.d/evil", EVIL)),
        hostile(
            "'cron.d' is not in the manifest",
            t -> t.entry(TOP + "cron.d/", TarConstants.LF_DIR, "")),
        hostile(
            "'bin/ovkit' appears twice",
            t -> t.file(TOP + "bin/ovkit", LAUNCHER).file(TOP + "bin/ovkit", LAUNCHER)),
        hostile("'manifest.json' is not in the manifest", t -> t.file(TOP + "manifest.json", EVIL)),
        hostile("'manifest.sig' is not in the manifest", t -> t.file(TOP + "manifest.sig", EVIL)),
        hostile(
            "'bin/ovkit' is damaged or of another version: 4 bytes",
            t -> t.file(TOP + "bin/ovkit", EVIL)),
        hostile("'bin/ovkit' is missing", t -> {}));
  }

  private static final byte[] LAUNCHER = "#!/bin/sh\nexit 9\n".getBytes(UTF_8);

  private static Arguments hostile(String message, Consumer<SmallBundle.Tar> entries) {
    return Arguments.of(message, entries);
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("hostileEntries")
  void aHostileEntryIsRefusedAndNothingIsWrittenOutside(
      String message, Consumer<SmallBundle.Tar> entries) throws IOException {
    bundle.archive(archive, entries);
    assertRefused(message);
  }

  @Test
  void aHugeDeclaredSizeIsRefusedBeforeItIsRead() throws IOException {
    byte[] tar =
        SmallBundle.tar(
            t -> {
              t.file(TOP + Manifest.FILE, bundle.manifest());
              t.file(TOP + Signature.FILE, bundle.signature());
              t.file(TOP + "bin/ovkit", new byte[512]);
            });
    // The size stands in octal digits at offset 124 of the header, the checksum at 148.
    int header = lastHeader(tar, TOP + "bin/ovkit");
    byte[] size = "77777777777".getBytes(UTF_8);
    System.arraycopy(size, 0, tar, header + 124, size.length);
    mendChecksum(tar, header);
    SmallBundle.xz(archive, tar);
    assertRefused("'bin/ovkit' is damaged or of another version: 8,589,934,591 bytes, expected");
  }

  @Test
  void aBombBehindTheManifestIsStopped() throws IOException {
    byte[] tar =
        SmallBundle.tar(
            t -> {
              t.file(TOP + Manifest.FILE, bundle.manifest());
              t.file(TOP + Signature.FILE, bundle.signature());
              bundle.files.forEach((path, bytes) -> t.file(TOP + path, bytes));
            });
    SmallBundle.xz(archive, Arrays.copyOf(tar, tar.length + (40 << 20)));
    assertRefused(
        "it is not a .tar.xz, or it is damaged: it contains more than its manifest lists");
  }

  @Test
  void aBombInPlaceOfTheManifestIsStopped() throws IOException {
    SmallBundle.xz(archive, SmallBundle.tar(t -> t.file(TOP + Manifest.FILE, new byte[40 << 20])));
    assertRefused("'manifest.json' has 41943040 bytes");
    // An extended header that claims to be as large.
    byte[] tar = SmallBundle.tar(t -> t.file("x", new byte[40 << 20]));
    tar[156] = 'x';
    mendChecksum(tar, 0);
    SmallBundle.xz(archive, tar);
    assertRefused("");
  }

  @Test
  void aManifestThatIsNotFirstIsRefused() throws IOException {
    SmallBundle.xz(
        archive,
        SmallBundle.tar(
            t -> {
              t.file(TOP + "bin/ovkit", LAUNCHER);
              t.file(TOP + Manifest.FILE, bundle.manifest());
            }));
    assertRefused("it does not begin with manifest.json");
  }

  @Test
  void whatIsNoArchiveIsRefusedInOneLine() throws IOException {
    for (byte[] bytes : List.of(new byte[0], EVIL, new byte[4096])) {
      Files.write(archive, bytes);
      assertRefused("it is");
    }
  }

  /** Also the checksums behind the files count: a damaged disk tells of itself there first. */
  @Test
  void everyCutAndFlippedBitOfAnArchiveIsRefused() throws IOException {
    byte[] whole = Files.readAllBytes(bundle.archive(archive));
    for (int length = 0; length < whole.length; length++) {
      Files.write(archive, Arrays.copyOf(whole, length));
      assertThatThrownBy(() -> BundleCheck.check(archive)).isInstanceOf(BundleException.class);
    }
    Random random = new Random(7);
    for (int i = 0; i < 500; i++) {
      byte[] flipped = whole.clone();
      int bit = random.nextInt(whole.length * 8);
      flipped[bit / 8] ^= (byte) (1 << (bit % 8));
      Files.write(archive, flipped);
      assertThatThrownBy(() -> BundleCheck.check(archive))
          .as("bit %d", bit)
          .isInstanceOf(BundleException.class);
    }
  }

  private void assertRefused(String message) throws IOException {
    Map<String, String> before = everything();
    assertThatThrownBy(() -> new Installer(root, InstallOptions.defaults()).install(archive))
        .isInstanceOf(BundleException.class)
        .hasMessageStartingWith("bundle '%s': ".formatted(archive))
        .hasMessageContaining(message)
        .hasMessageNotContaining("\n");
    assertThat(everything()).isEqualTo(before);
    assertThat(Path.of("/tmp/ovkit-evil")).doesNotExist();
  }

  /** All that lies about, but for what the root itself keeps there. */
  private Map<String, String> everything() throws IOException {
    Map<String, String> found = new TreeMap<>();
    try (Stream<Path> walk = Files.walk(temp)) {
      for (Path file :
          walk.filter(f -> Files.isRegularFile(f, LinkOption.NOFOLLOW_LINKS)).toList()) {
        String name = temp.relativize(file).toString();
        if (!name.equals("root/.lock")) {
          found.put(name, Sha256.of(file));
        }
      }
    }
    return new LinkedHashMap<>(found);
  }

  private static int lastHeader(byte[] tar, String name) {
    byte[] letters = name.getBytes(UTF_8);
    for (int at = tar.length - 512; at >= 0; at -= 512) {
      if (Arrays.equals(tar, at, at + letters.length, letters, 0, letters.length)) {
        return at;
      }
    }
    throw new AssertionError("no entry " + name);
  }

  private static void mendChecksum(byte[] tar, int header) {
    Arrays.fill(tar, header + 148, header + 156, (byte) ' ');
    int sum = 0;
    for (int i = 0; i < 512; i++) {
      sum += tar[header + i] & 0xff;
    }
    byte[] digits = "%06o\0 ".formatted(sum).getBytes(UTF_8);
    System.arraycopy(digits, 0, tar, header + 148, digits.length);
  }
}
