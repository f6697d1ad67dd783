package dev.ovkit.pack;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ovkit.OptionException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The package of a small bundle, read by dpkg-deb. */
class DebianPackageTest {

  private static final long MTIME = 315619200;

  @TempDir private Path temp;
  private Path bundle;
  private Path deb;

  @BeforeEach
  void folders() throws IOException {
    bundle = bundle("bundle");
    deb = temp.resolve("parts.deb");
  }

  private Path bundle(String folder) throws IOException {
    Path made = temp.resolve(folder);
    write(made.resolve("manifest.json"), "{\"name\": \"parts\", \"mtime\": %d}".formatted(MTIME));
    write(made.resolve("sbom.cdx.json"), "{}");
    write(made.resolve("bin/ovkit"), "#!/bin/sh\necho \"$@\"\n").toFile().setExecutable(true);
    write(made.resolve("jre/bin/java"), "java").toFile().setExecutable(true);
    write(made.resolve("jre/legal/java.base/LICENSE"), "text");
    write(made.resolve("native/libopenvino.so.2641"), "library");
    write(made.resolve("lib/ovkit-0.1.0.jar"), "classes");
    write(made.resolve("model/model.xml"), "<net/>");
    write(made.resolve("licences/" + "long-".repeat(30) + "name"), "long");
    Files.createDirectories(made.resolve("jre/legal/java.logging"));
    Files.createSymbolicLink(
        made.resolve("jre/legal/java.logging/LICENSE"), Path.of("../java.base/LICENSE"));
    return made;
  }

  private static Path write(Path file, String text) throws IOException {
    Files.createDirectories(file.getParent());
    return Files.writeString(file, text);
  }

  private static String run(Object... command) throws IOException, InterruptedException {
    List<String> line = new ArrayList<>();
    for (Object word : command) {
      line.add(word.toString());
    }
    Process process = new ProcessBuilder(line).redirectErrorStream(true).start();
    String said = new String(process.getInputStream().readAllBytes(), UTF_8);
    assertThat(process.waitFor()).as("%s: %s", line, said).isZero();
    return said;
  }

  @Test
  void dpkgReadsWhatItIsAndTheScriptsAreThere() throws Exception {
    DebianPackage.write(bundle, "parts", "1.2.0", false, deb);
    String info = run("dpkg-deb", "-I", deb);
    assertThat(info)
        .contains(
            " Package: ovkit-parts\n",
            " Version: 1.2.0\n",
            " Architecture: amd64\n",
            "Installed-Size: ",
            "preinst",
            "postinst",
            "prerm",
            "postrm",
            "md5sums")
        .doesNotContain("@NAME@", "@PACKAGE@", "@VERSION@");
    Path control = temp.resolve("control");
    run("dpkg-deb", "-e", deb, control);
    for (String script : List.of("preinst", "postinst", "prerm", "postrm")) {
      assertThat(control.resolve(script)).isExecutable();
      run("sh", "-n", control.resolve(script));
      assertThat(control.resolve(script)).content().doesNotContain("@");
    }
  }

  @Test
  void aBundleWithAServerHasItsService() throws Exception {
    write(bundle.resolve("lib/ovkit-serve-0.1.0.jar"), "server");
    DebianPackage.write(bundle, "parts", "1.2.0", true, deb);
    Path root = temp.resolve("root");
    run("dpkg-deb", "-x", deb, root);
    Path unit = root.resolve("usr/lib/systemd/system/ovkit-parts-serve.service");
    assertThat(unit)
        .content()
        .contains(
            "ExecStart=/opt/ovkit/parts/bin/ovkit serve $OPTIONS\n",
            "EnvironmentFile=-/etc/ovkit/parts/serve\n",
            "ProtectSystem=strict\n")
        .doesNotContain("@NAME@", "@PACKAGE@");
    assertThat(root.resolve("usr/lib/systemd/system/ovkit-parts-serve.socket"))
        .content()
        .contains("ListenStream=127.0.0.1:8080\n")
        .doesNotContain("@NAME@", "@PACKAGE@");
    assertThat(files(root.resolve("usr")))
        .contains("share/doc/ovkit-parts/serve.md")
        .noneMatch(file -> file.contains("stream"));
  }

