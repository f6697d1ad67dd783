package dev.ovkit.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code infer --track} on a camera that moves over one of the demo's pictures. */
@Tag("integration")
class InferTrackTest {

  private static final int FRAMES = 8;
  private static final int STEP = 12;
  private static final int WIDTH = 1000;

  /** The middle of a part that the frame cuts off moves. */
  private static final int EDGE = 5;

  private static final double CONFIDENCE = 0.4;

  @TempDir private static Path frames;
  @TempDir private Path temp;

  /** A part that is always found at the same place of the whole picture. */
  private record Seen(int frame, String label, double x, double y) {}

  @BeforeAll
  static void aMovingCamera() throws IOException {
    BufferedImage whole = ImageIO.read(Demo.picture(0).toFile());
    for (int i = 0; i < FRAMES; i++) {
      BufferedImage frame = whole.getSubimage(i * STEP, 0, WIDTH, whole.getHeight());
      ImageIO.write(frame, "png", frames.resolve("frame-%03d.png".formatted(i)).toFile());
    }
  }

  private JsonNode json(Object... more) throws IOException {
    List<Object> words = new ArrayList<>(List.of("infer", Demo.IR, frames));
    words.addAll(List.of("--json", "--conf", CONFIDENCE));
    words.addAll(List.of(more));
    return new ObjectMapper().readTree(Cli.run(words.toArray()).done()).get("pictures");
  }

  private static Map<Long, List<Seen>> tracks(JsonNode pictures) {
    Map<Long, List<Seen>> tracks = new TreeMap<>();
    for (int i = 0; i < pictures.size(); i++) {
      for (JsonNode one : pictures.get(i).get("detections")) {
        JsonNode box = one.get("box");
        double left = box.get("x").asDouble();
        double width = box.get("width").asDouble();
        boolean whole = left > EDGE && left + width < WIDTH - EDGE;
        if (one.has("track") && whole) {
          double x = left + width / 2 + i * STEP;
          double y = box.get("y").asDouble() + box.get("height").asDouble() / 2;
          tracks
              .computeIfAbsent(one.get("track").asLong(), id -> new ArrayList<>())
              .add(new Seen(i, one.get("label").asText(), x, y));
        }
      }
    }
    return tracks;
  }

  @Test
  void aNumberIsTheSamePartOnAllFrames() throws IOException {
    Map<Long, List<Seen>> tracks = tracks(json("--track"));
    long whole = tracks.values().stream().filter(seen -> seen.size() >= FRAMES - 1).count();
    assertThat(whole).as("%s", tracks).isGreaterThanOrEqualTo(10);
    int steps = 0;
    int same = 0;
    for (List<Seen> seen : tracks.values()) {
      for (int i = 1; i < seen.size(); i++) {
        Seen before = seen.get(i - 1);
        Seen now = seen.get(i);
        assertThat(now.label()).isEqualTo(before.label());
        steps++;
        same += Math.hypot(now.x() - before.x(), now.y() - before.y()) < STEP ? 1 : 0;
      }
    }
    // Parts lie on each other, and which of them is found changes from frame to frame.
    assertThat((double) same / steps).isGreaterThan(0.9);
  }

  /**
   * Boxes above the threshold stay as they were; weaker ones are only reported as part of a track.
   */
  @Test
  void trackingLeavesOutNoBoxAndAddsWeakOnesOfKnownObjects() throws IOException {
    JsonNode plain = json();
    JsonNode tracked = json("--track");
    for (int i = 0; i < FRAMES; i++) {
      Set<JsonNode> sure = new HashSet<>();
      for (JsonNode one : tracked.get(i).get("detections")) {
        boolean weak = one.get("score").asDouble() < CONFIDENCE;
        assertThat(!weak || one.has("track")).as("%s", one).isTrue();
        if (!weak) {
          sure.add(one.get("box"));
        }
      }
      Set<JsonNode> expected = new HashSet<>();
      plain.get(i).get("detections").forEach(one -> expected.add(one.get("box")));
      assertThat(sure).isEqualTo(expected);
    }
  }

