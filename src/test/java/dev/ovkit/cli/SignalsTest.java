package dev.ovkit.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.ovkit.cli.print.ExitCode;
import dev.ovkit.internal.files.Trees;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A command that a signal stops ends with the signal's exit code and leaves nothing behind. */
@Tag("integration")
class SignalsTest {

  private static final int TERMINATED = 143;
  private static final int KILLED = 137;
  private static final int PICTURES = 2000;
  private static final List<String> IR_FILES =
      List.of("OUT/a/conveyor-parts.bin", "OUT/a/conveyor-parts.json", "OUT/a/conveyor-parts.xml");

  @TempDir private Path temp;

  /** OUT is not there; PICTURE* is so many pictures that the command is still at work. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "quantize MODEL.xml PICTURE* -o OUT/a --html HTML",
        "infer MODEL.xml PICTURE* --out OUT/a --save-crops OUT/crops",
        "infer MODEL.onnx PICTURE* --format yolo --out OUT/a",
        "verify MODEL.onnx MODEL.xml --images PICTURE* --html HTML",
        "tune --ir MODEL.xml --images PICTURE*",
        "bench MODEL.xml PICTURE*",
      })
  void aSignalEndsACommandWithItsOwnCodeAndLeavesNothing(String line) throws Exception {
    for (String signal : List.of("INT", "TERM")) {
      Path folder = Files.createDirectory(temp.resolve(signal));
      Process process = start(line, folder);
      waitForWork(process);
      signal(process, signal);
      process.getInputStream().readAllBytes();
      String said = new String(process.getErrorStream().readAllBytes(), UTF_8);
      assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
      assertThat(process.exitValue())
          .as(said)
          .isEqualTo(signal.equals("INT") ? ExitCode.INTERRUPTED : TERMINATED);
      assertThat(said).doesNotContain("internal error").doesNotContain("at dev.ovkit");
      assertThat(left(folder)).isEmpty();
    }
  }

  /** A conversion may be done before the signal comes; then it is whole. */
  @Test
  void aConversionThatIsStoppedIsDoneOrLeavesNothing() throws Exception {
    for (int i = 0; i < 4; i++) {
      Path folder = Files.createDirectory(temp.resolve("int" + i));
      Process process = start("convert MODEL.onnx -o OUT/a", folder);
      waitForWork(process);
      Thread.sleep(40L * i);
      signal(process, "INT");
      process.getInputStream().readAllBytes();
      assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
      if (process.exitValue() == 0) {
        assertThat(left(folder)).isEqualTo(IR_FILES);
      } else {
        assertThat(process.exitValue()).isEqualTo(ExitCode.INTERRUPTED);
        assertThat(left(folder)).isEmpty();
      }
    }
  }

  @Test
  void whatAKilledConversionLeavesTheNextOneTakesAway() throws Exception {
    Path out = temp.resolve("OUT/a");
    Process process;
    do {
      Trees.deleteIfPossible(temp.resolve("OUT"));
      process = start("convert MODEL.onnx -o OUT/a", temp);
      while (process.isAlive() && !Files.isDirectory(out)) {
        Thread.sleep(1);
      }
      process.destroyForcibly();
    } while (process.waitFor() != KILLED || left(temp).equals(IR_FILES));
    assertThat(left(temp)).isNotEmpty().allMatch(name -> name.startsWith("OUT/a"));
    TimeUnit.SECONDS.sleep(2);
    Cli.run("convert", Demo.ONNX, "-o", out).done();
    assertThat(left(temp)).isEqualTo(IR_FILES);
  }

  @Test
  void aFolderForResultsThatNeverCameIsTakenAway() {
    StringWriter err = new StringWriter();
    int exitCode =
        Program.run(
            Main::run,
            OutputStream.nullOutputStream(),
            new PrintWriter(err),
            "infer",
            temp.resolve("none.xml").toString(),
            Demo.picture(0).toString(),
            "--out",
            temp.resolve("a/b").toString());
    assertThat(err.toString()).contains("none.xml: no such file");
    assertThat(exitCode).isEqualTo(ExitCode.FAILED);
    assertThat(temp).isEmptyDirectory();
  }

  private Process start(String line, Path folder) throws IOException {
    List<String> command = new ArrayList<>(List.of("env", "--default-signal=INT"));
    List<String> own = TestBundle.command();
    command.addAll(own.subList(0, own.size() - 1));
    command.add(1 + command.indexOf(own.get(0)), "-Djava.io.tmpdir=" + folder);
    command.add(Main.class.getName());
    for (String word : line.split(" ")) {
      switch (word) {
        case "PICTURE*" ->
            command.addAll(Collections.nCopies(PICTURES, Demo.picture(0).toString()));
        case "HTML" -> command.add(folder.resolve("report.html").toString());
        default ->
            command.add(
                word.replaceFirst("^MODEL\\.onnx$", Demo.ONNX.toString())
                    .replaceFirst("^MODEL\\.xml$", Demo.IR.toString())
                    .replaceFirst("^OUT", folder.resolve("OUT").toString()));
      }
    }
    ProcessBuilder process = new ProcessBuilder(command);
    process.environment().put("OVKIT_CACHE_DIR", folder.resolve("cache").toString());
    return process.start();
  }

  /** A command that has loaded OpenVINO has begun. */
  private static void waitForWork(Process process) throws Exception {
    while (process.isAlive() && !loaded(process)) {
      Thread.sleep(5);
    }
    assertThat(process.isAlive()).isTrue();
  }

  private static boolean loaded(Process process) throws IOException {
    Path maps = Path.of("/proc", Long.toString(process.pid()), "maps");
    return Files.exists(maps) && Files.readString(maps).contains("libopenvino_c");
  }

  private static void signal(Process process, String name) throws Exception {
    new ProcessBuilder("kill", "-" + name, Long.toString(process.pid())).start().waitFor();
  }

  /**
   * Files, and folders that are empty; without results, and without what ONNX Runtime unpacks into
   * the system's temporary folder.
   */
  private static List<String> left(Path folder) throws IOException {
    try (Stream<Path> walk = Files.walk(folder)) {
      return walk.filter(path -> !path.equals(folder))
          .filter(path -> !Files.isDirectory(path) || isEmpty(path))
          .map(path -> folder.relativize(path).toString())
          .filter(
              name ->
                  !name.matches(
                      "(OUT/(a|crops)/.*\\.(jpg|txt)|cache/converted/\\w{32}/.*|onnxruntime-java.*)"))
          .sorted()
          .toList();
    }
  }

  private static boolean isEmpty(Path folder) {
    String[] inside = folder.toFile().list();
    return inside != null && inside.length == 0;
  }
}
