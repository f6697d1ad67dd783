package dev.ovkit.ir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ovkit.ModelException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class IrDescriptionTest {

  private static final String HINT = "; expected an OpenVINO IR, as 'ovkit convert' writes";

  @TempDir private Path folder;

  private static IrFiles yolo(int version) {
    return new IrFiles(version, "1,3,64,64")
        .output("Conv_1", "t1", "Add", "1,18,8,8")
        .output("Conv_2", "t2,other\\,name", "Add", "1,18,4,4");
  }

  private IrDescription read(String xml) throws IOException {
    Path file = folder.resolve("m.xml");
    Files.writeString(file, xml);
    return IrDescription.read(file);
  }

  private void assertRefused(String xml, String messageAfterPath) {
    assertThatThrownBy(() -> read(xml))
        .isInstanceOf(ModelException.class)
        .hasMessage(folder.resolve("m.xml") + messageAfterPath);
  }

  @Test
  void readsInputsOutputsAndMetadata() throws IOException {
    String info = "<info name=\"OpenVINO Runtime\" value=\"2026\"/>";
    IrDescription ir =
        read(
            yolo(11)
                .xml(
                    info
                        + "<model_info><labels value=\"a b\"/></model_info><ovkit><a"
                        + " value=\"1\"/></ovkit>"));
    assertThat(ir.inputs())
        .containsExactly(
            new TensorDescription(List.of("images"), List.of(1L, 3L, 64L, 64L), "f32"));
    assertThat(ir.outputs())
        .containsExactly(
            new TensorDescription(List.of("t1"), List.of(1L, 18L, 8L, 8L), "f32"),
            new TensorDescription(List.of("t2", "other,name"), List.of(1L, 18L, 4L, 4L), "f32"));
    assertThat(ir.outputOrigins()).containsExactly(List.of("Add"), List.of("Add"));
    assertThat(ir.operations()).containsEntry("Result", 2).containsEntry("Add", 2);
    assertThat(ir.info())
        .containsEntry("OpenVINO Runtime", "2026")
        .containsEntry("model_info/labels", "a b");
    assertThat(ir.section("ovkit"))
        .containsExactlyEntriesOf(new java.util.TreeMap<>(java.util.Map.of("a", "1")));
    assertThat(ir.outputs().get(1).shapeText()).isEqualTo("[1,18,4,4]");
  }

  @Test
  void inVersion10TheLayerNamesCountToo() throws IOException {
    IrDescription ir = read(yolo(10).output("Conv_3", "", "Add", "1,18,2,2").xml(""));
    assertThat(ir.outputs().get(0).names()).containsExactly("t1", "Conv_1");
    assertThat(ir.outputs().get(2).names()).containsExactly("Conv_3");
  }

  @Test
  void openDimensionsAreMinusOne() throws IOException {
    IrDescription ir = read(new IrFiles(11, "?,3,64,64").output("o", "o", "Add", "?,5,5").xml(""));
    assertThat(ir.inputs().get(0).shape()).containsExactly(-1L, 3L, 64L, 64L);
    assertThat(ir.outputs().get(0).shapeText()).isEqualTo("[?,5,5]");
  }

  @Test
  void missingFileFolderAndOtherKindsAreToldApart() throws IOException {
    assertThatThrownBy(() -> IrDescription.read(folder.resolve("no.xml")))
        .isInstanceOf(ModelException.class)
        .hasMessage(
            folder.resolve("no.xml") + ": no such file; expected the .xml of an OpenVINO IR");
    assertThatThrownBy(() -> IrDescription.read(folder))
        .hasMessage(folder + ": it is a folder; expected the .xml of an OpenVINO IR");
    Path onnx = Files.writeString(folder.resolve("yolo.onnx"), "x");
    assertThatThrownBy(() -> IrDescription.read(onnx))
        .hasMessage(
            onnx
                + ": it is an ONNX model; expected an OpenVINO IR; convert it first: ovkit convert"
                + " yolo.onnx");
    Path bin = Files.writeString(folder.resolve("yolo.bin"), "x");
    assertThatThrownBy(() -> IrDescription.read(bin))
        .hasMessage(bin + ": it contains the weights of an IR; expected the .xml beside it");
  }

  @Test
  void whatIsNoIrIsRefusedWithOneLine() {
    assertRefused("", ": it is empty" + HINT);
    assertRefused("hello, world", ": not well-formed XML (line 1)" + HINT);
    assertRefused("<html/>", ": its root is <html>, not <net>" + HINT);
    assertRefused(
        "<net version=\"7\"/>", ": it is an IR of version 7; ovkit reads 10 and 11" + HINT);
    assertRefused("<net version=\"11\"/>", ": it has 0 inputs and 0 outputs" + HINT);
    assertRefused(
        "<net version=\"eleven\"/>",
        ": a number in it cannot be read (For input string: \"eleven\")" + HINT);
  }

  @ParameterizedTest
  @ValueSource(doubles = {0.1, 0.3, 0.5, 0.7, 0.9, 0.999})
  void aCutXmlIsRefused(double share) {
    String whole = yolo(11).xml("<ovkit><a value=\"1\"/></ovkit>");
    assertThatThrownBy(() -> read(whole.substring(0, (int) (whole.length() * share))))
        .isInstanceOf(ModelException.class)
        .hasMessageContaining("m.xml: not well-formed XML")
        .hasMessageNotContaining("\n");
  }

  @Test
  void documentTypesAndEntitiesAreRefused() throws IOException {
    Path secret = Files.writeString(folder.resolve("secret"), "secret");
    String external =
        "<!DOCTYPE net [<!ENTITY x SYSTEM \"%s\">]>".formatted(secret.toUri())
            + yolo(11).xml("&x;").substring("<?xml version=\"1.0\"?>".length());
    assertRefused(external, ": it declares a document type, which no IR has" + HINT);
    StringBuilder laughs = new StringBuilder("<!DOCTYPE net [<!ENTITY a \"ha\">");
    for (char c = 'b'; c < 'm'; c++) {
      String inner = "&%c;".formatted(c - 1).repeat(10);
      laughs.append("<!ENTITY %c \"%s\">".formatted(c, inner));
    }
    assertRefused(
        laughs + "]><net version=\"11\">&l;</net>",
        ": it declares a document type, which no IR has" + HINT);
  }

  @Test
  void depthIsLimited() {
    assertRefused(
        "<net version=\"11\">" + "<a>".repeat(500) + "</a>".repeat(500) + "</net>",
        ": it is nested deeper than any IR" + HINT);
  }

  @Test
  void anyBytesGiveOneLine() throws IOException {
    java.util.Random random = new java.util.Random(7);
    byte[] whole = yolo(11).xml("").getBytes(StandardCharsets.UTF_8);
    Path file = folder.resolve("m.xml");
    for (int i = 0; i < 300; i++) {
      byte[] bytes = Arrays.copyOf(whole, whole.length);
      for (int k = 0; k < 1 + random.nextInt(8); k++) {
        bytes[random.nextInt(bytes.length)] = (byte) random.nextInt(256);
      }
      Files.write(file, bytes);
      try {
        assertThat(IrDescription.read(file).inputs()).isNotEmpty();
      } catch (ModelException e) {
        assertThat(e.getMessage()).startsWith(file + ": ").doesNotContain("\n");
      }
    }
  }

  @Test
  void weightsMustBeThereAndWhole() throws IOException {
    String xml = yolo(11).constant(1000).xml("");
    assertRefused(
        xml,
        ": its weights are missing, expected m.bin beside it; copy both files or convert again");
    Path bin = folder.resolve("m.bin");
    Files.write(bin, new byte[600]);
    assertThatThrownBy(() -> read(xml))
        .hasMessage(
            bin
                + ": it has 600 bytes, expected at least 1000, which m.xml refers to; it is cut"
                + " short or belongs to another model; copy both files or convert again");
    Files.write(bin, new byte[1000]);
    assertThat(read(xml).weightsBytes()).isEqualTo(1000);
    assertThat(read(xml).constantBytes()).containsEntry("f16", 1000L);
    String recorded = yolo(11).constant(1000).xml("<ovkit><bin_bytes value=\"1200\"/></ovkit>");
    assertThatThrownBy(() -> read(recorded))
        .hasMessage(
            bin
                + ": it has 1000 bytes, expected 1200, the length recorded in m.xml; the two files"
                + " do not belong together, or one is cut short; copy both or convert again");
  }

  @Test
  void aDimensionThatNoTensorHasIsRefused() throws IOException {
    String whole = yolo(11).xml("");
    assertRefused(
        whole.replaceFirst("<dim>18</dim>", "<dim>4294967296</dim>"),
        ": a number in it cannot be read (the dimension 4294967296 is above 268435456)" + HINT);
  }

  @Test
  void aLayerWithoutItsInputsIsRefusedBeforeOpenVinoSeesIt() throws IOException {
    String whole = yolo(11).xml("");
    read(whole);
    assertRefused(
        whole.replace("to-layer=\"1\" to-port=\"1\"", "to-layer=\"7\" to-port=\"1\""),
        ": its layer 'Conv_1' (Add) has 1 inputs, 2 are needed" + HINT);
    assertRefused(
        whole.replace("\"Add\"", "\"FakeQuantize\""),
        ": its layer 'Conv_1' (FakeQuantize) has 2 inputs, 5 are needed" + HINT);
  }
}
