package dev.ovkit.bundle;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ovkit.internal.files.Sha256;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Whom a box believes, and which versions it takes from them. */
class TrustTest {

  @TempDir private Path root;
  private final SigningKey key = SigningKey.generate();
  private final SigningKey second = SigningKey.generate();
  private final SigningKey third = SigningKey.generate();

  @BeforeEach
  void trustTheFirst() throws IOException {
    trust(key);
  }

  private void trust(SigningKey trusted) throws IOException {
    Path folder = Files.createDirectories(root.resolve(TrustedKeys.FOLDER));
    trusted.verificationKey().write(folder.resolve(trusted.verificationKey().id() + ".pub"));
  }

  private TrustedKeys.Vouched vouch(SmallBundle bundle) {
    return TrustedKeys.read(root).vouch(bundle.manifest(), bundle.signature(), false);
  }

  private static SmallBundle signed(SigningKey by, KeyRotation... rotations) {
    SmallBundle bundle = new SmallBundle(by);
    bundle.rotations = List.of(rotations);
    return bundle;
  }

  private static KeyRotation rotation(SigningKey from, SigningKey to) {
    return KeyRotation.of(from, to.verificationKey());
  }

  @Test
  void aTrustedKeyIsEnough() {
    assertThat(vouch(signed(key)).keyId()).isEqualTo(Optional.of(key.verificationKey().id()));
  }

  @Test
  void aStrangersKeyIsNot() {
    assertThatThrownBy(() -> vouch(signed(second)))
        .isInstanceOf(BundleException.class)
        .hasMessage(
            "manifest.sig was made with key %s, which this box does not trust; if you trust its owner, put the .pub file into '%s'"
                .formatted(second.verificationKey().id(), root.resolve("trusted")));
  }

  @Test
  void aStrangerCannotCallHimselfByATrustedName() {
    SmallBundle bundle = signed(second);
    String forged =
        new String(bundle.signature(), UTF_8)
            .replace(second.verificationKey().id(), key.verificationKey().id());
    assertThatThrownBy(
            () -> TrustedKeys.read(root).vouch(bundle.manifest(), forged.getBytes(UTF_8), false))
        .hasMessageStartingWith("manifest.json does not match the signature of key ");
  }

  @Test
  void aStrippedSignatureIsTakenOnPurposeOnly() {
    byte[] manifest = signed(key).manifest();
    assertThatThrownBy(() -> TrustedKeys.read(root).vouch(manifest, null, false))
        .isInstanceOf(BundleException.class)
        .hasMessageContaining("it has no manifest.sig, so its origin is unknown");
    assertThat(TrustedKeys.read(root).vouch(manifest, null, true).keyId()).isEmpty();
  }

  @Test
  void aTruncatedOneIsNotTakenEvenThen() {
    SmallBundle bundle = signed(key);
    byte[] half = Arrays.copyOf(bundle.signature(), bundle.signature().length / 2);
    for (boolean allowed : new boolean[] {false, true}) {
      assertThatThrownBy(() -> TrustedKeys.read(root).vouch(bundle.manifest(), half, allowed))
          .isInstanceOf(BundleException.class)
          .hasMessageStartingWith("manifest.sig is damaged: ");
    }
  }

  @Test
  void aSignatureOfAnotherManifestIsRefused() {
    SmallBundle other = signed(key);
    other.version = "1.2.1";
    assertThatThrownBy(
            () -> TrustedKeys.read(root).vouch(signed(key).manifest(), other.signature(), true))
        .isInstanceOf(BundleException.class)
        .hasMessage(
            "manifest.json does not match the signature of key %s: it was damaged or replaced"
                .formatted(key.verificationKey().id()));
  }

  @Test
  void aRotationMakesTheNewKeyTrustedAndTheOldOneNoMore() {
    TrustedKeys.Vouched vouched = vouch(signed(second, rotation(key, second)));
    assertThat(vouched.retires()).containsExactly(key.verificationKey());
    // Seen, but not yet installed: nothing has changed.
    assertThat(TrustedKeys.read(root).ids()).isEqualTo(Set.of(key.verificationKey().id()));

    TrustedKeys.read(root).apply(vouched);
    assertThat(TrustedKeys.read(root).ids()).isEqualTo(Set.of(second.verificationKey().id()));
    assertThat(vouch(signed(second)).retires()).isEmpty();
    assertThatThrownBy(() -> vouch(signed(key)))
        .isInstanceOf(BundleException.class)
        .hasMessageContaining("which has been replaced");
  }

