package dev.ovkit.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What {@code infer} says of an IR or a picture it cannot use. */
class InferBadInputTest {

  @TempDir private static Path made;
  private static Path ir;
  private static Path nameless;

  private static final Path PARTS = Demo.picture(0);

  @TempDir private Path temp;

  @BeforeAll
  static void anIr() {
    Cli.run("convert", Demo.ONNX, "-o", made, "-n", "model").done();
    ir = made.resolve("model.xml");
    Cli.run("convert", Demo.small("yolox-raw"), "-o", made, "-n", "nameless").done();
    nameless = made.resolve("nameless.xml");
  }

  // ---- the IR

  @Test
  void anIrWhoseWeightsAreCut() throws IOException {
    Path xml = Files.copy(ir, temp.resolve("a.xml"));
    Path bin = temp.resolve("a.bin");
    Files.write(bin, Arrays.copyOf(Files.readAllBytes(made.resolve("model.bin")), 100_000));
    infer(xml, PARTS)
        .failsWith(
            1,
            "%s: it has 100000 bytes, expected 1340588, the length recorded in a.xml; the two files do not belong together, or one is cut short; copy both or convert again"
                .formatted(bin));
  }

  @Test
  void anIrWhoseWeightsAreMissing() throws IOException {
    Path xml = Files.copy(ir, temp.resolve("b.xml"));
    infer(xml, PARTS)
        .failsWith(
            1,
            "%s: its weights are missing, expected b.bin beside it; copy both files or convert again"
                .formatted(xml));
  }

  @Test
  void anIrWhoseGraphIsCut() throws IOException {
    Path xml = temp.resolve("c.xml");
    Files.write(xml, Arrays.copyOf(Files.readAllBytes(ir), 5000));
    Files.copy(made.resolve("model.bin"), temp.resolve("c.bin"));
    Cli said = infer(xml, PARTS);
    assertThat(said.err())
        .matches(
            "ovkit: \\Q%s\\E: not well-formed XML \\(line \\d+\\); expected an OpenVINO IR, as 'ovkit convert' writes\\R"
                .formatted(xml));
    assertThat(said.out()).isEmpty();
    assertThat(said.exitCode()).isEqualTo(1);
  }

  @Test
  void anIrThatIsMissing() {
    Path xml = temp.resolve("missing.xml");
    infer(xml, PARTS)
        .failsWith(1, "%s: no such file; expected the .xml of an OpenVINO IR".formatted(xml));
  }

  @Test
  void aFolderAsIr() {
    infer(temp, PARTS)
        .failsWith(1, "%s: it is a folder; expected the .xml of an OpenVINO IR".formatted(temp));
  }

  @Test
  void theWeightsGivenAsIr() {
    Path bin = made.resolve("model.bin");
    infer(bin, PARTS)
        .failsWith(
            1, "%s: it contains the weights of an IR; expected the .xml beside it".formatted(bin));
  }

  // ---- pictures

  @Test
  void aPictureThatIsMissing() {
    Path picture = temp.resolve("nope.jpg");
    infer(ir, picture).failsWith(1, "%s: no such file; expected a picture".formatted(picture));
  }

  @Test
  void aPictureOfNoBytes() throws IOException {
    Path picture = Files.createFile(temp.resolve("zero.jpg"));
    infer(ir, picture)
        .failsWith(
            1, "%s: it is empty; expected a JPEG, PNG, WebP, BMP or TIFF".formatted(picture));
  }

  @Test
  void aPictureCutInHalf() throws IOException {
    Path picture = temp.resolve("half.jpg");
    byte[] whole = Files.readAllBytes(PARTS);
    Files.write(picture, Arrays.copyOf(whole, whole.length / 2));
    infer(ir, picture)
        .failsWith(
            1,
            "%s: the JPEG is damaged: its end is missing; copy or export the file again"
                .formatted(picture));
  }

  @Test
  void aTextNamedAsAPicture() throws IOException {
    Path picture = Files.writeString(temp.resolve("text.jpg"), "not a picture\n");
    infer(ir, picture)
        .failsWith(
            1, "%s: not a picture; expected a JPEG, PNG, WebP, BMP or TIFF".formatted(picture));
  }

