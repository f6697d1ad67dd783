package dev.ovkit.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.ovkit.bundle.BundleCheck;
import dev.ovkit.bundle.Golden;
import dev.ovkit.bundle.Manifest;
import dev.ovkit.bundle.SigningKey;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** keygen, install, rollback and self-test, with bundles that run. */
@Tag("integration")
class InstallCommandTest {

  @TempDir private Path temp;
  private Path root;
  private final SigningKey key = SigningKey.generate();

  @BeforeEach
  void trustTheKey() throws IOException {
    root = temp.resolve("root");
    TestBundle.trust(root, key);
  }

  private TestBundle bundle(String version) {
    return new TestBundle(key).version(version);
  }

  private Path folder(TestBundle bundle, String name) throws IOException {
    return bundle.folder(temp.resolve(name));
  }

  private String install(TestBundle bundle) throws IOException {
    return Cli.run("install", bundle.folder(Files.createTempDirectory(temp, "b")), "--root", root)
        .done();
  }

  @Test
  void anArchiveBecomesTheReleaseInUse() throws Exception {
    Path archive = bundle("1.0.0").archive(temp.resolve("a.tar.xz"));
    String said = Cli.run("install", archive, "--root", root, "--json").done();
    JsonNode json = new ObjectMapper().readTree(said);
    assertThat(json.get("release").asText()).matches("parts-1\\.0\\.0-[0-9a-f]{12}");
    assertThat(json.get("key").asText()).isEqualTo(key.verificationKey().id());
    assertThat(json.at("/selfTest/holds").asBoolean()).isTrue();
    assertThat(json.at("/selfTest/checks"))
        .extracting(c -> c.get("check").asText())
        .containsExactly("manifest", "cpu", "glibc", "classes", "libraries", "000000.jpg");

    Path current = root.resolve("current");
    assertThat(TestBundle.current(root)).isEqualTo(json.get("release").asText());
    Manifest manifest = BundleCheck.check(current);
    for (String path : manifest.files().stream().map(f -> f.path()).toList()) {
      assertThat(Files.getLastModifiedTime(current.resolve(path)).toMillis())
          .isEqualTo(1_700_000_000_000L);
      assertThat(
              PosixFilePermissions.toString(Files.getPosixFilePermissions(current.resolve(path))))
          .isEqualTo(path.equals("bin/ovkit") ? "rwxr-xr-x" : "rw-r--r--");
    }
    Process inside =
        new ProcessBuilder(current.resolve("bin/ovkit").toString(), "self-test").start();
    assertThat(new String(inside.getInputStream().readAllBytes(), UTF_8))
        .startsWith("parts-1.0.0: self-test passed\n  ok   manifest     5 files, ");
    assertThat(inside.waitFor()).isZero();
    // Once more: there is nothing to do.
    assertThat(Cli.run("install", archive, "--root", root).done())
        .isEqualTo(json.get("release").asText() + " is already in use" + System.lineSeparator());
  }

  @Test
  void versionsGoUpAndRollbackGoesBackToWhatWasInstalled() throws IOException {
    install(bundle("1.0.0"));
    String first = TestBundle.current(root);
    Cli.run("rollback", "--root", root)
        .failsWith(
            4,
            "'%s' has no release before '%s' to go back to; it has: %s"
                .formatted(root, first, first));
    install(bundle("1.1.0"));
    String second = TestBundle.current(root);
    Path older = folder(bundle("1.0.5"), "older");
    Cli.run("install", older, "--root", root)
        .failsWith(
            4,
            "bundle '%s': version 1.0.5 is older than 1.1.0, which was installed here before; to go back to a release that is still there, use 'ovkit rollback'"
                .formatted(older));
    assertThat(Cli.run("rollback", "--root", root).done())
        .startsWith(first + " is in use; it replaces " + second);
    assertThat(TestBundle.current(root)).isEqualTo(first);
    // Not even now: the version that was left counts.
    assertThat(Cli.run("install", older, "--root", root).exitCode()).isEqualTo(4);
    Cli.run("rollback", "--root", root, "--to", "parts-0.0.1-0123456789ab")
        .failsWith(
            4,
            "release 'parts-0.0.1-0123456789ab' was never installed in '%s', or it was removed; it has: %s, %s"
                .formatted(root, first, second));
    // A release that somebody put there by hand was never verified.
    folder(bundle("3.0.0"), "root/releases/parts-3.0.0-x");
    assertThat(Cli.run("rollback", "--root", root, "--to", "parts-3.0.0-x").exitCode())
        .isEqualTo(4);
    assertThat(TestBundle.current(root)).isEqualTo(first);
  }

