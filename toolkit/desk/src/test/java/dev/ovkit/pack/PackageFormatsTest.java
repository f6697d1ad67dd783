package dev.ovkit.pack;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** Which format a target's name asks for. */
class PackageFormatsTest {

  @Test
  void theEndingDecides() {
    assertThat(PackageFormats.of(Path.of("a/app-1.2.0.tar.xz"))).isInstanceOf(TarXzFormat.class);
    assertThat(PackageFormats.of(Path.of("app-1.2.0.deb"))).isInstanceOf(DebianFormat.class);
    assertThat(PackageFormats.of(Path.of("app-1.2.0.oci.tar"))).isInstanceOf(ContainerFormat.class);
    assertThat(PackageFormats.of(Path.of("app-1.2.0.tar"))).isInstanceOf(FolderFormat.class);
    assertThat(PackageFormats.of(Path.of("app-1.2.0"))).isInstanceOf(FolderFormat.class);
  }

  @Test
  void whatIsBeforeTheEndingIsNameAndVersion() {
    assertThat(PackageFormats.stem("app-1.2.0.tar.xz")).isEqualTo("app-1.2.0");
    assertThat(PackageFormats.stem("app-1.2.0.oci.tar")).isEqualTo("app-1.2.0");
    assertThat(PackageFormats.stem("app-1.2.0-rc1")).isEqualTo("app-1.2.0-rc1");
  }
}
