package dev.ovkit.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ovkit.ModelException;
import dev.ovkit.cli.print.ExitCode;
import dev.ovkit.nativelib.NativeRuntime;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** An IR that ovkit did not write is tried in a second JVM, once. */
class ForeignIrTest {

  private static final Path HOME = Path.of(System.getProperty("ovkit.home"));
  private static final Path YOLOV8 =
      HOME.resolve("toolkit/box/src/test/resources/written-by/a84f991/ir/yolov8.xml");

  @TempDir private Path temp;

  private static String require(Path xml) {
    StringWriter err = new StringWriter();
    ForeignIr.require(xml, new PrintWriter(err, true));
    return err.toString();
  }

  /** What another program saved: ovkit's own notes are not in it. It is like no other IR. */
  private Path foreign(String text, Path weights) throws IOException {
    String stripped = text.replaceAll("(?s)<ovkit>.*</ovkit>", "");
    Files.copy(weights, temp.resolve("model.bin"));
    return Files.writeString(
        temp.resolve("model.xml"),
        stripped.replace("</net>", "<!-- %s --></net>".formatted(UUID.randomUUID())));
  }

  private Path foreign() throws IOException {
    return foreign(Files.readString(YOLOV8), YOLOV8.resolveSibling("yolov8.bin"));
  }

  @Test
  void anIrOfOvkitIsNotTried() {
    assertThat(require(HOME.resolve("ir-models/conveyor-parts.xml"))).isEmpty();
    assertThat(require(YOLOV8)).isEmpty();
  }

  @Test
  void aForeignOneThatPassesIsTriedOnce() throws IOException {
    Path xml = foreign();
    assertThat(require(xml))
        .isEqualTo(
            "ovkit: %s was made by another program: trying it in a separate process%n"
                .formatted(xml));
    assertThat(require(xml)).isEmpty();
  }

  @Test
  void whatFailsWithAMessageIsLeftToTheCommandWhichGivesIt() throws IOException {
    Path xml = foreign();
    String text = Files.readString(xml);
    Files.writeString(xml, text.replace("type=\"Sigmoid\"", "type=\"Unheard\""));
    assertThat(require(xml)).contains("trying it");
    assertThat(require(xml)).as("it did not pass").contains("trying it");
  }

  /** An IR with a remainder by zero, which OpenVINO computes when it compiles the model. */
  private Path crashing() throws IOException {
    Path xml = foreign();
    String text = Files.readString(xml);
    Files.writeString(
        xml,
        text.replace("</layers>", REMAINDER + "</layers>")
            .replace("from-layer=\"7\" from-port=\"2\"", "from-layer=\"204\" from-port=\"2\"")
            .replace("</edges>", REMAINDER_EDGES + "</edges>"));
    byte[] weights = Files.readAllBytes(temp.resolve("model.bin"));
    ByteBuffer more =
        ByteBuffer.allocate(weights.length + 8).order(ByteOrder.LITTLE_ENDIAN).put(weights);
    Files.write(temp.resolve("model.bin"), more.putInt(7).putInt(0).array());
    return xml;
  }

  private static String crashOf(Path xml) {
    return "'%s' cannot be used: OpenVINO %s crashes on it; make the IR again, best by 'ovkit convert' from its ONNX"
        .formatted(xml, NativeRuntime.OPENVINO_VERSION);
  }

  @Test
  void aCrashOfOpenVinoIsAMessage() throws IOException {
    Path xml = crashing();
    assertThatThrownBy(() -> require(xml))
        .isInstanceOf(ModelException.class)
        .hasMessage(crashOf(xml));
  }

  /** A service that crashes would be started again, and crash again. */
  @Test
  void watchSurvivesIt() throws IOException {
    Path xml = crashing();
    Path in = Files.createDirectory(temp.resolve("in"));
    Cli said = Cli.run("watch", xml, "--in", in, "--out", temp.resolve("out"), "--once");
    assertThat(said.err()).endsWith("ovkit: " + crashOf(xml) + System.lineSeparator());
    assertThat(said.exitCode()).isEqualTo(ExitCode.FAILED);
  }

  private static final String REMAINDER =
      """
      <layer id="200" name="seven" type="Const" version="opset1">
        <data element_type="i32" shape="1" offset="6416" size="4"/>
        <output><port id="0" precision="I32"><dim>1</dim></port></output>
      </layer>
      <layer id="201" name="zero" type="Const" version="opset1">
        <data element_type="i32" shape="1" offset="6420" size="4"/>
        <output><port id="0" precision="I32"><dim>1</dim></port></output>
      </layer>
      <layer id="202" name="remainder" type="Mod" version="opset1">
        <data auto_broadcast="numpy"/>
        <input>
          <port id="0" precision="I32"><dim>1</dim></port>
          <port id="1" precision="I32"><dim>1</dim></port>
        </input>
        <output><port id="2" precision="I32"><dim>1</dim></port></output>
      </layer>
      <layer id="203" name="converted" type="Convert" version="opset1">
        <data destination_type="f32"/>
        <input><port id="0" precision="I32"><dim>1</dim></port></input>
        <output><port id="1" precision="FP32"><dim>1</dim></port></output>
      </layer>
      <layer id="204" name="added" type="Add" version="opset1">
        <data auto_broadcast="numpy"/>
        <input>
          <port id="0" precision="FP32"><dim>1</dim><dim>8</dim><dim>32</dim><dim>48</dim></port>
          <port id="1" precision="FP32"><dim>1</dim></port>
        </input>
        <output><port id="2" precision="FP32"><dim>1</dim><dim>8</dim><dim>32</dim><dim>48</dim></port></output>
      </layer>
      """;

  private static final String REMAINDER_EDGES =
      """
      <edge from-layer="200" from-port="0" to-layer="202" to-port="0"/>
      <edge from-layer="201" from-port="0" to-layer="202" to-port="1"/>
      <edge from-layer="202" from-port="2" to-layer="203" to-port="0"/>
      <edge from-layer="203" from-port="1" to-layer="204" to-port="1"/>
      <edge from-layer="7" from-port="2" to-layer="204" to-port="0"/>
      """;

  @Test
  void aDamagedOneIsRefusedBeforeAnyTrial() throws IOException {
    Path xml = foreign();
    Files.write(temp.resolve("model.bin"), new byte[3]);
    assertThatThrownBy(() -> require(xml)).isInstanceOf(ModelException.class);
  }
}
