package dev.ovkit.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.ovkit.cli.print.ExitCode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code mo}, {@code simplify} and the back ends of {@code convert}, as typed. */
@Tag("network")
class PythonCommandsTest {

  private static final String HEADS = "Conv_462,Conv_478,Conv_494";
  private static final Path DEMO =
      Path.of(System.getProperty("ovkit.home"), "ir-models", "conveyor-parts.onnx")
          .toAbsolutePath();

  @TempDir private Path temp;

  @Test
  void theSeedsCommandLineGivesAnIrThatInfersWithoutAFlag() {
    Path model = Cli.shared().resolve("models/pplcnet-yolo-seed-names-quarter.onnx");
    Cli mo =
        Cli.run(
            "mo",
            "--input_model",
            model,
            "-s",
            "255",
            "--data_type",
            "FP16",
            "--reverse_input_channels",
            "--output",
            HEADS,
            "--output_dir",
            temp);
    assertThat(mo.exitCode()).as(mo.err()).isZero();
    assertThat(mo.out()).contains(HEADS.replace(",", ", "), "reversed (the IR takes BGR)");
    Path ir = temp.resolve("pplcnet-yolo-seed-names-quarter.xml");
    Cli.run("infer", "--ir", ir, "--image", Cli.shared().resolve("pictures/bus.jpg"), "--json")
        .done();
  }

  @Test
  void explainSaysItInThreeWaysAndConvertsNothing() throws IOException {
    String printed =
        Cli.run("mo", "--explain", "--input_model", "m.onnx", "-s", "255", "--data_type", "FP32")
            .done();
    assertThat(printed)
        .isEqualTo(
            """
            native  ovkit convert m.onnx --scale 255 --data-type FP32 --no-reverse-input-channels --output none
            ovc     ovkit convert --backend ovc m.onnx --scale 255 --data-type FP32 --no-reverse-input-channels --output none
            mo      mo --input_model m.onnx --scale 255 --compress_to_fp16=False
            """);
    JsonNode json =
        new ObjectMapper()
            .readTree(Cli.run("mo", "--input_model", "m.onnx", "--explain", "--json").done());
    assertThat(json.fieldNames()).toIterable().containsExactly("native", "ovc", "mo", "only_mo");
    assertThat(Cli.files(temp)).isEmpty();
  }

  @Test
  void whatMoCannotTakeIsSaidBeforeAnythingRuns() {
    Cli.run("mo", "--input_model", "m.onnx", "--frobnicate", "1")
        .failsWith(2, "mo has no option '--frobnicate'; see 'ovkit mo --help'");
    Path missing = temp.resolve("missing.onnx");
    Cli mo = Cli.run("mo", "--input_model", missing);
    assertThat(mo.exitCode()).isEqualTo(ExitCode.FAILED);
    assertThat(mo.err()).startsWith("ovkit: ").contains(missing.toString());
    assertThat(mo.err().lines()).hasSize(1);
  }

  @Test
  void convertAndSimplifyGoThroughTheirTools() throws IOException {
    Cli ovc = Cli.run("convert", DEMO, "-o", temp, "--backend", "ovc", "--simplify", "always");
    assertThat(ovc.exitCode()).as(ovc.err()).isZero();
    assertThat(ovc.out()).startsWith("simplify   onnxsim 0.8.1: ");
    Cli simplify = Cli.run("simplify", DEMO, "-o", temp.resolve("s.onnx"), "--json");
    assertThat(simplify.exitCode()).as(simplify.err()).isZero();
    assertThat(new ObjectMapper().readTree(simplify.out()).fieldNames())
        .toIterable()
        .containsExactly("onnx", "nodes_before", "nodes_after", "onnxsim");
    assertThat(Cli.files(temp))
        .containsExactlyInAnyOrder(
            "s.onnx", "conveyor-parts.bin", "conveyor-parts.json", "conveyor-parts.xml");
  }

  /** In a process of its own, whose PATH leads nowhere and whose cache is empty. */
  @Test
  void withoutPythonTheMessageSaysWhatToInstall() throws Exception {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.add("-Dovkit.native.dir=" + System.getProperty("ovkit.native.dir"));
    command.add("-Dovkit.cache.dir=" + temp.resolve("cache"));
    command.addAll(
        List.of(
            "-cp",
            System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
            Main.class.getName(),
            "convert",
            DEMO.toString(),
            "--backend",
            "mo"));
    ProcessBuilder builder =
        new ProcessBuilder(command).directory(Files.createDirectory(temp.resolve("w")).toFile());
    builder.environment().putAll(Map.of("PATH", temp.toString()));
    Process process = builder.start();
    String out = new String(process.getInputStream().readAllBytes(), UTF_8);
    String err = new String(process.getErrorStream().readAllBytes(), UTF_8);
    assertThat(process.waitFor()).isEqualTo(ExitCode.FAILED);
    assertThat(out).isEmpty();
    assertThat(err)
        .contains(
            "ovkit: 'mo' needs Python 3.11 or 3.12, but there is no python3 on the PATH; on Debian"
                + " 12 or Ubuntu 24.04: apt-get install python3 python3-venv; elsewhere install"
                + " python3.11, or set OVKIT_PYTHON to one");
    assertThat(Cli.files(temp.resolve("w"))).isEmpty();
  }
}
