package dev.ovkit.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What is written to a terminal, a pseudo one that {@code script} makes. */
class TerminalTest {

  private static final String ESCAPE = "\u001b[";

  @TempDir private Path temp;

  @ParameterizedTest
  @CsvSource({"'',xterm,true", "1,xterm,false", "'',dumb,false"})
  void helpIsStyledOnlyWhereTheTerminalMayBe(String noColour, String terminal, boolean styled)
      throws IOException, InterruptedException {
    String command =
        "'%s' -Xshare:auto -XX:TieredStopAtLevel=1 -cp '%s' dev.ovkit.cli.Main infer --help"
            .formatted(
                Path.of(System.getProperty("java.home"), "bin/java"),
                System.getProperty(
                    "surefire.test.class.path", System.getProperty("java.class.path")));
    String said = onTerminal(command, noColour, terminal);
    assertThat(said).contains("Finds objects on pictures.", "--line-width");
    assertThat(said.contains(ESCAPE)).isEqualTo(styled);
  }

  @ParameterizedTest
  @CsvSource({"'',xterm,true", "1,xterm,false", "'',dumb,false"})
  void aBundleShowsItsBarOnlyWhereALineCanBeWrittenAgain(
      String noColour, String terminal, boolean bar) throws IOException, InterruptedException {
    assertThat(onTerminal("'" + launcher() + "' x", noColour, terminal))
        .contains("-Dovkit.progress=" + bar);
  }

  @Test
  void withoutATerminalABundleShowsNoBar() throws IOException, InterruptedException {
    Process process = new ProcessBuilder(launcher().toString(), "x").start();
    assertThat(new String(process.getInputStream().readAllBytes(), UTF_8))
        .contains("-Dovkit.progress=false");
    assertThat(process.waitFor()).isZero();
  }

  /** The launcher of a bundle, whose Java only says how it was called. */
  private Path launcher() throws IOException {
    Path source =
        Path.of(System.getProperty("ovkit.home"), "toolkit/desk/src/main/pack/launcher.sh");
    script(temp.resolve("b/jre/bin/java"), "#!/bin/sh\necho \"$@\"\n");
    return script(
        temp.resolve("b/bin/ovkit"),
        Files.readString(source).replace("@ARCHIVE@", "").replace("@CLASSPATH@", "x"));
  }

  private static Path script(Path file, String text) throws IOException {
    Files.createDirectories(file.getParent());
    Files.writeString(file, text);
    return Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
  }

  private static String onTerminal(String command, String noColour, String terminal)
      throws IOException, InterruptedException {
    ProcessBuilder builder =
        new ProcessBuilder("script", "--quiet", "--return", "--command", command, "/dev/null")
            .redirectErrorStream(true);
    Map<String, String> environment = builder.environment();
    environment.remove("NO_COLOR");
    if (!noColour.isEmpty()) {
      environment.put("NO_COLOR", noColour);
    }
    environment.put("TERM", terminal);
    Process process = builder.start();
    process.getOutputStream().close();
    String said = new String(process.getInputStream().readAllBytes(), UTF_8);
    assertThat(process.waitFor()).as(said).isZero();
    return said;
  }
}
