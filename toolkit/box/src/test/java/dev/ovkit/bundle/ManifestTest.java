package dev.ovkit.bundle;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a manifest may say, and what is refused before anything is done with it. */
class ManifestTest {

  private static final String DIGEST = "0".repeat(64);

  @Test
  void itReadsWhatItWrote() {
    Manifest manifest =
        manifest(
            new ManifestFile("model/model.bin", 7, DIGEST, false),
            new ManifestFile("bin/ovkit", 5, DIGEST, true));
    assertThat(Manifest.parse(manifest.bytes())).isEqualTo(manifest);
    assertThat(manifest.files())
        .extracting(ManifestFile::path)
        .containsExactly("bin/ovkit", "model/model.bin");
    assertThat(manifest.size()).isEqualTo(12);
    assertThat(manifest.folder()).isEqualTo("app-1.2.0");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "../x",
        "a/../../x",
        "/etc/x",
        "a//b",
        "./a",
        "a/.",
        "",
        "a/",
        "a\\b",
        "a\nb",
        "ä",
        "a/\0"
      })
  void aPathThatCouldLeadOutIsRefused(String path) {
    assertThatThrownBy(() -> new ManifestFile(path, 1, DIGEST, false))
        .isInstanceOf(IllegalArgumentException.class);
    String json =
        new String(manifest(new ManifestFile("PATH", 1, DIGEST, false)).bytes(), UTF_8)
            .replace(
                "PATH", path.replace("\\", "\\\\").replace("\n", "\\n").replace("\0", "\\u0000"));
    assertThatThrownBy(() -> Manifest.parse(json.getBytes(UTF_8)))
        .isInstanceOf(BundleException.class)
        .hasMessageStartingWith(
            "manifest.json is damaged or from another version of ovkit: path '");
  }

  @Test
  void oneFileNamedTwiceOrBelowAnotherIsRefused() {
    ManifestFile file = new ManifestFile("a", 1, DIGEST, false);
    assertThatThrownBy(() -> manifest(file, file)).hasMessage("'a' is named twice");
    assertThatThrownBy(() -> manifest(file, new ManifestFile("a/b/c", 1, DIGEST, false)))
        .hasMessage("'a/b/c' is below the file 'a'");
    assertThatThrownBy(() -> manifest(new ManifestFile("manifest.sig", 1, DIGEST, false)))
        .hasMessage("'manifest.sig' cannot name itself");
  }

  @Test
  void hugeDeclaredSizesAreRefusedWithoutOverflow() {
    ManifestFile huge = new ManifestFile("a", Long.MAX_VALUE, DIGEST, false);
    ManifestFile another = new ManifestFile("b", Long.MAX_VALUE, DIGEST, false);
    assertThatThrownBy(() -> manifest(huge, another))
        .hasMessage("its files have more than 1073741824 bytes in all");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "[]",
        "{}",
        "null",
        "{\"format\":2}",
        "{\"format\":1}",
        "{\"format\":1,\"format\":1}"
      })
  void whatIsNoManifestIsRefusedInOneLine(String json) {
    assertThatThrownBy(() -> Manifest.parse(json.getBytes(UTF_8)))
        .isInstanceOf(BundleException.class)
        .hasMessageStartingWith("manifest.json is damaged or from another version of ovkit: ")
        .hasMessageNotContaining("\n");
  }

  @ParameterizedTest
  @CsvSource({
    "1.2.0,1.2.0,0",
    "1.2.0,1.10.0,-1",
    "2.0.0,1.99.99,1",
    "1.0.0-rc.1,1.0.0,-1",
    "1.0.0-alpha,1.0.0-alpha.1,-1",
    "1.0.0-alpha.1,1.0.0-alpha.beta,-1",
    "1.0.0-beta.2,1.0.0-beta.11,-1",
    "1.0.0-rc.1,1.0.0-beta.11,1",
  })
  void versionsAreOrderedAsSemanticVersioningSays(String a, String b, int order) {
    ReleaseVersion first = new ReleaseVersion(a);
    ReleaseVersion second = new ReleaseVersion(b);
    assertThat(Integer.signum(first.compareTo(second))).isEqualTo(order);
    assertThat(Integer.signum(second.compareTo(first))).isEqualTo(-order);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "1",
        "1.2",
        "v1.2.0",
        "01.2.0",
        "1.2.0+5",
        "1.2.0-",
        "1.2.0/..",
        "9999999999.0.0"
      })
  void whatIsNoVersionIsRefused(String text) {
    assertThatThrownBy(() -> new ReleaseVersion(text)).isInstanceOf(IllegalArgumentException.class);
  }

  private static Manifest manifest(ManifestFile... files) {
    return new Manifest(
        "app",
        new ReleaseVersion("1.2.0"),
        "0.1.0",
        "2026.4.1",
        new HostRequirements(List.of("avx2"), "2.35"),
        1_700_000_000,
        List.of(files));
  }
}
