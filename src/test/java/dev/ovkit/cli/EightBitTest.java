package dev.ovkit.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.ovkit.bundle.SigningKey;
import dev.ovkit.cli.print.ExitCode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code quantize} on the project's own model, and what the other commands make of the result. */
@Tag("integration")
class EightBitTest {

  private static final Path DEMO = Path.of(System.getProperty("ovkit.home"), "ir-models");
  private static final Path FLOAT = DEMO.resolve("conveyor-parts.xml");
  private static final Path PICTURES = DEMO.resolve("pictures");
  private static final ObjectMapper JSON = new ObjectMapper();

  @TempDir private static Path shared;
  private static Path ir;
  private static Path html;
  private static JsonNode made;

  @TempDir private Path temp;

  @BeforeAll
  static void makeTheDemoModel8Bit() throws IOException {
    html = shared.resolve("report.html");
    String said =
        Cli.run(
                "quantize",
                "--ir",
                FLOAT,
                "--images",
                PICTURES,
                "-o",
                shared,
                "-n",
                "eight",
                "--check-images",
                PICTURES,
                "--html",
                html,
                "--json")
            .out();
    made = JSON.readTree(said);
    ir = shared.resolve("eight.xml");
  }

  @Test
  void itIsLetOutWhenItsBoxesHold() {
    assertThat(made.get("xml").asText()).isEqualTo(ir.toString());
    JsonNode check = made.get("checks").get(0);
    assertThat(check.get("measure").asText()).isEqualTo("boxes");
    assertThat(check.get("int8").asDouble()).isGreaterThanOrEqualTo(0.9);
    assertThat(made.get("int8_running")).isEqualTo(made.get("int8_convolutions"));
    assertThat(made.get("warnings").get(0).asText())
        .isEqualTo(
            "calibrated with 5 pictures; give 10 or more like those that the detector will see");
  }

  @Test
  void theReportHasEveryConvolutionWithItsCostAndTheSpeed() throws IOException {
    String page = Files.readString(html);
    assertThat(page)
        .contains("Written.", "<h2>Check</h2>", "boxes that agree", "<h2>Ranges</h2>")
        .contains("f32, a few passes", "INT8, a few passes", " MB (", " convolutions, of which")
        .contains("What each convolution costs", "Error of the weights", "Speed of the network")
        .doesNotContain("-0.0000");
    for (JsonNode layer : made.get("convolutions")) {
      assertThat(page).contains(layer.get("name").asText());
      if (layer.get("treatment").asText().startsWith("i8")) {
        assertThat(layer.get("cost").asDouble()).isPositive();
      }
    }
    assertThat(made.get("ms").get("f32").asDouble()).isPositive();
    assertThat(made.get("ms").get("int8").asDouble()).isPositive();
  }

  @Test
  void benchCallsItInt8() {
    Path one = PICTURES.resolve("000000.jpg");
    String said = Cli.run("bench", ir, FLOAT, one, "--passes", "2", "--warm-up", "0").out();
    assertThat(said)
        .containsPattern("(?m)^  INT8, the rest f32, 1 stream")
        .containsPattern("(?m)^  f32, 1 stream")
        .contains("instruction sets of the kernels: ");
  }

  @Test
  void verifyJudgesItByItsBoxes() throws IOException {
    Cli verified = Cli.run("verify", FLOAT, ir, "--images", PICTURES, "--json");
    assertThat(verified.exitCode()).as(verified.out()).isEqualTo(ExitCode.DONE);
    JsonNode tolerance = JSON.readTree(verified.out()).get("tolerance");
    assertThat(tolerance.has("relative_l2")).isFalse();
    assertThat(tolerance.get("score").asDouble()).isEqualTo(0.15);
  }

  @Test
  void inTheBundleTheSelfTestHoldsOnACpuWithoutVnniAsWell() throws Exception {
    Path key = temp.resolve("signing.key");
    SigningKey.generate().write(key);
    Path bundle = temp.resolve("app-1.0.0");
    Path picture = PICTURES.resolve("000000.jpg");
    Cli packed = Cli.run("package", "--ir", ir, "--golden", picture, "--key", key, "-o", bundle);
    assertThat(packed.exitCode()).as(packed.err()).isEqualTo(ExitCode.DONE);
    JsonNode golden = JSON.readTree(bundle.resolve("golden/golden.json").toFile());
    assertThat(golden.get("score tolerance").asDouble()).isEqualTo(0.2);
    assertThat(golden.get("lowest iou").asDouble()).isEqualTo(0.5);

    ProcessBuilder command =
        new ProcessBuilder(bundle.resolve("bin/ovkit").toString(), "self-test")
            .redirectErrorStream(true);
    command.environment().put("ONEDNN_MAX_CPU_ISA", "AVX2");
    Process process = command.start();
    String said = new String(process.getInputStream().readAllBytes());
    assertThat(process.waitFor()).as(said).isZero();
    assertThat(said).contains("000000.jpg", "boxes as expected");
  }
}
