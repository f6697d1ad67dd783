package dev.ovkit.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.ovkit.cli.print.ExitCode;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The service as its user sees it, on the project's own model. */
@Tag("integration")
class WatchCommandTest {

  private static final Path MODELS = Path.of(System.getProperty("ovkit.home"), "ir-models");
  private static final Path IR = MODELS.resolve("conveyor-parts.xml");

  /** Listens as systemd does, prints what comes, and ends after STOPPING. */
  private static final String MANAGER =
      """
      import socket
      listening = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
      listening.bind("\\0NAME")
      print("bound", flush=True)
      message = ""
      while message != "STOPPING=1":
          message = listening.recv(65536).decode()
          print(message, flush=True)
      """;

  @TempDir private Path temp;
  private Path in;
  private Path out;

  @BeforeEach
  void folders() throws IOException {
    in = Files.createDirectory(temp.resolve("in"));
    out = temp.resolve("out");
  }

  private void drop(int picture, String name) throws IOException {
    Files.copy(MODELS.resolve("pictures/%06d.jpg".formatted(picture % 5)), in.resolve(name));
  }

  private Cli once(Object... more) {
    List<Object> line =
        new ArrayList<>(
            List.of("watch", "--ir", IR, "--in", in, "--out", out, "--once", "--settle", "20"));
    line.addAll(List.of(more));
    return Cli.run(line.toArray());
  }

  @Test
  void aResultIsWhatInferSaysOfThePicture() throws IOException {
    drop(1, "a.jpg");
    assertThat(once("--draw").done()).isEqualTo("1 done, 0 unreadable%n".formatted());
    assertThat(Cli.files(out)).containsExactly(".ovkit", "a.jpg.drawn.jpg", "a.jpg.json");
    JsonNode result = comparable(Files.readString(out.resolve("a.jpg.json")));
    String said =
        Cli.run("infer", "--ir", IR, "--image", in.resolve("done/a.jpg"), "--json").done();
    assertThat(result).isEqualTo(comparable(said));
    assertThat(result.at("/pictures/0/detections").size()).isPositive();
  }

  /** Without what is not the same from one run, and one folder, to the next. */
  private static JsonNode comparable(String json) throws IOException {
    JsonNode object = new ObjectMapper().readTree(json);
    ObjectNode picture = (ObjectNode) object.at("/pictures/0");
    assertThat(picture.remove("ms").size()).isEqualTo(4);
    picture.put("file", Path.of(picture.get("file").asText()).getFileName().toString());
    return object;
  }

  @Test
  void whatIsSetAsideIsSaidAndIsExitCode1() throws IOException {
    drop(0, "good.jpg");
    Files.writeString(in.resolve("bad.jpg"), "no picture");
    Cli cli = once("--verbose", "--json");
    assertThat(cli.exitCode()).isEqualTo(ExitCode.FAILED);
    assertThat(cli.err().lines())
        .hasSize(2)
        .anyMatch(line -> line.matches("good\\.jpg  \\d+ found  [0-9.]+ ms"))
        .anyMatch(line -> line.startsWith("ovkit: moved to failed: bad.jpg: "));
    assertThat(new ObjectMapper().readValue(cli.out(), Map.class))
        .isEqualTo(Map.of("done", 1, "set_aside", 1, "unfinished", 0, "left", 0));
  }

  @Test
  void aGoodPictureIsNotTalkedOf() throws IOException {
    drop(0, "good.jpg");
    once().done();
  }

  /** With anchors that are far too small every box is below a pixel. The alarm is raised once. */
  @Test
  void aModelThatIsReadWronglyIsReportedOnce() throws IOException {
    Path wrong = temp.resolve("wrong.xml");
    String xml = Files.readString(IR);
    Files.writeString(
        wrong,
        xml.replaceAll("(head_\\d_anchors value=\")[^\"]*", "$10.01,0.01 0.01,0.01 0.01,0.01"));
    Files.copy(MODELS.resolve("conveyor-parts.bin"), temp.resolve("wrong.bin"));
    drop(0, "a.jpg");
    drop(1, "b.jpg");
    Cli cli = Cli.run("watch", "--ir", wrong, "--in", in, "--out", out, "--once", "--settle", "20");
    assertThat(cli.exitCode()).isEqualTo(ExitCode.DONE);
    assertThat(cli.err().lines())
        .singleElement()
        .asString()
        .contains("every box is smaller than a pixel")
        .endsWith(
            "find out with: ovkit diagnose --ir %s --images %s"
                .formatted(wrong, in.resolve("done/a.jpg")));
  }

