package dev.ovkit.onnx;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.AttributeProto.AttributeType;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.StringStringEntryProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import com.google.protobuf.ByteString;
import dev.ovkit.ModelException;
import dev.ovkit.family.Families;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Files that lie about what they are: each is refused in one line that names it. */
class OnnxReaderTest {

  @TempDir Path folder;

  @Test
  void aMissingFileIsSaidToBeMissing() {
    refused(folder.resolve("no.onnx"), "' does not exist; expected an ONNX file");
  }

  @Test
  void aFolderIsRefused() {
    refused(folder, "' is a folder; expected an ONNX file");
  }

  @Test
  void anEmptyFileIsRefused() throws IOException {
    refused(write("e.onnx", new byte[0]), "' is empty; expected an ONNX model");
  }

  @Test
  void aTextFileIsRefused() throws IOException {
    for (String text :
        List.of("this is not a model\n", "<!DOCTYPE html>\n<html></html>", "\n", "0")) {
      refused(write("t.onnx", text.getBytes(UTF_8)), "is no ONNX model");
    }
  }

  @Test
  void aModelCutAnywhereIsRefused() throws IOException {
    byte[] whole = small().toByteArray();
    for (int length = 1; length < whole.length; length++) {
      Path file = write("cut.onnx", Arrays.copyOf(whole, length));
      assertThatThrownBy(() -> OnnxModel.read(file))
          .as("%s of %s bytes", length, whole.length)
          .isInstanceOf(ModelException.class)
          .hasMessageContaining(file.toString())
          .hasMessageNotContaining("\n");
    }
    assertThat(OnnxModel.read(write("whole.onnx", whole)).nodeCount()).isEqualTo(1);
  }

  @Test
  void bytesChangedAtRandomNeverGiveAnythingButAModelOrOneLine() throws IOException {
    byte[] whole = small().toByteArray();
    Random random = new Random(1);
    for (int i = 0; i < 2000; i++) {
      byte[] bytes = whole.clone();
      for (int n = random.nextInt(4); n >= 0; n--) {
        bytes[random.nextInt(bytes.length)] = (byte) random.nextInt();
      }
      Path file = write("fuzz.onnx", bytes);
      try {
        Families.ALL.recognise(OnnxModel.read(file));
      } catch (ModelException e) {
        assertThat(e).hasMessageContaining(file.toString());
      }
    }
  }

  @Test
  void aTensorThatDeclaresMoreThanItHoldsIsRefusedBeforeAnythingIsAllocated() throws IOException {
    Sketch sketch = new Sketch();
    String x = sketch.input("x", 1, 3, 8, 8);
    sketch.initializer(
        TensorProto.newBuilder()
            .setName("w")
            .addAllDims(List.of(100_000L, 100_000L, 1L, 1L))
            .setDataType(TensorProto.DataType.FLOAT_VALUE)
            .setRawData(ByteString.copyFrom(new byte[8]))
            .build());
    sketch.output(sketch.op("Conv", List.of(x, "w")));
    refused(
        write("big.onnx", sketch.proto().toByteArray()),
        "the tensor 'w' declares 100000x100000x1x1, 40000000000 bytes, but holds 8");
  }

  @Test
  void aTensorOfAbsurdOrNegativeSizeIsRefused() throws IOException {
    for (List<Long> dims : List.of(List.of(1L << 40, 1L << 40), List.of(-1L))) {
      Sketch sketch = new Sketch();
      sketch.initializer(
          TensorProto.newBuilder()
              .setName("w")
              .addAllDims(dims)
              .setDataType(TensorProto.DataType.FLOAT_VALUE)
              .setRawData(ByteString.EMPTY)
              .build());
      sketch.output(sketch.op("Relu", sketch.input("x", 1)));
      refused(write("absurd.onnx", sketch.proto().toByteArray()), "the tensor 'w' declares");
    }
  }

  @Test
  void aGraphThatIsNoneIsRefused() throws IOException {
    Sketch dangling = new Sketch();
    dangling.output(dangling.op("Relu", "nowhere"));
    refused(
        write("dangling.onnx", dangling.proto().toByteArray()),
        "nothing gives the tensor 'nowhere', which Relu_0 reads");

    Sketch circle = new Sketch();
    circle.node(Nodes.of("Relu", "a", List.of("q"), List.of("p")));
    circle.node(Nodes.of("Relu", "b", List.of("p"), List.of("q")));
    circle.output("q");
    refused(write("circle.onnx", circle.proto().toByteArray()), "feed each other in a circle");
  }