  @Test
  void otherFormsHaveTheNumbersTooAndDrawingsShowThem() throws IOException {
    Path drawn = temp.resolve("drawn");
    String table = Cli.run("infer", Demo.IR, frames, "--track", "--out", drawn).done();
    assertThat(table).containsPattern("(?m)^  \\w+ #1 +0\\.");
    assertThat(Cli.files(drawn)).hasSize(FRAMES);
    Path plain = temp.resolve("plain");
    Cli.run("infer", Demo.IR, frames, "--out", plain).done();
    assertThat(Files.readAllBytes(drawn.resolve("frame-000.png")))
        .isNotEqualTo(Files.readAllBytes(plain.resolve("frame-000.png")));

    List<String> csv =
        Cli.run("infer", Demo.IR, frames, "--track", "--format", "csv").done().lines().toList();
    assertThat(csv.get(0)).endsWith(",height,track");
    assertThat(csv.get(1)).matches(".*frame-000.png,.*,\\d+");
    assertThat(Cli.run("infer", Demo.IR, frames, "--track", "--format", "coco").done())
        .contains("\"track_id\" : 1");
  }

  @Test
  void anUnreadableFrameIsReportedInItsPlaceAndTheOthersAreFollowed() throws IOException {
    Path broken = Files.writeString(temp.resolve("broken.png"), "no picture");
    Cli said =
        Cli.run(
            "infer",
            Demo.IR,
            frames.resolve("frame-000.png"),
            broken,
            frames.resolve("frame-001.png"),
            "--track",
            "--format",
            "jsonl",
            "--out",
            temp.resolve("drawn"));
    assertThat(said.exitCode()).isEqualTo(1);
    List<String> lines = said.out().lines().toList();
    assertThat(lines).hasSize(3);
    assertThat(lines.get(0)).contains("\"track\":1");
    assertThat(lines.get(1)).contains("broken.png", "error");
    assertThat(lines.get(2)).contains("\"track\":1");
    assertThat(Cli.files(temp.resolve("drawn"))).containsExactly("frame-000.png", "frame-001.png");
  }

  @Test
  void aClassifierIsRefused() throws IOException {
    Path model = Demo.small("classifier").resolveSibling("../ir/classifier");
    for (String end : List.of(".xml", ".bin")) {
      Files.copy(Path.of(model + end), temp.resolve("classifier" + end));
    }
    Files.writeString(temp.resolve("metadata.yaml"), "task: classify\nnames: {0: a, 1: b, 2: c}\n");
    Cli said = Cli.run("infer", temp.resolve("classifier.xml"), frames, "--track");
    assertThat(said.exitCode()).isEqualTo(2);
    assertThat(said.err())
        .contains("the model is a classifier and has no boxes to follow; expected a detector");
    assertThat(said.out()).isEmpty();
  }

  /** By name, frame 10 comes before frame 2; numbers would be given to a film with cuts. */
  @Test
  void framesThatAreNotInTheOrderOfTheirNumbersAreRefused() throws IOException {
    Path folder = Files.createDirectory(temp.resolve("take1"));
    for (int i : List.of(1, 2, 10)) {
      Files.copy(frames.resolve("frame-000.png"), folder.resolve("frame%d.png".formatted(i)));
    }
    Cli.run("infer", Demo.IR, folder, "--track")
        .failsWith(
            2,
            "--track: by name, '%s' comes before '%s'; give the numbers of all frames as many digits"
                .formatted(folder.resolve("frame10.png"), folder.resolve("frame2.png")));
    Cli.run("infer", Demo.IR, folder).done();
    Files.move(folder.resolve("frame10.png"), folder.resolve("frame3.png"));
    Cli.run("infer", Demo.IR, folder, "--track").done();
  }
}
