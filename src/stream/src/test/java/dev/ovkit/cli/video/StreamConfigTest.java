package dev.ovkit.cli.video;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code ovkit stream --config} as a user runs it. */
@Tag("integration")
class StreamConfigTest {

  private static final Path HOME = Path.of(System.getProperty("ovkit.home"));
  private static final Path IR = HOME.resolve("ir-models/conveyor-parts.xml");
  private static final Path PICTURES = HOME.resolve("ir-models/pictures");

  @TempDir Path temp;

  private Path config(String text) throws IOException {
    return Files.writeString(
        temp.resolve("cameras.yaml"),
        text.replace("MODEL", IR.toString()).replace("PICTURES", PICTURES.toString()));
  }

  private Process start(Object... arguments) throws IOException {
    List<Object> words = new ArrayList<>(List.of("stream"));
    words.addAll(List.of(arguments));
    ProcessBuilder builder =
        new ProcessBuilder(OvkitCommand.of(words.toArray()))
            .redirectOutput(temp.resolve("stdout").toFile())
            .redirectError(temp.resolve("stderr").toFile());
    builder.environment().put("DOOR_PASSWORD", "s3cret");
    return builder.start();
  }

  private int run(Object... arguments) throws Exception {
    return start(arguments).waitFor();
  }

  private String out() throws IOException {
    return Files.readString(temp.resolve("stdout"));
  }

  private String err() throws IOException {
    return Files.readString(temp.resolve("stderr"));
  }

  @Test
  void aFileDoesWhatTheOptionsDo() throws Exception {
    Path file =
        config(
            """
            model: MODEL
            fps: all
            detector: {classes: [bolt, nut]}
            cameras:
              - name: parts
                source: PICTURES
            outputs:
              jsonl: {file: boxes.jsonl}
            """);
    assertThat(run("--config", file)).as(err()).isZero();
    List<String> lines = Files.readAllLines(temp.resolve("boxes.jsonl"));
    assertThat(lines).hasSize(5);
    assertThat(String.join("", lines))
        .contains("\"bolt\"", "\"nut\"")
        .doesNotContain("\"washer\"", "\"gear\"");
  }

  @Test
  void checkSummarisesAFileThatIsRight() throws Exception {
    Path file =
        config(
            """
            model: MODEL
            cameras:
              - name: parts
                source: PICTURES
                lines: [{name: gate, from: [640, 720], to: [640, 0]}]
              - name: door
                source: rtsp://admin:${DOOR_PASSWORD}@127.0.0.1:1/a
                lines: [{name: door, from: [640, 720], to: [640, 0]}]
            """);
    assertThat(run("--config", file, "--check")).as(err()).isZero();
    assertThat(out())
        .contains("parts: %s: 5 pictures".formatted(PICTURES))
        .contains(
            "door: rtsp://admin@127.0.0.1:1/a: cannot be opened now: ",
            "; whether its zones and lines are inside the picture was not checked")
        .contains("2 cameras, 0 zones, 2 lines, model " + IR + ": the file is right")
        .doesNotContain("s3cret");
    assertThat(err()).doesNotContain("s3cret");
  }

  @Test
  void checkNamesWhatOnlyTheModelOrTheSourceKnows() throws Exception {
    Path file =
        config(
            """
            model: MODEL
            cameras:
              - name: parts
                source: PICTURES
                lines:
                  - {name: gate, from: [640, 720], to: [640, 0]}
                  - {name: far, from: [1300, 720], to: [1300, 0]}
            """);
    assertThat(run("--config", file, "--check")).isEqualTo(2);
    assertThat(err())
        .contains(file + ":7: 1300.0,720.0 is outside of the frame, which is 1280x720");
    file =
        config(
            """
            model: MODEL
            detector:
              classes: [bolt, wascher]
            cameras: [{name: parts, source: PICTURES}]
            """);
    assertThat(run("--config", file, "--check")).isEqualTo(2);
    assertThat(err())
        .contains(
            "%s:3: class 'wascher': '%s' has no such class; did you mean 'washer'?"
                .formatted(file, IR));
  }

  @Test
  void optionsBesideAFileAreRefused() throws Exception {
    Path file = config("cameras: [{name: parts, source: PICTURES}]\n");
    assertThat(run("--config", file, IR, "--fps", "3")).isEqualTo(2);
    assertThat(err()).contains("--fps has no effect with --config; set it in " + file);
    assertThat(run("--config", file, IR, PICTURES)).isEqualTo(2);
    assertThat(err()).contains("sources have no effect with --config; list them in " + file);
    assertThat(run(IR, PICTURES, "--check")).isEqualTo(2);
    assertThat(err()).contains("--check without --config has no effect; give a file");
    assertThat(run("--schema")).isZero();
    assertThat(out()).contains("\"$schema\": \"https://json-schema.org/draft/2020-12/schema\"");
  }

  private void awaitText(Process process, String file, String text) throws Exception {
    while (!Files.readString(temp.resolve(file)).contains(text)) {
      assertThat(process.isAlive()).as(err()).isTrue();
      Thread.sleep(20);
    }
  }

  /** A camera that cannot be reached keeps the command running, and is as good as any. */
  @Test
  void aChangedFileIsTakenOverAndAWrongOneIsNot() throws Exception {
    String first =
        """
        model: MODEL
        cameras:
          - name: door
            source: rtsp://admin:${DOOR_PASSWORD}@127.0.0.1:1/a
        track: true
        outputs: {metrics: 0}
        """;
    Path file = config(first);
    Process process = start("--config", file);
    try {
      awaitText(process, "stderr", "trying again");
      String more = first + "fps: all\n";
      config(
          more.replace(
              "track: true",
              "  - {name: parts, source: PICTURES, lines: [{name: far, from: [0, 0], to: [9000, 1]}]}"));
      hangUp(process);
      awaitText(process, "stderr", "read again: 0 cameras go on, 2 new, 1 gone");
      awaitText(process, "stderr", "parts is watched without zones and lines");
      awaitText(process, "stdout", "\"camera\":\"parts\"");
      config(more.replace("name: door", "nmae: door"));
      hangUp(process);
      awaitText(process, "stderr", ":3: unknown key 'nmae'; did you mean 'name'?");
      awaitText(process, "stderr", "nothing was changed; the former file goes on");
      config(more.replace("metrics: 0", "metrics: 1"));
      hangUp(process);
      awaitText(process, "stderr", "changed, and taken over at the next start: outputs");
      assertThat(metrics()).contains("camera=\"door\"").doesNotContain("s3cret");
    } finally {
      process.destroy();
      assertThat(process.waitFor()).as(err()).isZero();
    }
    assertThat(err()).doesNotContain("s3cret").doesNotContain("Exception");
    assertThat(out()).doesNotContain("s3cret");
  }

  private static void hangUp(Process process) throws Exception {
    assertThat(new ProcessBuilder("kill", "-HUP", String.valueOf(process.pid())).start().waitFor())
        .isZero();
  }

  private String metrics() throws Exception {
    Matcher address = Pattern.compile("metrics: (http://[^ \n]*)").matcher(err());
    assertThat(address.find()).isTrue();
    return HttpClient.newHttpClient()
        .send(
            HttpRequest.newBuilder(URI.create(address.group(1))).build(),
            HttpResponse.BodyHandlers.ofString())
        .body();
  }
}