  @Test
  void aDamagedOldReleaseIsNotGoneBackTo() throws IOException {
    install(bundle("1.0.0"));
    Path old = root.resolve("releases").resolve(TestBundle.current(root));
    install(bundle("1.1.0"));
    String second = TestBundle.current(root);
    Files.writeString(old.resolve("model/model.bin"), "x", StandardOpenOption.APPEND);
    Cli said = Cli.run("rollback", "--root", root);
    assertThat(said.exitCode()).isEqualTo(4);
    assertThat(said.err()).contains("'model/model.bin' is damaged or of another version");
    assertThat(TestBundle.current(root)).isEqualTo(second);
  }

  @Test
  void afterAVersionThatWasFarTooHighOnlyARotatedKeyLeadsOn() throws IOException {
    install(bundle("1.0.0"));
    install(bundle("999.0.0"));
    Path next = folder(bundle("1.1.0"), "next");
    assertThat(Cli.run("install", next, "--root", root).exitCode()).isEqualTo(4);

    Path old = temp.resolve("old.key");
    key.write(old);
    Cli.run("keygen", "--out", temp.resolve("new"), "--replaces", old).done();
    SigningKey fresh = SigningKey.read(temp.resolve("new.key"));
    // The new key by itself is a stranger's.
    Path bare = folder(new TestBundle(fresh).version("1.1.0"), "bare");
    assertThat(Cli.run("install", bare, "--root", root).err())
        .contains("which this box does not trust");
    install(new TestBundle(fresh).version("1.1.0").replacing(key));
    assertThat(TestBundle.current(root)).startsWith("parts-1.1.0-");
    assertThat(Cli.run("install", folder(bundle("1000.0.0"), "late"), "--root", root).err())
        .contains("which has been replaced");
    install(new TestBundle(fresh).version("1.2.0"));
  }

  @Test
  void whatNobodyVouchesForIsTakenOnPurposeOnly() throws IOException {
    Path bundle = folder(bundle("1.0.0").unsigned(), "b");
    Cli said = Cli.run("install", bundle, "--root", root);
    assertThat(said.exitCode()).isEqualTo(4);
    assertThat(said.err()).contains("it has no manifest.sig, so its origin is unknown");
    assertThat(root.resolve("current")).doesNotExist();
    assertThat(Cli.run("install", bundle, "--root", root, "--allow-unsigned").done())
        .contains("  unsigned");
  }

  @Test
  void aReleaseWhoseSelfTestDoesNotHoldLeavesTheOldOneInUse() throws IOException {
    install(bundle("1.0.0"));
    String first = TestBundle.current(root);
    Golden right = TestBundle.answer();
    Golden.GoldenPicture picture = right.pictures().get(0);
    Golden wrong =
        new Golden(
            right.confidence(),
            right.iou(),
            right.scoreTolerance(),
            right.lowestIou(),
            List.of(
                new Golden.GoldenPicture(
                    picture.file(), picture.expected().subList(1, picture.expected().size()))));
    Path bundle = folder(bundle("2.0.0").expecting(wrong), "wrong");
    Cli said = Cli.run("install", bundle, "--root", root);
    assertThat(said.exitCode()).isEqualTo(4);
    assertThat(said.err())
        .startsWith("ovkit: bundle '%s': its self-test failed: 000000.jpg: ".formatted(bundle))
        .contains(" is too much");
    assertOnly(first);
    // It never counted: the same version, mended, is welcome.
    install(bundle("2.0.0"));
  }

  @Test
  void aReleaseThatCrashesOrHangsOrSaysNothingLeavesTheOldOneInUse() throws IOException {
    install(bundle("1.0.0"));
    String first = TestBundle.current(root);
    Path crashing = folder(bundle("2.0.0").launcher("#!/bin/sh\nkill -SEGV $$\n"), "c");
    assertThat(Cli.run("install", crashing, "--root", root).err()).contains("crashed (signal 11)");
    Path silent = folder(bundle("2.0.0").launcher("#!/bin/sh\nexit 0\n"), "s");
    assertThat(Cli.run("install", silent, "--root", root).err())
        .contains("ended with exit code 0 and no report");
    Path leaving = folder(bundle("2.0.0").launcher("#!/bin/sh\nsleep 15 &\nexit 1\n"), "l");
    assertThat(Cli.run("install", leaving, "--root", root).err())
        .contains("ended with exit code 1 and no report");
    Path hanging = folder(bundle("2.0.0").launcher("#!/bin/sh\nexec sleep 60\n"), "h");
    assertThat(Cli.run("install", hanging, "--root", root, "--limit", "1").err())
        .contains("did not end within 1 s");
    Path unstartable = folder(bundle("2.0.0").launcher("#!/no/such/shell\n"), "u");
    assertThat(Cli.run("install", unstartable, "--root", root).err()).contains("cannot be started");
    assertOnly(first);
  }

