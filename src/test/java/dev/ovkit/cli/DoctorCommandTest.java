package dev.ovkit.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code doctor}, on this machine and in a JVM whose libraries are missing. */
class DoctorCommandTest {

  @TempDir private Path temp;

  @Test
  void itNamesMachineLibrariesAndDevices() {
    assertThat(Cli.run("doctor").done().lines().map(line -> line.split(" {2,}| (?=[^ ]*$)")[0]))
        .containsExactly(
            "ovkit",
            "java",
            "system",
            "cpu",
            "cpu flags",
            "processors",
            "quota",
            "threads",
            "governor",
            "memory",
            "OpenVINO",
            "libraries",
            "devices",
            "video");
  }

  @Test
  void jsonHasTheSame() throws IOException {
    JsonNode json = new ObjectMapper().readTree(Cli.run("doctor", "--json").done());
    assertThat(json.get("OpenVINO").asText()).isEqualTo("2026.4.1");
    assertThat(json.get("cpu flags")).extracting(JsonNode::asText).contains("avx2");
    assertThat(json.get("devices")).extracting(JsonNode::asText).contains("CPU");
    assertThat(json.get("libraries").asText())
        .isEqualTo(System.getProperty("ovkit.native.dir") + " (explicit directory)");
  }

  @Test
  void deepRunsTheWholePathInAnotherProcess() throws IOException, InterruptedException {
    Path libraries = Path.of(System.getProperty("ovkit.native.dir"));
    Child well = Child.run(libraries, temp, Demo.ONNX.getParent().getParent(), "doctor", "--deep");
    assertThat(well.out()).contains("whole path   runs, tried in a separate process");
    assertThat(well.exitCode()).isZero();
    Child without = Child.run(libraries, temp, temp, "doctor", "--deep", "--json");
    assertThat(new ObjectMapper().readTree(without.out()).get("whole path").asText())
        .startsWith("it ends with exit code 1: ovkit: the demo's model is not at ");
    assertThat(without.exitCode()).isEqualTo(4);
  }

  @Test
  void withoutLibrariesItSaysWhereItLookedAndExitsWithThree()
      throws IOException, InterruptedException {
    Path empty = temp.resolve("empty");
    Child said = Child.run(empty, "doctor");
    assertThat(said.exitCode()).isEqualTo(3);
    assertThat(said.err()).isEmpty();
    assertThat(said.out())
        .contains(
            "OpenVINO     no usable OpenVINO 2026.4.1 runtime; searched:%n  explicit directory %s: "
                .formatted(empty));
  }

  @Test
  void inferenceWithoutLibrariesIsOneMessageAndExitsWithThree()
      throws IOException, InterruptedException {
    Path empty = temp.resolve("empty");
    Cli.run("convert", Demo.ONNX, "-o", temp, "-n", "m").done();
    Child said =
        Child.run(
            empty,
            "infer",
            "--ir",
            temp.resolve("m.xml").toString(),
            "--image",
            Demo.picture(0).toString());
    assertThat(said.exitCode()).isEqualTo(3);
    assertThat(said.out()).isEmpty();
    assertThat(said.err())
        .startsWith(
            "ovkit: no usable OpenVINO 2026.4.1 runtime; searched:%n  explicit directory %s: "
                .formatted(empty))
        .doesNotContain("\tat ");
  }

  /** The command in a JVM of its own: libraries are searched once in the life of a JVM. */
  private record Child(int exitCode, String out, String err) {

    static Child run(Path libraries, String... arguments) throws IOException, InterruptedException {
      return run(libraries, libraries.getParent(), Path.of(""), arguments);
    }

    static Child run(Path libraries, Path temp, Path home, String... arguments)
        throws IOException, InterruptedException {
      List<String> line = new ArrayList<>();
      line.add(Path.of(System.getProperty("java.home"), "bin/java").toString());
      line.add("--enable-native-access=ALL-UNNAMED");
      line.add("-Dovkit.native.dir=" + libraries);
      line.add("-Dovkit.home=" + home);
      line.add("-cp");
      line.add(
          System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")));
      line.add("dev.ovkit.cli.Main");
      line.addAll(List.of(arguments));
      Path err = temp.resolve("err.txt");
      Process process = new ProcessBuilder(line).redirectError(err.toFile()).start();
      String out = new String(process.getInputStream().readAllBytes(), UTF_8);
      return new Child(process.waitFor(), out, Files.readString(err));
    }
  }
}