  @Test
  void weightsBesideTheModelAreReadAndCountInItsHash() throws IOException {
    byte[] weights = new byte[4 + 4 * 4];
    weights[4 + 3] = 0x40; // 2.0f
    write("w.bin", weights);
    Path file = external("beside.onnx", "w.bin", "4", "16");
    OnnxModel model = OnnxModel.read(file);
    assertThat(model.graph().floats("w")).containsExactly(2, 0, 0, 0);
    assertThat(OnnxModel.of("again", ModelProto.parseFrom(model.toBytes()), "").graph().floats("w"))
        .containsExactly(2, 0, 0, 0);
    weights[8] = 1;
    write("w.bin", weights);
    assertThat(OnnxModel.read(file).sha256()).isNotEqualTo(model.sha256());
  }

  @Test
  void weightsOutsideTheFolderAreRefusedHoweverTheyAreNamed() throws IOException {
    Path inner = Files.createDirectory(folder.resolve("inner"));
    Path secret = write("secret.bin", new byte[16]);
    Files.createSymbolicLink(inner.resolve("link.bin"), secret);
    Files.createSymbolicLink(inner.resolve("up"), folder);
    for (String location :
        List.of(
            "../secret.bin", "../none.bin", secret.toString(), "link.bin", "up/secret.bin", "")) {
      refused(external("inner/out.onnx", location, "0", "16"), "outside the model's folder");
    }
  }

  @Test
  void weightsThatLieOutsideTheirFileAreRefused() throws IOException {
    write("w.bin", new byte[16]);
    refused(external("a.onnx", "w.bin", "8", "16"), "lies outside its data file 'w.bin'");
    refused(external("b.onnx", "w.bin", "-8", "16"), "lies outside its data file 'w.bin'");
    refused(external("c.onnx", "w.bin", "0", "12"), "declares 4, 16 bytes, but holds 12");
    refused(external("d.onnx", "none.bin", "0", "16"), "which is not beside it; copy both files");
    refused(external("e.onnx", "w.bin", "x", "16"), "has no readable place");
  }

  @Test
  void graphsNestedWithoutEndAreRefused() throws IOException {
    Node inner = Nodes.of("Relu", "r", List.of("x"), List.of("y"));
    for (int i = 0; i < 200; i++) {
      Sketch body = new Sketch();
      body.node(inner);
      AttributeProto attribute =
          AttributeProto.newBuilder()
              .setName("body")
              .setType(AttributeType.GRAPH)
              .setG(body.proto().getGraph())
              .build();
      inner = Nodes.of("If", "i" + i, List.of("x"), List.of("y"), new Nodes.Attr(attribute));
    }
    Sketch sketch = new Sketch();
    sketch.input("x", 1);
    sketch.node(inner);
    sketch.output("y");
    refused(write("deep.onnx", sketch.proto().toByteArray()), "is no ONNX model, or only a part");
  }

  @Test
  void theLicenceIsReadInBothSpellings() throws IOException {
    ModelProto plain = small();
    assertThat(OnnxModel.read(write("plain.onnx", plain.toByteArray())).licence()).isEmpty();
    for (String key : List.of("license", "licence")) {
      ModelProto noted = plain.toBuilder().addMetadataProps(entry(key, " AGPL-3.0 \n")).build();
      assertThat(OnnxModel.read(write(key + ".onnx", noted.toByteArray())).licence())
          .contains("AGPL-3.0");
    }
  }

  private static ModelProto small() {
    Sketch sketch = new Sketch();
    sketch.output(sketch.conv(sketch.input("x", 1, 2, 4, 4), 2, 3));
    return sketch.proto();
  }

  private Path external(String name, String location, String offset, String length)
      throws IOException {
    Sketch sketch = new Sketch();
    sketch.initializer(
        TensorProto.newBuilder()
            .setName("w")
            .addDims(4)
            .setDataType(TensorProto.DataType.FLOAT_VALUE)
            .setDataLocation(TensorProto.DataLocation.EXTERNAL)
            .addExternalData(entry("location", location))
            .addExternalData(entry("offset", offset))
            .addExternalData(entry("length", length))
            .build());
    sketch.output(sketch.op("Add", List.of(sketch.input("x", 4), "w")));
    return write(name, sketch.proto().toByteArray());
  }

  private static StringStringEntryProto entry(String key, String value) {
    return StringStringEntryProto.newBuilder().setKey(key).setValue(value).build();
  }

  private Path write(String name, byte[] bytes) throws IOException {
    return Files.write(folder.resolve(name), bytes);
  }

  private static void refused(Path file, String message) {
    assertThatThrownBy(() -> OnnxModel.read(file))
        .isInstanceOf(ModelException.class)
        .hasMessageStartingWith("'" + file)
        .hasMessageContaining(message)
        .hasMessageNotContaining("\n");
  }
}