  private void assertOnly(String release) throws IOException {
    assertThat(TestBundle.current(root)).isEqualTo(release);
    assertThat(TestBundle.releases(root)).containsExactly(release);
    assertThat(root.resolve(".staging")).isEmptyDirectory();
  }

  @Test
  void olderReleasesStayAsManyAsAreWanted() throws IOException {
    for (int minor = 0; minor < 4; minor++) {
      Path bundle = folder(bundle("1.%d.0".formatted(minor)), "b" + minor);
      Cli.run("install", bundle, "--root", root, "--keep", "1").done();
    }
    assertThat(TestBundle.releases(root))
        .hasSize(2)
        .anyMatch(id -> id.startsWith("parts-1.2.0"))
        .anyMatch(id -> id.startsWith("parts-1.3.0"));
    Cli.run("rollback", "--root", root).done();
    assertThat(TestBundle.current(root)).startsWith("parts-1.2.0");
  }

  @Test
  void twoAtOnceAreRefused() throws IOException {
    Path bundle = folder(bundle("1.0.0"), "b");
    try (FileChannel channel =
            FileChannel.open(
                root.resolve(".lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        FileLock lock = channel.lock()) {
      assertThat(lock.isValid()).isTrue();
      Cli.run("install", bundle, "--root", root)
          .failsWith(
              1, "another ovkit is using '%s'; try again when it has finished".formatted(root));
    }
  }

  @Test
  void aDamagedReleaseInUseIsInstalledAgainBeside() throws IOException {
    Path bundle = folder(bundle("1.0.0"), "b");
    Cli.run("install", bundle, "--root", root).done();
    String first = TestBundle.current(root);
    Files.delete(root.resolve("current/model/model.bin"));
    Cli.run("install", bundle, "--root", root).done();
    assertThat(TestBundle.current(root)).isEqualTo(first + ".2");
    BundleCheck.check(root.resolve("current"));
  }

  @Test
  void anotherApplicationNeedsAnotherRoot() throws IOException {
    install(bundle("1.0.0"));
    Path state = root.resolve("state.json");
    Files.writeString(state, Files.readString(state).replace("\"parts\"", "\"nuts\""));
    assertThat(Cli.run("install", folder(bundle("2.0.0"), "b"), "--root", root).err())
        .contains("it is 'parts', but '%s' contains 'nuts'; give it its own root".formatted(root));
    Files.delete(state);
    assertThat(Cli.run("install", temp.resolve("b"), "--root", root).err())
        .contains("has a release but no state.json");
  }

  @Test
  void whatIsNotThereIsAFailureAndNoRefusal() {
    Path missing = temp.resolve("missing.tar.xz");
    Cli.run("install", missing, "--root", root)
        .failsWith(
            1, "bundle '%s': no such file; expected a folder or a .tar.xz".formatted(missing));
    Cli.run("rollback", "--root", temp.resolve("none"))
        .failsWith(
            4, "'%s' has no release: nothing is installed there".formatted(temp.resolve("none")));
    Cli.run("keygen", "--out", temp.resolve("k"), "--replaces", missing);
    assertThat(temp.resolve("k.key")).doesNotExist();
  }

  @Test
  void aSelfTestOfADamagedBundleNamesTheFileAndRunsNothingOfIt() throws IOException {
    Path bundle = folder(bundle("1.0.0"), "b");
    Files.writeString(bundle.resolve("bin/ovkit"), "#!/bin/sh\ntouch \"$0.ran\"\n");
    Cli said = Cli.run("self-test", "--bundle", bundle);
    assertThat(said.exitCode()).isEqualTo(4);
    assertThat(said.err()).contains("'bin/ovkit' is damaged or of another version");
    assertThat(bundle.resolve("bin/ovkit.ran")).doesNotExist();
  }
}