  @Test
  void aPictureThatDeclaresMoreThanIsRead() throws IOException {
    Path picture = TinyPictures.declaring(temp.resolve("huge.png"), 60_000, 60_000);
    infer(ir, picture)
        .failsWith(
            1,
            "%s: it declares 60000x60000 pixels, but at most 100 megapixels are read; scale it down first"
                .formatted(picture));
  }

  @Test
  void aFolderWithoutPictures() {
    infer(ir, temp)
        .failsWith(
            1,
            "'%s' contains no pictures; expected files ending in bmp, jpe, jpeg, jpg, png, tif, tiff, webp"
                .formatted(temp));
  }

  @Test
  void aGlobThatMatchesNothing() {
    infer(ir, temp + "/*.jpg").failsWith(1, "'%s/*.jpg' matches no file".formatted(temp));
  }

  @Test
  void aBadPictureIsReportedInItsPlaceAndTheOthersAreDone() throws IOException {
    Path bad = Files.writeString(temp.resolve("bad.jpg"), "not a picture\n");
    String why = bad + ": not a picture; expected a JPEG, PNG, WebP, BMP or TIFF";
    Cli said = Cli.run("infer", "--ir", ir, "--image", PARTS, bad, PARTS, "--json");
    assertThat(said.exitCode()).isEqualTo(1);
    assertThat(said.err()).isEqualTo("ovkit: %s%n".formatted(why));
    JsonNode pictures = new ObjectMapper().readTree(said.out()).get("pictures");
    assertThat(pictures).hasSize(3);
    assertThat(pictures.get(0).get("detections")).hasSize(30);
    assertThat(pictures.get(1).fieldNames()).toIterable().containsExactly("file", "error");
    assertThat(pictures.get(1).get("file").asText()).isEqualTo(bad.toString());
    assertThat(pictures.get(1).get("error").asText()).isEqualTo(why);
    assertThat(pictures.get(2).get("detections")).isEqualTo(pictures.get(0).get("detections"));
  }

  // ---- options

  @Test
  void aDeviceThatIsNotThere() {
    infer(ir, PARTS, "--device", "GPU")
        .failsWith(2, "--device GPU: OpenVINO has no such device here; it has CPU");
  }

  @Test
  void aScoreThatIsNone() {
    infer(ir, PARTS, "--conf", "2").failsWith(2, "confidence: 2.0, expected a number from 0 to 1");
  }

  @Test
  void aClassTheModelDoesNotName() {
    infer(nameless, PARTS, "--classes", "person")
        .failsWith(
            2, "--classes person: no such class; '%s' has numbers 0 to 2".formatted(nameless));
  }

  @Test
  void aClassNumberBeyondTheLast() {
    infer(nameless, PARTS, "--classes", "3")
        .failsWith(2, "--classes 3: no such class; '%s' has numbers 0 to 2".formatted(nameless));
  }

  @Test
  void labelsOfAnotherModel() throws IOException {
    Path labels = Files.writeString(temp.resolve("two.names"), "helmet\nvest\n");
    infer(ir, PARTS, "--labels", labels)
        .failsWith(2, "--labels '%s' has 2 names, but '%s' has 6 classes".formatted(labels, ir));
  }

  @Test
  void anchorsThatDoNotFitTheHeads() {
    infer(ir, PARTS, "--anchors", "10,13 16,30")
        .isWrongUsage(
            "--anchors '10,13 16,30': 2 anchors cannot be divided among 3 heads", "ovkit infer");
  }

  @Test
  void aPlaceThatCannotBeWritten() {
    infer(ir, PARTS, "--out", "/proc/x")
        .failsWith(
            1,
            "cannot write '/proc/x': its folder does not exist and cannot be made; give a writable"
                + " place");
  }

  private static Cli infer(Object model, Object picture, Object... more) {
    Object[] line = new Object[5 + more.length];
    line[0] = "infer";
    line[1] = "--ir";
    line[2] = model;
    line[3] = "--image";
    line[4] = picture;
    System.arraycopy(more, 0, line, 5, more.length);
    return Cli.run(line);
  }
}
