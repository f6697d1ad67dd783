package dev.ovkit.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code inspect} on both kinds of model. */
class InspectCommandTest {

  @TempDir private Path temp;

  @Test
  void anOnnxInText() {
    Path model = Cli.shared().resolve("models/v5lite-e-coco.onnx");
    assertThat(Cli.run("inspect", model).done())
        .isEqualTo(
            """
            file             %s
            format           ONNX, opset 12
            producer         pytorch 1.8
            nodes            212
            sha256           048345e253fa6de8f543bb01664145c0e1628e5885652af5476b4994d9065556
            inputs           images 1x3x320x320
            outputs          output 1x6300x85
            family           YOLOv5
            classes          80
            heads
              -              node Conv_358, tensor 564, shape 1x255x40x40, stride 8
              -              node Conv_378, tensor 592, shape 1x255x20x20, stride 16
              -              node Conv_398, tensor 620, shape 1x255x10x10, stride 32
            flat_output      output: sigmoid, rows in order
            """
                .formatted(model));
  }

  @Test
  void textKeepsLinesShortAndJsonKeepsAll() throws IOException {
    Path model = Cli.shared().resolve("models/v5lite-s.onnx");
    String text = Cli.run("inspect", model).done();
    assertThat(text.lines()).allSatisfy(line -> assertThat(line).hasSizeLessThanOrEqualTo(160));
    assertThat(text).contains("anchors 116,90 156,198 373,326", "…");
    JsonNode json = new ObjectMapper().readTree(Cli.run("inspect", model, "--json").done());
    assertThat(json.get("metadata").get("onnxsim.removed_nodes").asText())
        .hasSizeGreaterThan(700)
        .doesNotContain("…");
    assertThat(json.get("heads")).hasSize(3);
    assertThat(json.get("heads").get(2).get("stride").asInt()).isEqualTo(32);
    assertThat(json.get("heads").get(2).get("anchors").asText())
        .isEqualTo("116,90 156,198 373,326");
  }

  @Test
  void anIrInTextAndJson() throws IOException {
    Path shared = Cli.shared();
    Path labels = shared.resolve("models/ppe.names");
    Cli.run(
            "convert",
            shared.resolve("models/yolov5n-ppe.onnx"),
            "-o",
            temp,
            "-n",
            "ppe",
            "--labels",
            labels)
        .done();
    Path ir = temp.resolve("ppe.xml");
    assertThat(Cli.run("inspect", ir).done())
        .startsWith("file             %s%nformat           OpenVINO IR, version 11%n".formatted(ir))
        .contains("  labels         helmet,vest%n".formatted(), "  f16            ")
        .contains("images [1,3,640,640] f32");
    JsonNode json = new ObjectMapper().readTree(Cli.run("inspect", ir, "--json").done());
    assertThat(json.get("detector").get("labels").asText()).isEqualTo("helmet,vest");
    assertThat(json.get("outputs")).hasSize(3);
    assertThat(json.get("metadata").get("ovkit/scale").asText()).isEqualTo("255");
  }

  @Test
  void aFileThatIsNoModel() throws IOException {
    Path text = Files.writeString(temp.resolve("text.onnx"), "hello\n");
    Cli.run("inspect", text)
        .failsWith(
            1,
            "'%s' is no ONNX model: it holds no graph; expected the file that an exporter wrote"
                .formatted(text));
    Path xml = Files.writeString(temp.resolve("text.xml"), "hello\n");
    Cli.run("inspect", xml)
        .failsWith(
            1,
            "%s: it is no complete XML (line 1); expected an OpenVINO IR, such as 'ovkit convert' writes"
                .formatted(xml));
  }
}
