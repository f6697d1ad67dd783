package dev.ovkit.cli;

import static org.assertj.core.api.Assertions.assertThat;

import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.StringStringEntryProto;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code inspect} on both kinds of model. */
class InspectCommandTest {

  @TempDir private Path temp;

  @Test
  void anOnnxInText() {
    Path model = Demo.small("yolov5-sigmoid");
    assertThat(Cli.run("inspect", model).done())
        .isEqualTo(
            """
            file             %s
            format           ONNX, opset 13
            producer         ovkit
            nodes            27
            sha256           fb2bfb98c3349b6f39382cd6648c5d5726bc7fbaea60682042e9cede785b9681
            inputs           images 1x3x64x96
            outputs          output 1x378x8
            family           YOLOv5
            task             detect
            classes          3
            heads
              -              node Conv_11, tensor t11, shape 1x24x8x12, stride 8
              -              node Conv_16, tensor t16, shape 1x24x4x6, stride 16
              -              node Conv_21, tensor t21, shape 1x24x2x3, stride 32
            flat_output      output: sigmoid, rows in order
            layout           raw-heads
            infer            letterboxes to 96x64, centred on grey 114; RGB divided by 255; suppresses above IoU 0.45
            labels           Schraube, groß, 100 %% Ω+1, d'écrou 螺母
            metadata
              names          {0: 'Schraube, groß', 1: '100 %% Ω+1', 2: "d'écrou 螺母"}
              stride         32
            """
                .formatted(model));
  }

  @Test
  void theLicenceIsShownHoweverItIsSpelled() throws IOException {
    ModelProto model = ModelProto.parseFrom(Files.readAllBytes(Demo.small("yolov8")));
    for (String key : List.of("license", "licence")) {
      Path noted =
          Files.write(
              temp.resolve(key + ".onnx"),
              model.toBuilder()
                  .addMetadataProps(
                      StringStringEntryProto.newBuilder().setKey(key).setValue("Apache-2.0"))
                  .build()
                  .toByteArray());
      assertThat(Cli.run("inspect", noted).done())
          .contains("\nlicence          Apache-2.0" + System.lineSeparator());
    }
  }

  @Test
  void textKeepsLinesShortAndJsonKeepsAll() throws IOException {
    String text = Cli.run("inspect", Demo.ONNX).done();
    assertThat(text.lines()).allSatisfy(line -> assertThat(line).hasSizeLessThanOrEqualTo(160));
    assertThat(text).contains("anchors 34.400394,34.400394 39…");
    JsonNode json = new ObjectMapper().readTree(Cli.run("inspect", Demo.ONNX, "--json").done());
    assertThat(json.get("heads")).hasSize(3);
    assertThat(json.get("heads").get(2).get("stride").asInt()).isEqualTo(32);
    assertThat(json.get("heads").get(0).get("anchors").asText())
        .isEqualTo("34.400394,34.400394 39.600048,39.600048 44.39946,44.000233");
  }

  @Test
  void anIrInTextAndJson() throws IOException {
    Path labels = Files.writeString(temp.resolve("my.names"), "a\nb\nc\nd\ne\nf\n");
    Cli.run("convert", Demo.ONNX, "-o", temp, "-n", "parts", "--labels", labels).done();
    Path ir = temp.resolve("parts.xml");
    assertThat(Cli.run("inspect", ir).done())
        .startsWith("file             %s%nformat           OpenVINO IR, version 11%n".formatted(ir))
        .contains("  labels         a,b,c,d,e,f%n".formatted(), "  f16            ")
        .contains("images [1,3,288,512] f32");
    JsonNode json = new ObjectMapper().readTree(Cli.run("inspect", ir, "--json").done());
    assertThat(json.get("detector").get("labels").asText()).isEqualTo("a,b,c,d,e,f");
    assertThat(json.get("outputs")).hasSize(3);
    assertThat(json.get("metadata").get("ovkit/scale").asText()).isEqualTo("255");
  }

  @Test
  void aFileThatIsNoModel() throws IOException {
    Path text = Files.writeString(temp.resolve("text.onnx"), "hello\n");
    Cli.run("inspect", text)
        .failsWith(
            1,
            "'%s' is no ONNX model, or only a part of one; expected the file as the exporter wrote it: export or copy it again"
                .formatted(text));
    Path xml = Files.writeString(temp.resolve("text.xml"), "hello\n");
    Cli.run("inspect", xml)
        .failsWith(
            1,
            "%s: not well-formed XML (line 1); expected an OpenVINO IR, as 'ovkit convert' writes"
                .formatted(xml));
  }
}
