package dev.ovkit.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.ovkit.bench.Baseline;
import dev.ovkit.bench.Mode;
import dev.ovkit.bench.Stage;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Commands take what earlier versions wrote, and print JSON of the same form. */
@Tag("integration")
class EarlierVersionsCommandsTest {

  private static final Path WRITTEN =
      Path.of(System.getProperty("ovkit.home"))
          .resolve("toolkit/box/src/test/resources/written-by/a84f991");
  private static final Path PICTURE = WRITTEN.resolve("parts.png");

  @TempDir private Path temp;

  private static Path ir(String name) {
    return WRITTEN.resolve("ir").resolve(name + ".xml");
  }

  @ParameterizedTest
  @CsvSource({"heads", "maps", "lazy", "columns", "rows-decoded", "rows-sigmoid", "yolox"})
  void inferPrintsWhatItPrintedThen(String name) throws IOException {
    ObjectMapper json = new ObjectMapper();
    Cli infer =
        Cli.run(
            "infer",
            "--ir",
            ir(name),
            "--image",
            PICTURE,
            "--no-profile",
            "--iou",
            1,
            "--conf",
            0.8,
            "--json");
    JsonNode now = json.readTree(infer.done()).get("pictures").get(0);
    JsonNode then = json.readTree(WRITTEN.resolve("answers/" + name + ".json").toFile());
    assertThat(now.get("width").asInt()).isEqualTo(160);
    assertThat(now.get("height").asInt()).isEqualTo(90);
    assertThat(now.get("detections")).hasSameSizeAs(then);
    for (int i = 0; i < then.size(); i++) {
      JsonNode found = now.get("detections").get(i);
      assertThat(found.get("label")).isEqualTo(then.get(i).get("label"));
      assertThat(found.get("class_id")).isEqualTo(then.get(i).get("class_id"));
      assertThat(found.get("score").asDouble())
          .isCloseTo(then.get(i).get("score").asDouble(), within(1e-4));
      for (String side : new String[] {"x", "y", "width", "height"}) {
        assertThat(found.get("box").get(side).asDouble())
            .isCloseTo(then.get(i).get("box").get(side).asDouble(), within(1e-4 * 160));
      }
    }
  }

  @ParameterizedTest
  @CsvSource({"yolov5-maps,heads-fp32", "yolov5-maps,heads-mo", "yolox-decoded,yolox-decoded"})
  void verifyFindsAnIrOfThenEqualToItsOnnx(String onnx, String ir) {
    Path model = WRITTEN.resolve("onnx").resolve(onnx + ".onnx");
    Cli verify = Cli.run("verify", model, ir(ir), "--images", PICTURE, "--min-iou", 0.9);
    assertThat(verify.exitCode()).as(verify.out() + verify.err()).isZero();
  }

  @Test
  void convertRepeatsAManifestOfThen() {
    Cli convert =
        Cli.run(
            "convert",
            WRITTEN.resolve("onnx/yolov5-rows.onnx"),
            "--from-manifest",
            WRITTEN.resolve("ir/lazy.json"),
            "-o",
            temp);
    assertThat(convert.exitCode()).as(convert.err()).isZero();
    assertThat(temp.resolve("lazy.xml")).hasSameBinaryContentAs(ir("lazy"));
  }

  @Test
  void aBaselineOfThenIsRead() {
    Baseline baseline = BaselineFile.read(WRITTEN.resolve("baseline.json"));
    assertThat(baseline.mode()).isEqualTo(Mode.LATENCY);
    assertThat(baseline.processors()).isEqualTo(2);
    assertThat(baseline.pictures()).isEqualTo(1);
    Baseline.Model model = baseline.models().get(0);
    assertThat(model.file()).isEqualTo("ir/heads-fp32.xml");
    assertThat(model.precision()).isEqualTo("f32");
    assertThat(model.medians()).containsEntry(Stage.INFER, 5.535873);
  }
}
