package dev.ovkit.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Path;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** OpenVINO folders as Ultralytics writes them: the output has no tensor name. */
class ExportedIrTest {

  private static final int COMPARED = 20;

  private final ObjectMapper json = new ObjectMapper();

  @ParameterizedTest
  @ValueSource(strings = {"ov_11n", "ov_26n_e2e"})
  void aFolderIsAModelAndItsNamelessOutputIsFound(String name) throws IOException {
    JsonNode reference = json.readTree(families().resolve(name + ".ref.json").toFile());
    String picture = reference.fieldNames().next();
    JsonNode found =
        json.readTree(
            Cli.run(
                    "infer",
                    families().resolve(name),
                    families().resolve("png").resolve(picture.replace(".jpg", ".png")),
                    "--json")
                .out());
    for (int i = 0; i < COMPARED; i++) {
      JsonNode expected = reference.get(picture).get(i);
      if (isTurnedInsideOut(expected.get("box"))) {
        continue; // which an untrained network gives, and ovkit drops
      }
      assertThat(StreamSupport.stream(found.findValue("detections").spliterator(), false))
          .as("%s of %s", expected, name)
          .anySatisfy(box -> same(box, expected));
    }
  }

  private static boolean isTurnedInsideOut(JsonNode corners) {
    return corners.get(2).asDouble() <= corners.get(0).asDouble()
        || corners.get(3).asDouble() <= corners.get(1).asDouble();
  }

  private static void same(JsonNode found, JsonNode expected) {
    assertThat(found.get("class_id").asInt()).isEqualTo(expected.get("c").asInt());
    assertThat(found.get("score").asDouble()).isEqualTo(expected.get("s").asDouble(), within(0.01));
    JsonNode box = expected.get("box");
    assertThat(found.get("box").get("x").asDouble()).isEqualTo(box.get(0).asDouble(), within(1.0));
    assertThat(found.get("box").get("y").asDouble()).isEqualTo(box.get(1).asDouble(), within(1.0));
  }

  @Test
  void inspectAndVerifyTakeTheFolderToo() {
    Path folder = families().resolve("ov_11n");
    assertThat(Cli.run("inspect", folder).done()).contains("yolo11n_t_None.xml", ":0 [1,");
    Cli same =
        Cli.run("verify", folder, folder, "--images", families().resolve("png/000000011511.png"));
    assertThat(same.exitCode()).as(same.err() + same.out()).isZero();
  }

  @Test
  void anotherTaskIsReadAsItsNotesSay() throws IOException {
    JsonNode found =
        json.readTree(
            Cli.run(
                    "infer",
                    families().resolve("ov_11n_pose"),
                    families().resolve("png/000000011511.png"),
                    "--json")
                .out());
    assertThat(found.findValue("task").asText()).isEqualTo("pose");
    JsonNode reference =
        json.readTree(families().resolve("11n-pose.pose.ref.json").toFile())
            .findValue("detections");
    // Its weights are f16, so the last digits differ.
    JsonNode expected = reference.get(0);
    JsonNode best = found.findValue("detections").get(0);
    assertThat(best.get("class_id")).isEqualTo(expected.get("class_id"));
    assertThat(best.get("score").asDouble())
        .isEqualTo(expected.get("score").asDouble(), within(0.01));
    for (int i = 0; i < expected.get("keypoints").size(); i++) {
      JsonNode point = best.get("key_points").get(i);
      JsonNode wanted = expected.get("keypoints").get(i);
      assertThat(point.get("x").asDouble()).isEqualTo(wanted.get(0).asDouble(), within(1.0));
      assertThat(point.get("y").asDouble()).isEqualTo(wanted.get(1).asDouble(), within(1.0));
      assertThat(point.get("score").asDouble()).isEqualTo(wanted.get(2).asDouble(), within(0.01));
    }
  }

  private static Path families() {
    return Cli.shared().resolve("families");
  }
}
