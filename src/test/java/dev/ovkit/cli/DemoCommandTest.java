package dev.ovkit.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.ovkit.compare.Comparison;
import dev.ovkit.model.Box;
import dev.ovkit.model.Detection;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The demo on the project's own model; no shared data needed. */
@Tag("integration")
class DemoCommandTest {

  private static final Path MODELS = Path.of(System.getProperty("ovkit.home"), "ir-models");

  @TempDir private Path temp;

  @Test
  void theIrBesideTheOnnxIsWhatConvertMakesOfIt() {
    assertThat(Cli.run("convert", MODELS.resolve("conveyor-parts.onnx"), "-o", temp).exitCode())
        .isZero();

    for (String file : List.of("conveyor-parts.xml", "conveyor-parts.bin")) {
      assertThat(temp.resolve(file)).hasSameBinaryContentAs(MODELS.resolve(file));
    }
  }

  @Test
  void theDemoFindsMostPartsAndInventsFew() throws IOException {
    Cli demo = Cli.run("demo", "--out", temp);
    assertThat(demo.exitCode()).isZero();
    assertThat(demo.out()).contains("The same by hand:", "ovkit convert", "ovkit infer");

    JsonNode found =
        new ObjectMapper().readTree(temp.resolve("detections.json").toFile()).get("pictures");
    JsonNode truth =
        new ObjectMapper().readTree(MODELS.resolve("pictures/instances.json").toFile());
    int right = 0;
    int missed = 0;
    int invented = 0;
    for (JsonNode image : truth.get("images")) {
      String name = image.get("file_name").asText();
      assertThat(temp.resolve(name)).isNotEmptyFile();
      Comparison comparison =
          Comparison.of(truth(truth, image.get("id").asInt()), found(found, name), 0.5);
      right += comparison.pairs().size();
      missed += comparison.onlyFirst().size();
      invented += comparison.onlySecond().size();
    }
    assertThat((double) right / (right + missed)).as("found of all").isGreaterThan(0.8);
    assertThat((double) invented / right).as("invented to found").isLessThan(0.1);
  }

  private static List<Detection> truth(JsonNode truth, int image) {
    List<Detection> parts = new ArrayList<>();
    int first = truth.get("categories").get(0).get("id").asInt();
    for (JsonNode annotation : truth.get("annotations")) {
      if (annotation.get("image_id").asInt() == image) {
        JsonNode box = annotation.get("bbox");
        parts.add(
            part(
                annotation.get("category_id").asInt() - first,
                1,
                box.get(0),
                box.get(1),
                box.get(2),
                box.get(3)));
      }
    }
    return parts;
  }

  private static List<Detection> found(JsonNode pictures, String name) {
    for (JsonNode picture : pictures) {
      if (picture.get("file").asText().endsWith("/" + name)) {
        List<Detection> parts = new ArrayList<>();
        for (JsonNode d : picture.get("detections")) {
          JsonNode box = d.get("box");
          parts.add(
              part(
                  d.get("class_id").asInt(),
                  d.get("score").asDouble(),
                  box.get("x"),
                  box.get("y"),
                  box.get("width"),
                  box.get("height")));
        }
        return parts;
      }
    }
    throw new AssertionError(name + " is not among the results");
  }

  private static Detection part(
      int classId, double score, JsonNode x, JsonNode y, JsonNode width, JsonNode height) {
    Box box =
        new Box(
            (float) x.asDouble(),
            (float) y.asDouble(),
            (float) width.asDouble(),
            (float) height.asDouble());
    return new Detection("", classId, (float) score, box);
  }
}
