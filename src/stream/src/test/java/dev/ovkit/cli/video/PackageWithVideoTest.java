package dev.ovkit.cli.video;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code ovkit package --with video}: a bundle that watches cameras. */
@Tag("integration")
class PackageWithVideoTest {

  private static final Path HOME = Path.of(System.getProperty("ovkit.home"));
  private static final ObjectMapper JSON = new ObjectMapper();

  @TempDir Path temp;

  private record Ended(int exitCode, String out, String err) {}

  private Ended run(Object... words) throws IOException, InterruptedException {
    Path err = temp.resolve("stderr");
    Process process =
        new ProcessBuilder(Arrays.stream(words).map(Object::toString).toList())
            .directory(temp.toFile())
            .redirectError(err.toFile())
            .start();
    String out = new String(process.getInputStream().readAllBytes(), UTF_8);
    return new Ended(process.waitFor(), out, Files.readString(err));
  }

  private static List<String> files(Path folder) throws IOException {
    try (Stream<Path> walk = Files.walk(folder)) {
      return walk.filter(Files::isRegularFile)
          .map(file -> folder.relativize(file).toString())
          .toList();
    }
  }

  @Test
  void itHasWhatItNeedsAndWatchesAFilm() throws Exception {
    Path bundle = temp.resolve("app-1.2.0");
    List<String> command =
        OvkitCommand.of(
            "package",
            HOME.resolve("ir-models/conveyor-parts.xml"),
            "--golden",
            HOME.resolve("ir-models/pictures/000000.jpg"),
            "--unsigned",
            "--with",
            "video",
            "-o",
            bundle);
    Ended packed = run(command.toArray());
    assertThat(packed.exitCode).as(packed.err).isZero();
    assertThat(packed.out).contains("FFmpeg ");

    assertThat(files(bundle))
        .contains(
            "native/libavformat.so.62",
            "native/libjniavutil.so",
            "licences/ovkit-video/ffmpeg/LGPL-3.0.txt",
            "licences/ovkit-video/NOTICE",
            "licences/ffmpeg/LICENSE",
            "licences/prometheus-metrics-core/LICENSE")
        .noneMatch(path -> path.contains("exposition-formats") || path.contains("ovkit-desk"));
    JsonNode components =
        JSON.readTree(bundle.resolve("sbom.cdx.json").toFile()).path("components");
    assertThat(components)
        .anySatisfy(
            part -> {
              assertThat(part.path("name").asText()).isEqualTo("ffmpeg libraries");
              assertThat(part.path("licenses").toString()).contains("LGPL-3.0-or-later");
              assertThat(part.path("components").toString()).contains("native/libavcodec.so.62");
            });

    Path launcher = bundle.resolve("bin/ovkit");
    Ended tested = run(launcher, "self-test");
    assertThat(tested.exitCode).as(tested.out + tested.err).isZero();
    assertThat(tested.out).contains("10 frames written and read, with the objects of 000000.jpg");

    Ended watched =
        run(
            launcher,
            "stream",
            "parts=" + HOME.resolve("ir-models/pictures"),
            "--fps",
            "all",
            "--metrics",
            "0",
            "--preview",
            "0",
            "--out",
            "boxes.mp4");
    assertThat(watched.exitCode).as(watched.err).isZero();
    assertThat(watched.out.lines()).hasSize(5);
    assertThat(watched.err.lines().filter(line -> !line.contains("http://127.0.0.1:")))
        .containsExactly("ovkit: parts: 5 pictures", "ovkit: parts: 5 frames, 5 looked at");
    assertThat(temp.resolve("boxes.mp4")).isNotEmptyFile();
  }
}
