package dev.ovkit.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ovkit.cli.print.ExitCode;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What {@code convert} says of input it cannot use: one line, and no file is left behind. */
class ConvertBadInputTest {

  @TempDir private Path temp;
  private Path out;

  @BeforeEach
  void anEmptyFolderForTheIr() throws IOException {
    out = Files.createDirectory(temp.resolve("out"));
  }

  @AfterEach
  void nothingWasWritten() throws IOException {
    assertThat(Cli.files(out)).isEmpty();
  }

  @Test
  void aMissingFile() {
    Path model = temp.resolve("missing.onnx");
    convert(model).failsWith(1, "'%s' does not exist; expected an ONNX file".formatted(model));
  }

  @Test
  void anotherKindOfModel() throws IOException {
    Path ir = Files.writeString(temp.resolve("model.xml"), "<?xml version='1.0'?><net/>");
    convert(ir)
        .failsWith(
            1,
            "'%s' is an OpenVINO IR already; 'ovkit infer' runs it, 'ovkit quantize' makes it INT8"
                .formatted(ir));
    Path checkpoint = Files.writeString(temp.resolve("best.pt"), "PK\u0003\u0004data.pkl");
    convert(checkpoint)
        .failsWith(
            1,
            "'%s' is a PyTorch checkpoint or another archive; export the model to ONNX, as docs/exporting.md shows"
                .formatted(checkpoint));
  }

  @Test
  void aModelThatIsNoDetector() {
    Path classifier = Demo.small("classifier");
    Cli said = convert(classifier);
    assertThat(said.exitCode()).isEqualTo(ExitCode.FAILED);
    assertThat(said.err())
        .startsWith(
            "ovkit: '%s' is not recognised as a detector that infer can read: "
                .formatted(classifier))
        .contains("its outputs are scores 1x3; nothing was written; --raw converts it as it is");
  }

  @Test
  void aFolderAsModel() {
    convert(temp).failsWith(1, "'%s' is a folder; expected an ONNX file".formatted(temp));
  }

  @Test
  void aTextFileAsOnnx() throws IOException {
    Path model = Files.writeString(temp.resolve("text.onnx"), "hello\n");
    convert(model)
        .failsWith(
            1,
            "'%s' is no ONNX model, or only a part of one; expected the file as the exporter wrote it: export or copy it again"
                .formatted(model));
  }

  @Test
  void anEmptyFileAsOnnx() throws IOException {
    Path model = Files.createFile(temp.resolve("empty.onnx"));
    convert(model).failsWith(1, "'%s' is empty; expected an ONNX model".formatted(model));
  }

  @Test
  void aTruncatedOnnx() throws IOException {
    Path model = temp.resolve("cut.onnx");
    try (InputStream in = Files.newInputStream(e())) {
      Files.write(model, in.readNBytes(10_000));
    }
    convert(model)
        .failsWith(
            1,
            "'%s' is no ONNX model, or only a part of one; expected the file as the exporter wrote it: export or copy it again"
                .formatted(model));
  }

  @Test
  void anUnknownOutputIsAnsweredWithTheNearestAndTheirShapes() {
    convert(e(), "--output", "Conv_12")
        .failsWith(
            1,
            "'%s' has no node and no tensor 'Conv_12'; the nearest are 'Conv_11' -> tensor 't11' (1x24x8x12), 'Conv_14' -> tensor 't14' (1x24x4x6), 'Conv_17' -> tensor 't17' (1x24x2x3), 'Conv_0' -> tensor 't0' (1x8x32x48), 'Conv_3' -> tensor 't3' (1x8x16x24); its heads are Conv_11 (1x24x8x12), Conv_14 (1x24x4x6), Conv_17 (1x24x2x3), which --output auto takes"
                .formatted(e()));
  }

  @Test
  void anOutputNamedTwice() {
    convert(e(), "--output", "Conv_11,Conv_11")
        .failsWith(2, "the output 'Conv_11' is given twice; name each output once");
  }

  @Test
  void anOutputNamedTwiceInTwoSpellings() {
    convert(e(), "--output", "Conv_11,t11")
        .failsWith(
            2,
            "the outputs 'Conv_11' and 't11' are the same tensor 'Conv_11' -> tensor 't11'"
                + " (1x24x8x12); name each output once");
  }

  @Test
  void anInputShapeThatIsNoMultipleOfTheLargestStride() {
    convert(e(), "--input-shape", "1,3,60,96")
        .failsWith(
            2,
            "--input-shape 1,3,60,96: height and width must be multiples of 32, the largest stride of '%s'; try 1,3,64,96"
                .formatted(e()));
  }

  @Test
  void anOutputFolderThatIsAFile() throws IOException {
    Path file = Files.createFile(temp.resolve("afile"));
    Cli.run("convert", e(), "-o", file)
        .failsWith(
            1,
            "cannot write '%s': a file of that name exists; give a writable place".formatted(file));
    assertThat(file).isEmptyFile();
  }

  @Test
  void anOutputFolderThatCannotBeMade() {
    Cli.run("convert", e(), "-o", "/proc/nope")
        .failsWith(
            1,
            "cannot write '/proc/nope': its folder does not exist and cannot be made; give a"
                + " writable place");
  }

  @Test
  void labelsOfAnotherModel() throws IOException {
    Path labels = Files.writeString(temp.resolve("two.names"), "helmet\nvest\n");
    convert(e(), "--labels", labels)
        .failsWith(
            2,
            "--labels has 2 names, but '%s' has 3 classes; give one name per line, in training order"
                .formatted(e()));
  }

  @Test
  void labelsThatAreMissing() {
    Path labels = temp.resolve("missing.names");
    convert(e(), "--labels", labels)
        .failsWith(
            1,
            "--labels '%s' cannot be read (no such file); expected a file with one name per line"
                .formatted(labels));
  }

  @Test
  void labelsThatAreEmpty() throws IOException {
    Path labels = Files.writeString(temp.resolve("blank.names"), "\n \n");
    convert(e(), "--labels", labels)
        .failsWith(1, "--labels '%s' is empty; expected one name per line".formatted(labels));
  }

  @Test
  void labelsThatAreNoText() throws IOException {
    Path labels =
        Files.write(temp.resolve("binary.names"), new byte[] {(byte) 0xff, (byte) 0xfe, 0});
    convert(e(), "--labels", labels)
        .failsWith(
            1, "--labels '%s' is not UTF-8 text; expected one name per line".formatted(labels));
  }

  private Cli convert(Path model, Object... more) {
    Object[] line = new Object[4 + more.length];
    line[0] = "convert";
    line[1] = model;
    line[2] = "-o";
    line[3] = out;
    System.arraycopy(more, 0, line, 4, more.length);
    return Cli.run(line);
  }

  private static Path e() {
    return Demo.small("yolov5-maps");
  }
}