  @Test
  void aChainOfRotationsLeadsABoxThatSleptThroughOne() {
    TrustedKeys.Vouched vouched =
        vouch(signed(third, rotation(key, second), rotation(second, third)));
    assertThat(vouched.keyId()).isEqualTo(Optional.of(third.verificationKey().id()));
    assertThat(vouched.retires()).containsExactly(key.verificationKey());
  }

  @Test
  void aChainThatBeginsWithAStrangerLeadsNowhere() {
    assertThatThrownBy(() -> vouch(signed(third, rotation(second, third))))
        .hasMessageContaining("which this box does not trust");
    assertThatThrownBy(() -> vouch(signed(third, rotation(key, second))))
        .hasMessageContaining("which this box does not trust");
  }

  @Test
  void aRetiredKeyCannotComeBackByAnyRotation() throws IOException {
    TrustedKeys.read(root).apply(vouch(signed(second, rotation(key, second))));
    trust(key); // even if somebody puts the file back
    assertThatThrownBy(() -> vouch(signed(key))).hasMessageContaining("which has been replaced");
    assertThatThrownBy(() -> vouch(signed(third, rotation(key, third))))
        .hasMessageContaining("which this box does not trust");
    assertThatThrownBy(() -> vouch(signed(key, rotation(second, key))))
        .hasMessageContaining("which has been replaced");
  }

  @Test
  void aVersionNeverGoesBackForItsKeyAndABoxRemembersIt() {
    InstallState state = InstallState.NOTHING.using(release("1.10.0", key));
    state.write(root);
    InstallState read = InstallState.read(root);
    assertThat(read).isEqualTo(state);
    String id = key.verificationKey().id();
    assertThatThrownBy(() -> read.requireNotBack(id, manifest("1.9.9"), hash("1.9.9")))
        .isInstanceOf(BundleException.class)
        .hasMessage(
            "version 1.9.9 is older than 1.10.0, which was installed here before; to go back to a"
                + " release that is still there, use 'ovkit rollback'");
    assertThatThrownBy(() -> read.requireNotBack(id, manifest("1.10.0"), hash("else")))
        .isInstanceOf(BundleException.class)
        .hasMessageStartingWith("another bundle with version 1.10.0 was installed here before");
    read.requireNotBack(id, manifest("1.10.0"), hash("1.10.0"));
    read.requireNotBack(id, manifest("1.10.1"), hash("1.10.1"));
    // Its releases may all go; the memory stays.
    InstallState emptied = read.without(read.releases());
    assertThatThrownBy(() -> emptied.requireNotBack(id, manifest("1.9.9"), hash("1.9.9")))
        .isInstanceOf(BundleException.class);
    // Another key counts for itself: the way out after a version that was far too high.
    emptied.requireNotBack(second.verificationKey().id(), manifest("0.1.0"), hash("0.1.0"));
  }

  @Test
  void goingBackSkipsWhatWasLeft() {
    InstallState state =
        InstallState.NOTHING
            .using(release("1.0.0", key))
            .using(release("2.0.0", key))
            .goingBack("app-2.0.0", "app-1.0.0")
            .using(release("3.0.0", key));
    assertThat(state.before("app-3.0.0").map(InstallState.Release::id)).contains("app-1.0.0");
    assertThat(state.before("app-1.0.0")).isEmpty();
    assertThat(state.using(release("2.0.0", key)).before("app-2.0.0").map(r -> r.id()))
        .contains("app-3.0.0");
  }

  @Test
  void aDamagedMemoryIsNoLicence() throws IOException {
    Files.writeString(root.resolve(InstallState.FILE), "{}");
    assertThatThrownBy(() -> InstallState.read(root))
        .isInstanceOf(BundleException.class)
        .hasMessageContaining("without it ovkit does not know which versions were installed");
  }

  private static InstallState.Release release(String version, SigningKey by) {
    return new InstallState.Release(
        "app-" + version,
        "app",
        new ReleaseVersion(version),
        hash(version),
        by.verificationKey().id(),
        false);
  }

  private static String hash(String text) {
    return Sha256.of(text.getBytes(UTF_8));
  }

  private static Manifest manifest(String version) {
    SmallBundle bundle = signed(SigningKey.generate());
    bundle.version = version;
    return Manifest.parse(bundle.manifest());
  }
}