  @Test
  void aFolderThatCannotBeMadeIsOneMessage() throws IOException {
    Path file = Files.createFile(temp.resolve("file"));
    Cli.run("watch", "--ir", IR, "--in", in, "--out", file)
        .failsWith(
            ExitCode.FAILED,
            "cannot write '%s': a file of that name exists; give a writable place".formatted(file));
    Cli.run("watch", "--ir", IR, "--in", in, "--out", in)
        .failsWith(
            ExitCode.WRONG_USAGE,
            "'%s' is both IN and OUT, so results would be read as pictures; give two folders"
                .formatted(in));
  }

  @Test
  void underAManagerItIsReadyAliveAndStopsWithAllDoneAndExitCode0() throws Exception {
    String name = "ovkit-watch-%d-%d".formatted(ProcessHandle.current().pid(), System.nanoTime());
    Process manager =
        new ProcessBuilder("python3", "-c", MANAGER.replace("NAME", name))
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    BufferedReader heard = manager.inputReader(UTF_8);
    assertThat(heard.readLine()).isEqualTo("bound");
    for (int i = 0; i < 40; i++) {
      drop(i, i + ".jpg");
    }
    // The C locale cannot spell this one; it is done all the same.
    drop(0, "größe.jpg");
    Process watch = start("@" + name);
    assertThat(heard.readLine()).isEqualTo("READY=1");
    List<String> lines = new ArrayList<>();
    while (lines.stream().filter("WATCHDOG=1"::equals).count() < 3) {
      lines.add(heard.readLine());
    }
    assertThat(watch.toHandle().destroy()).isTrue(); // SIGTERM; and its stdout stays open
    String said = new String(watch.getInputStream().readAllBytes(), UTF_8);
    assertThat(watch.waitFor()).as(said).isZero();
    assertThat(heard.lines().toList()).endsWith("STOPPING=1");
    assertThat(manager.waitFor()).isZero();
    long results = names(out).filter(file -> file.endsWith(".json")).count();
    assertThat(said.strip()).isEqualTo("%d done, 0 unreadable".formatted(results));
    // Nothing is under way any more: what is not done was not begun.
    long waiting = names(in).filter(file -> file.endsWith(".jpg")).count();
    assertThat(names(in.resolve("done")).count()).isEqualTo(results);
    assertThat(results + waiting).isEqualTo(41);
    once().done();
    assertThat(names(in.resolve("done")).count()).isEqualTo(41);
  }

  private Process start(String socket) throws IOException {
    ProcessBuilder process =
        new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "--enable-native-access=ALL-UNNAMED",
            "-Xmx64m",
            "-Dovkit.native.dir=" + System.getProperty("ovkit.native.dir"),
            "-cp",
            System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
            Main.class.getName(),
            "watch",
            "--ir",
            IR.toString(),
            "--in",
            in.toString(),
            "--out",
            out.toString());
    process.environment().put("NOTIFY_SOCKET", socket);
    process.environment().put("WATCHDOG_USEC", "300000");
    process.environment().put("LC_ALL", "C");
    return process.redirectError(ProcessBuilder.Redirect.INHERIT).start();
  }

  @Test
  void aFolderThatIsNotThereIsRefusedUnlessItIsToBeMade() throws IOException {
    Path missing = in.resolveSibling("mising");
    Cli.run("watch", IR, "--in", missing, "--out", out, "--once")
        .failsWith(2, "--in '%s': no such folder; create it, or give --create".formatted(missing));
    assertThat(missing).doesNotExist();
    Cli.run("watch", IR, "--in", missing, "--out", out, "--once", "--create").done();
    assertThat(missing).isDirectory();
  }

  private static Stream<String> names(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files
          .filter(Files::isRegularFile)
          .map(f -> f.getFileName().toString())
          .toList()
          .stream();
    }
  }
}
