package dev.ovkit.python;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** How an environment comes to be, tried on one that holds a single small package. */
@Tag("network")
class EnvironmentsTest {

  private static final PythonPackages SMALL =
      new PythonPackages(
          "small",
          """
          # Python: 3.11
          iniconfig==2.3.1 --hash=sha256:9121e2c1fdb355232495be3194c8dfe87ccc2d5dee45947b78e68f499790d7a7
          """,
          1);

  @TempDir private Path temp;

  private final List<String> heard = new ArrayList<>();

  @Test
  void anInterruptedCreationIsRepairedByTheNextRunAndAWholeOneIsKept() throws Exception {
    Path target = temp.resolve(SMALL.key());
    // What is left when the process dies: a half-filled folder, and a target without its mark.
    Files.createDirectories(temp.resolve("." + SMALL.key() + "-123/bin"));
    Files.createDirectories(target.resolve("bin"));
    Files.writeString(target.resolve("bin/half"), "");

    Path python = environments(System.getenv()).python(SMALL, heard::add);

    assertThat(imports(python, "iniconfig")).isTrue();
    assertThat(imports(python, "numpy")).isFalse();
    assertThat(names(temp)).containsExactly(SMALL.key(), SMALL.key() + ".lock");
    assertThat(target.resolve("bin/half")).doesNotExist();
    assertThat(heard)
        .containsExactly(
            "making the Python environment of 'small' in %s (once; about 1 MB)".formatted(target));

    environments(System.getenv()).python(SMALL, heard::add);
    assertThat(heard).hasSize(1);

    // The interpreter was upgraded away: the link to it leads nowhere.
    Files.delete(python);
    Files.createSymbolicLink(python, temp.resolve("gone"));
    environments(System.getenv()).python(SMALL, heard::add);
    assertThat(heard).hasSize(2);
    assertThat(imports(python, "iniconfig")).isTrue();
  }

  @Test
  void ofSeveralProcessesAtOnceOneMakesItAndAllUseIt() throws Exception {
    List<Process> processes = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      processes.add(
          new ProcessBuilder(
                  Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                  "-cp",
                  System.getProperty(
                      "surefire.test.class.path", System.getProperty("java.class.path")),
                  Another.class.getName(),
                  temp.toString())
              .redirectErrorStream(true)
              .start());
    }
    int made = 0;
    for (Process process : processes) {
      String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      assertThat(process.waitFor()).as(out).isZero();
      assertThat(out).contains(temp.resolve(SMALL.key()).resolve("bin/python").toString());
      made += out.contains("making the Python environment") ? 1 : 0;
    }
    assertThat(made).isEqualTo(1);
    assertThat(names(temp)).containsExactly(SMALL.key(), SMALL.key() + ".lock");
  }

  /** A process of its own. */
  static final class Another {
    public static void main(String[] arguments) {
      System.out.println(
          new Environments(Path.of(arguments[0]), System.getenv())
              .python(SMALL, System.out::println));
    }

    private Another() {}
  }

  @Test
  void withoutPythonTheMessageSaysWhatToInstall() throws Exception {
    assertThatThrownBy(
            () -> environments(Map.of("PATH", temp.toString())).python(SMALL, heard::add))
        .isInstanceOf(PythonException.class)
        .hasMessage(
            "'small' needs Python 3.11, but there is no python3 on the PATH; on Debian 12 or Ubuntu"
                + " 24.04: apt-get install python3 python3-venv; elsewhere install python3.11, or"
                + " set OVKIT_PYTHON to one");
    assertThat(heard).isEmpty();
  }

  @Test
  void anotherVersionOfPythonIsNamed() throws Exception {
    Path bin = script("python3", "echo 3.9");
    assertThatThrownBy(() -> environments(Map.of("PATH", path(bin))).python(SMALL, heard::add))
        .isInstanceOf(PythonException.class)
        .hasMessageStartingWith(
            "'small' needs Python 3.11, but %s is Python 3.9; on Debian 12 or Ubuntu 24.04: "
                .formatted(bin));
    assertThatThrownBy(
            () ->
                environments(Map.of("PATH", path(bin), "OVKIT_PYTHON", bin.toString()))
                    .python(SMALL, heard::add))
        .hasMessage("OVKIT_PYTHON=%s is 3.9; 'small' needs Python 3.11".formatted(bin));
  }

  @Test
  void withoutVenvTheMessageNamesThePackage() throws Exception {
    Path bin =
        script(
            "python3",
            "case \"$*\" in *venv*) echo 'No module named venv' >&2; exit 1;; *) echo 3.11;; esac");
    assertThatThrownBy(() -> environments(Map.of("PATH", path(bin))).python(SMALL, heard::add))
        .isInstanceOf(PythonException.class)
        .hasMessage(
            "%s cannot make the environment of 'small': its venv or pip is missing (No module named venv); on Debian or Ubuntu: apt-get install python3-venv"
                .formatted(bin));
    assertThat(names(temp)).containsExactly("bin", SMALL.key() + ".lock");
  }

  @Test
  void withoutANetworkTheMessageSaysSoAndNothingIsLeft() throws Exception {
    Map<String, String> offline = new HashMap<>(System.getenv());
    offline.remove("PIP_FIND_LINKS");
    offline.put("PIP_INDEX_URL", "http://127.0.0.1:9/simple");
    offline.put("PIP_RETRIES", "0");
    offline.put("PIP_NO_CACHE_DIR", "1");
    assertThatThrownBy(() -> environments(offline).python(SMALL, heard::add))
        .isInstanceOf(PythonException.class)
        .hasMessageStartingWith("pip cannot install the packages of 'small': ")
        .hasMessageEndingWith(
            "; only the first use needs the network (set a proxy or an index in pip's own"
                + " settings)");
    assertThat(names(temp)).containsExactly(SMALL.key() + ".lock");
  }

  @Test
  void aPackageWithAnotherHashIsRefused() {
    PythonPackages forged =
        new PythonPackages("small", SMALL.text().replace("sha256:9121", "sha256:9122"), 1);
    assertThatThrownBy(() -> environments(System.getenv()).python(forged, heard::add))
        .isInstanceOf(PythonException.class)
        .hasMessageContaining("HASH");
    assertThat(forged.key()).isNotEqualTo(SMALL.key());
  }

  private Environments environments(Map<String, String> variables) {
    return new Environments(temp, variables);
  }

  private Path script(String name, String body) throws IOException {
    Path bin = Files.createDirectories(temp.resolve("bin"));
    Path file = Files.writeString(bin.resolve(name), "#!/bin/sh\n" + body + "\n");
    assertThat(file.toFile().setExecutable(true)).isTrue();
    return file;
  }

  private static String path(Path script) {
    return String.join(File.pathSeparator, script.getParent().toString(), "/usr/share");
  }

  private static boolean imports(Path python, String module) throws Exception {
    return new ProcessBuilder(python.toString(), "-I", "-c", "import " + module)
            .redirectErrorStream(true)
            .start()
            .waitFor()
        == 0;
  }

  private static List<String> names(Path folder) throws IOException {
    try (Stream<Path> list = Files.list(folder)) {
      return list.map(path -> path.getFileName().toString()).sorted().toList();
    }
  }
}
