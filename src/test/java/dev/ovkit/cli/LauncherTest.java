package dev.ovkit.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What {@code ./ovkit} builds and when, in a checkout whose Maven and Java only say what they do.
 */
class LauncherTest {

  private static final FileTime LONG_AGO = FileTime.from(Instant.parse("2026-01-01T00:00:00Z"));
  private static final FileTime LATER = FileTime.from(Instant.parse("2026-01-02T00:00:00Z"));
  private static final FileTime LAST = FileTime.from(Instant.parse("2026-01-03T00:00:00Z"));

  private static final List<String> SOURCES =
      List.of(
          "pom.xml",
          "native-config/pom.xml",
          "native-config/src/main/cpp/a.cpp",
          "toolkit/box/src/main/java/A.java",
          "toolkit/desk/src/main/java/B.java",
          "toolkit/video/src/main/java/C.java",
          "toolkit/serve/src/main/java/F.java",
          "src/main/java/D.java",
          "src/stream/src/main/java/E.java",
          "src/serve/src/main/java/G.java");

  @TempDir private Path root;
  private Path log;

  @BeforeEach
  void checkout() throws IOException {
    log = root.resolve("mvn.log");
    Files.copy(Path.of(System.getProperty("ovkit.home"), "ovkit"), root.resolve("ovkit"));
    for (String source : SOURCES) {
      Path file = root.resolve(source);
      Files.createDirectories(file.getParent());
      Files.setLastModifiedTime(Files.createFile(file), LONG_AGO);
    }
    program(
        "java",
        """
        case "$*" in
          *-XshowSettings*) printf '    java.specification.version = 17\\n    java.home = %s\\n' ;;
          *) echo ran ;;
        esac\
        """
            .formatted(root));
    program("javac", "");
    program("g++", "");
    program("python3", "");
    program(
        "mvn",
        """
        grep -o -e '-pl [^ ]*' <<<"$*" >>mvn.log
        mkdir -p src/target/app src/stream/target/app src/serve/target/app
        touch src/target/app/ovkit-cli-0.1.0.jar
        case "$*" in
          *src/stream*) touch src/stream/target/app/ovkit-cli-stream-0.1.0.jar ;;
          *src/serve*) touch src/serve/target/app/ovkit-cli-serve-0.1.0.jar ;;
        esac\
        """);
  }

  private void program(String name, String body) throws IOException {
    Path file = Files.createDirectories(root.resolve("bin")).resolve(name);
    Files.writeString(file, "#!/usr/bin/env bash\n" + body + "\n");
    assertThat(file.toFile().setExecutable(true)).isTrue();
  }

  /** Returns what Maven was asked to build before the command ran. */
  private List<String> built(String command) throws IOException, InterruptedException {
    Files.writeString(log, "");
    Path out = root.resolve("out");
    ProcessBuilder launcher =
        new ProcessBuilder("bash", root.resolve("ovkit").toString(), command)
            .redirectErrorStream(true)
            .redirectOutput(out.toFile());
    launcher.environment().remove("JAVA_HOME");
    launcher.environment().merge("PATH", root.resolve("bin") + ":", (path, bin) -> bin + path);
    int exitCode = launcher.start().waitFor();
    String said = Files.readString(out, StandardCharsets.UTF_8);
    assertThat(exitCode).as(said).isZero();
    assertThat(said).endsWith("ran\n");
    return Files.readAllLines(log);
  }

  /** What {@code mvn package} leaves. */
  private void mavenItself(FileTime at) throws IOException {
    for (String jar :
        List.of(
            "src/target/app/ovkit-cli-0.1.0.jar",
            "src/stream/target/app/ovkit-cli-stream-0.1.0.jar",
            "src/serve/target/app/ovkit-cli-serve-0.1.0.jar")) {
      Path file = root.resolve(jar);
      Files.createDirectories(file.getParent());
      if (!Files.exists(file)) {
        Files.createFile(file);
      }
      Files.setLastModifiedTime(file, at);
    }
  }

  private void change(String source) throws IOException {
    Files.setLastModifiedTime(root.resolve(source), LAST);
  }

  @Test
  void aModuleIsBuiltWhenItsCommandIsFirstUsed() throws Exception {
    assertThat(built("doctor")).containsExactly("-pl src");
    assertThat(built("doctor")).isEmpty();
    assertThat(built("stream")).containsExactly("-pl src/stream");
    assertThat(built("stream")).isEmpty();
    assertThat(built("serve")).containsExactly("-pl src/serve");
    assertThat(built("serve")).isEmpty();
  }

  @Test
  void whatMavenBuiltItselfIsNotBuiltAgain() throws Exception {
    mavenItself(LATER);
    assertThat(built("doctor")).isEmpty();
    assertThat(built("stream")).isEmpty();
    assertThat(built("serve")).isEmpty();
  }

  @Test
  void aChangedSourceIsBuiltWhereItIsNeeded() throws Exception {
    mavenItself(LATER);
    change("toolkit/video/src/main/java/C.java");
    assertThat(built("doctor")).isEmpty();
    assertThat(built("serve")).isEmpty();
    assertThat(built("stream")).containsExactly("-pl src/stream");
    mavenItself(LATER);
    Files.delete(root.resolve("src/stream/target/app/built"));
    Files.setLastModifiedTime(root.resolve("toolkit/video/src/main/java/C.java"), LONG_AGO);
    change("toolkit/box/src/main/java/A.java");
    assertThat(built("stream")).containsExactly("-pl src", "-pl src/stream");
    assertThat(built("doctor")).isEmpty();
  }
}