  @Test
  void itsFilesAreThoseOfTheBundleAndTheService() throws Exception {
    DebianPackage.write(bundle, "parts", "1.2.0", false, deb);
    Path root = temp.resolve("root");
    run("dpkg-deb", "-x", deb, root);
    Path home = root.resolve("opt/ovkit/parts");
    assertThat(run("diff", "-r", "--no-dereference", bundle, home)).isEmpty();
    assertThat(Files.readSymbolicLink(home.resolve("jre/legal/java.logging/LICENSE")))
        .isEqualTo(Path.of("../java.base/LICENSE"));
    assertThat(home.resolve("bin/ovkit")).isExecutable();
    assertThat(home.resolve("jre/bin/java")).isExecutable();
    assertThat(Files.getLastModifiedTime(home.resolve("native/libopenvino.so.2641")))
        .isEqualTo(FileTime.fromMillis(MTIME * 1000));
    assertThat(files(root.resolve("usr")))
        .containsExactly(
            "lib/systemd/system/ovkit-parts.service",
            "share/doc/ovkit-parts/copyright",
            "share/doc/ovkit-parts/service.md");
    assertThat(root.resolve("usr/lib/systemd/system/ovkit-parts.service"))
        .content()
        .contains("ExecStart=/opt/ovkit/parts/bin/ovkit watch --in /var/lib/ovkit/parts/in ")
        .doesNotContain("@NAME@", "@PACKAGE@");
    assertThat(run("dpkg-deb", "-c", deb).lines())
        .allMatch(line -> line.contains(" root/root "))
        .anyMatch(line -> line.startsWith("-rwxr-xr-x") && line.endsWith("/bin/ovkit"))
        .anyMatch(line -> line.startsWith("-rw-r--r--") && line.endsWith("/model/model.xml"))
        .anyMatch(line -> line.startsWith("drwxr-xr-x") && line.endsWith(" ./opt/ovkit/parts/"));
  }

  @Test
  void aBundleWithVideoHasASecondServiceThatWaitsForItsCameras() throws Exception {
    write(bundle.resolve("native/libavformat.so.62"), "library");
    DebianPackage.write(bundle, "parts", "1.2.0", true, deb);
    assertThat(run("dpkg-deb", "-f", deb, "Depends")).contains("zlib1g, libudev1, passwd");
    Path root = temp.resolve("root");
    run("dpkg-deb", "-x", deb, root);
    assertThat(root.resolve("usr/lib/systemd/system/ovkit-parts-stream.service"))
        .content()
        .contains(
            "ConditionPathExists=/etc/ovkit/parts/stream\n",
            "ExecStart=/opt/ovkit/parts/bin/ovkit stream @/etc/ovkit/parts/stream --jsonl ")
        .doesNotContain("@NAME@", "@PACKAGE@", "PrivateNetwork");
    assertThat(root.resolve("usr/share/doc/ovkit-parts/stream.md")).exists();
  }

  private static List<String> files(Path folder) throws IOException {
    try (Stream<Path> walk = Files.walk(folder)) {
      return walk.filter(Files::isRegularFile)
          .map(file -> folder.relativize(file).toString())
          .sorted()
          .toList();
    }
  }

  @Test
  void theSameBundleElsewhereAndLaterGivesTheSameBytes() throws Exception {
    DebianPackage.write(bundle, "parts", "1.2.0", false, deb);
    Path again = temp.resolve("elsewhere").resolve("again.deb");
    Path copy = bundle("a copy");
    Files.setLastModifiedTime(copy.resolve("model/model.xml"), FileTime.fromMillis(1));
    DebianPackage.write(copy, "parts", "1.2.0", false, again);
    assertThat(again).hasSameBinaryContentAs(deb);
    assertThat(files(again.getParent())).containsExactly("again.deb");
  }

  @Test
  void whatIsNoBundleOrNoNameIsRefused() throws IOException {
    assertThatThrownBy(
            () -> DebianPackage.write(temp.resolve("none"), "parts", "1.2.0", false, deb))
        .isInstanceOf(OptionException.class)
        .hasMessageContaining("is not a bundle");
    assertThatThrownBy(() -> DebianPackage.write(bundle, "Parts_1", "1.2.0", false, deb))
        .isInstanceOf(OptionException.class)
        .hasMessageStartingWith("'Parts_1' is not a valid name");
    assertThatThrownBy(() -> DebianPackage.write(bundle, "parts", "v1", false, deb))
        .isInstanceOf(OptionException.class)
        .hasMessageStartingWith("'v1' is not a valid version");
    Files.delete(bundle.resolve("bin/ovkit"));
    assertThatThrownBy(() -> DebianPackage.write(bundle, "parts", "1.2.0", false, deb))
        .hasMessageContaining("bin/ovkit");
    assertThat(deb).doesNotExist();
  }
}
