package dev.ovkit.cli.video;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code ovkit stream} as a user runs it, on the demo's pictures as a film. */
class StreamCommandTest {

  private static final Path HOME = Path.of(System.getProperty("ovkit.home"));
  private static final String IR = HOME.resolve("ir-models/conveyor-parts.xml").toString();
  private static final String PICTURES = HOME.resolve("ir-models/pictures").toString();

  @TempDir Path temp;

  private Path out;
  private Path err;

  @BeforeEach
  void files() {
    out = temp.resolve("stdout");
    err = temp.resolve("stderr");
  }

  private int run(String... arguments) throws IOException, InterruptedException {
    List<String> command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--enable-native-access=ALL-UNNAMED",
                "-Dovkit.native.dir=" + System.getProperty("ovkit.native.dir")));
    String video = System.getProperty("ovkit.video.dir");
    if (video != null) {
      command.add("-Dovkit.video.dir=" + video);
    }
    command.addAll(
        List.of(
            "-cp",
            System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
            "dev.ovkit.cli.Main",
            "stream"));
    command.addAll(List.of(arguments));
    return new ProcessBuilder(command)
        .redirectOutput(out.toFile())
        .redirectError(err.toFile())
        .start()
        .waitFor();
  }

  private List<JsonNode> lines(Path file) throws IOException {
    ObjectMapper mapper = new ObjectMapper();
    List<JsonNode> lines = new ArrayList<>();
    for (String line : Files.readAllLines(file)) {
      lines.add(mapper.readTree(line));
    }
    return lines;
  }

  private String err() throws IOException {
    return Files.readString(err, StandardCharsets.UTF_8);
  }

  @Test
  void aFolderOrAFilmBecomesJsonLinesAndAnAnnotatedFilm() throws Exception {
    Path film = temp.resolve("boxes.mp4");
    assertThat(run(IR, "parts=" + PICTURES, "--fps", "all", "--out", film.toString()))
        .as(err())
        .isZero();
    List<JsonNode> lines = lines(out);
    assertThat(lines).extracting(line -> line.get("frame").asInt()).containsExactly(0, 1, 2, 3, 4);
    assertThat(lines)
        .allSatisfy(line -> assertThat(line.get("camera").asText()).isEqualTo("parts"));
    assertThat(lines).allSatisfy(line -> assertThat(line.get("detections")).isNotEmpty());
    assertThat(err())
        .isEqualTo("ovkit: parts: 5 pictures%novkit: parts: 5 frames, 5 looked at%n".formatted());

    // The film that was written is a source too, of which every fifth second is looked at.
    Path json = temp.resolve("boxes.jsonl");
    assertThat(run(IR, film.toString(), "--fps", "0.4", "--jsonl", json.toString()))
        .as(err())
        .isZero();
    assertThat(Files.size(out)).isZero();
    assertThat(lines(json))
        .extracting(line -> line.get("time").asDouble())
        .containsExactly(0.0, 3.0);
    assertThat(err()).endsWith("ovkit: boxes.mp4: 5 frames, 2 looked at%n".formatted());
  }

  @Test
  void aSourceThatFailsIsOneLineAndTheOthersGoOn() throws Exception {
    Path text = Files.writeString(temp.resolve("letter.mp4"), "Dear Sir or Madam,\n".repeat(9));
    assertThat(run(IR, text.toString(), PICTURES, "--fps", "all")).isEqualTo(1);
    assertThat(lines(out)).hasSize(5);
    assertThat(err())
        .contains(
            "ovkit: %s: it is no video that can be read (invalid data found when processing input); expected MP4, MKV, TS, AVI or MJPEG%n"
                .formatted(text))
        .doesNotContain("Exception");
  }

  @Test
  void aCameraThatCannotBeReachedIsGivenUpAfterItsRetriesWithoutItsPassword() throws Exception {
    assertThat(run(IR, "door=rtsp://admin:s3cret@127.0.0.1:1/a", "--retries", "1")).isEqualTo(1);
    String line =
        "ovkit: rtsp://admin@127.0.0.1:1/a: the host cannot be reached (connection refused); check address and network";
    assertThat(err())
        .isEqualTo(
            "%s; trying again%n%s%novkit: door: 0 frames, 0 looked at%n".formatted(line, line));
  }

  @Test
  void wrongOptionsAreNamed() throws Exception {
    assertThat(run(IR, PICTURES, "--fps", "fast")).isEqualTo(2);
    assertThat(err()).contains("--fps fast: expected a number above 0, at most 1000, or all");
    assertThat(run(IR, PICTURES, "--weight", "door=2")).isEqualTo(2);
    assertThat(err()).contains("--weight door: no source has that name; there are pictures");
    assertThat(run(IR, PICTURES, "--out", temp.resolve("film.gif").toString())).isEqualTo(2);
    assertThat(err()).contains("films are written as .mp4, .mkv, .ts, .avi or .mjpeg");
  }
}
