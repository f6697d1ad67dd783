package dev.ovkit.bundle;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ovkit.OutputException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Keys and what they sign, each also as OpenSSL sees it. */
class SignatureTest {

  private static final byte[] MANIFEST = "{\"some\": \"manifest\"}\n".getBytes(UTF_8);

  @TempDir private Path temp;

  @Test
  void aKeyThatWasReadSignsAsTheOneThatWasWritten() throws IOException {
    SigningKey key = SigningKey.generate();
    Path file = temp.resolve("a.key");
    key.write(file);
    SigningKey read = SigningKey.read(file);
    assertThat(read.verificationKey()).isEqualTo(key.verificationKey());
    assertThat(Signature.sign(MANIFEST, read, List.of()).bytes())
        .isEqualTo(Signature.sign(MANIFEST, key, List.of()).bytes());
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
        .isEqualTo("rw-------");
  }

  @Test
  void aKeyIsNeverWrittenOverAnother() throws IOException {
    Path file = temp.resolve("a.key");
    SigningKey.generate().write(file);
    byte[] first = Files.readAllBytes(file);
    assertThatThrownBy(() -> SigningKey.generate().write(file))
        .isInstanceOf(OutputException.class)
        .hasMessageContaining("a file of that name exists");
    assertThat(Files.readAllBytes(file)).isEqualTo(first);
  }

  @Test
  void openSslReadsOurKeysAndAgreesOnSignatureAndName() throws Exception {
    SigningKey key = SigningKey.generate();
    key.write(temp.resolve("a.key"));
    key.verificationKey().write(temp.resolve("a.pub"));
    Files.write(temp.resolve("m"), MANIFEST);
    Files.write(temp.resolve("s"), key.sign(MANIFEST));
    assertThat(
            shell(
                """
                openssl pkey -in a.key -pubout | cmp - a.pub
                openssl pkeyutl -verify -pubin -inkey a.pub -rawin -in m -sigfile s >&2
                openssl pkey -pubin -in a.pub -outform DER | sha256sum | cut -c1-32
                """))
        .isEqualTo(key.verificationKey().id() + "\n");
  }

  @Test
  void weReadTheKeysOfOpenSsl() throws Exception {
    shell(
        "openssl genpkey -algorithm ed25519 -out b.key && openssl pkey -in b.key -pubout -out"
            + " b.pub");
    assertThat(SigningKey.read(temp.resolve("b.key")).verificationKey())
        .isEqualTo(VerificationKey.read(temp.resolve("b.pub")));
  }

  @Test
  void everySingleBitOfASignatureMatters() {
    SigningKey old = SigningKey.generate();
    SigningKey key = SigningKey.generate();
    byte[] whole =
        Signature.sign(MANIFEST, key, List.of(KeyRotation.of(old, key.verificationKey()))).bytes();
    assertThat(Signature.parse(whole).holds(MANIFEST, key.verificationKey())).isTrue();
    for (int bit = 0; bit < whole.length * 8; bit++) {
      byte[] flipped = whole.clone();
      flipped[bit / 8] ^= (byte) (1 << (bit % 8));
      assertThat(holds(flipped, key)).as("bit %d", bit).isFalse();
    }
    for (int length = 0; length < whole.length; length++) {
      assertThat(holds(Arrays.copyOf(whole, length), key)).as("cut at %d", length).isFalse();
    }
  }

  private static boolean holds(byte[] signature, SigningKey key) {
    try {
      return Signature.parse(signature).holds(MANIFEST, key.verificationKey());
    } catch (BundleException e) {
      assertThat(e)
          .hasMessageStartingWith("manifest.sig is damaged: ")
          .hasMessageNotContaining("\n");
      return false;
    }
  }

  @Test
  void aSignatureOverAManifestIsNoRotation() throws IOException {
    SigningKey old = SigningKey.generate();
    KeyRotation rotation = KeyRotation.of(old, SigningKey.generate().verificationKey());
    Path file = temp.resolve("r");
    rotation.write(file);
    assertThat(KeyRotation.read(file).to()).isEqualTo(rotation.to());
    KeyRotation another = KeyRotation.of(old, SigningKey.generate().verificationKey());
    String forged =
        Files.readString(file)
            .replace((String) rotation.json().get("to"), (String) another.json().get("to"));
    Files.writeString(file, forged);
    assertThatThrownBy(() -> KeyRotation.read(file))
        .isInstanceOf(BundleException.class)
        .hasMessageContaining(
            "the old key %s did not sign the rotation".formatted(rotation.from()));
  }

  @Test
  void whatIsNoKeyIsRefusedInOneLine() throws IOException {
    Path file = temp.resolve("x");
    for (String text :
        List.of(
            "",
            "hello",
            "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n",
            "-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n",
            "-----BEGIN PUBLIC KEY-----",
            "-----BEGIN PUBLIC KEY-----" + "\n".repeat(16_000), // took half an hour
            "-----BEGIN PUBLIC KEY-----" + " A".repeat(8_000) + "-")) {
      Files.writeString(file, text);
      assertThatThrownBy(() -> SigningKey.read(file))
          .isInstanceOf(BundleException.class)
          .hasMessageStartingWith("'%s' is not a private Ed25519 key: ".formatted(file))
          .hasMessageNotContaining("\n");
      assertThatThrownBy(() -> VerificationKey.read(file))
          .isInstanceOf(BundleException.class)
          .hasMessageStartingWith("'%s' is not a public Ed25519 key: ".formatted(file))
          .hasMessageNotContaining("\n");
    }
  }

  private String shell(String script) throws Exception {
    Process process =
        new ProcessBuilder("sh", "-ec", script)
            .directory(temp.toFile())
            .redirectError(temp.resolve("err").toFile())
            .start();
    String out = new String(process.getInputStream().readAllBytes(), UTF_8);
    assertThat(process.waitFor()).as(Files.readString(temp.resolve("err"))).isZero();
    return out;
  }
}
