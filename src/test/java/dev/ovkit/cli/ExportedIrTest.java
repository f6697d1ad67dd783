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
  void anotherTaskIsRefused() {
    Cli said =
        Cli.run(
            "infer", families().resolve("ov_11n_pose"), families().resolve("png/000000011511.png"));
    assertThat(said.err()).contains("its metadata.yaml says that its task is 'pose'");
    assertThat(said.exitCode()).isEqualTo(1);
  }

  private static Path families() {
    return Cli.shared().resolve("families");
  }
}
