package dev.ovkit.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ovkit.bundle.SigningKey;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A machine whose {@code /proc/cpuinfo} knows no AVX2: nothing of the bundle is run there. */
@Tag("integration")
class InstallOnOldCpuTest {

  @TempDir private Path temp;

  @Test
  void aCpuWithoutAvx2IsRefusedBeforeAnythingIsUnpacked() throws Exception {
    Namespace namespace = Namespace.orSkip(temp);
    SigningKey key = SigningKey.generate();
    Path root = temp.resolve("root");
    TestBundle.trust(root, key);
    Path bundle = new TestBundle(key).folder(temp.resolve("b"));
    Path cpuinfo =
        Files.writeString(
            temp.resolve("cpuinfo"),
            Files.readString(Path.of("/proc/cpuinfo")).replace(" avx2", ""));
    String bind = "mount --bind '%s' /proc/cpuinfo\n".formatted(cpuinfo);
    assertThat(
            namespace.run(
                bind
                    + Namespace.quoted(TestBundle.command("install", bundle, "--root", root))
                    + "; echo $?"))
        .isEqualTo(
            "ovkit: bundle '%s': this CPU lacks avx2, which the bundle needs; use another machine\n4\n"
                .formatted(bundle));
    assertThat(root.resolve("releases")).isEmptyDirectory();
    assertThat(
            namespace.run(
                bind
                    + Namespace.quoted(TestBundle.command("self-test", "--bundle", bundle))
                    + "; echo $?"))
        .contains("NO   cpu          this CPU lacks avx2")
        .doesNotContain("libraries")
        .endsWith("4\n");
  }
}
