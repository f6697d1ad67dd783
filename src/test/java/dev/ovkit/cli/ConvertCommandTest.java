package dev.ovkit.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.ovkit.cli.print.ExitCode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code convert} as a user meets it. */
@Tag("integration")
class ConvertCommandTest {

  @TempDir private Path temp;

  @Test
  void withoutAFlagItSaysWhatItDecidedAndWhy() throws IOException {
    Path labels = labels();
    String said = Cli.run("convert", e(), "-o", temp, "--labels", labels).done();
    assertThat(said)
        .isEqualTo(
            """
            family     YOLOv5, 3 classes
                         graph: what its outputs are, and what computes them
            outputs    Conv_11, Conv_14, Conv_17
                         graph: the heads of a YOLOv5-type detector: 3 anchors x (5 + 3 classes), strides 8, 16, 32
            rewrites   H-swish written as OpenVINO fuses it x1
                         graph: exact; --no-rewrite turns them off
            anchors    YOLOv5's own
                         convention: this export does not carry them; wrong for a model trained with others
            channels   reversed (the IR takes BGR)
                         convention: the family is trained on RGB, and cameras and OpenCV give BGR
            scale      255
                         convention: the family is trained on 0..1
            letterbox  centred, grey 114
                         convention: as the family does it
            labels     3 names
                         flag: as given
            graph      %1$s/yolov5-maps.xml
            weights    %1$s/yolov5-maps.bin (6,332 bytes)
            manifest   %1$s/yolov5-maps.json
            """
                .formatted(temp));
  }

  @Test
  void theSameInputGivesTheSameBytesWithAndWithoutNamedHeads() throws IOException {
    Cli.run("convert", e(), "-o", temp.resolve("a")).done();
    Cli.run("convert", e(), "-o", temp.resolve("b")).done();
    Cli.run("convert", e(), "-o", temp.resolve("c"), "--output", "Conv_11,Conv_14,Conv_17").done();
    for (String again : new String[] {"b", "c"}) {
      same("a/yolov5-maps.xml", again + "/yolov5-maps.xml");
      same("a/yolov5-maps.bin", again + "/yolov5-maps.bin");
    }
    assertThat(Cli.files(temp.resolve("a")))
        .containsExactly("yolov5-maps.bin", "yolov5-maps.json", "yolov5-maps.xml");
  }

  @Test
  void anUnknownModelIsConvertedAsItIsOnRequestAndInferSaysWhyItCannotReadIt() {
    Path ir = temp.resolve("classifier.xml");
    String said = Cli.run("convert", Demo.small("classifier"), "-o", temp, "--raw").done();
    assertThat(said).endsWith("boxes      infer cannot read boxes from this IR\n");
    Cli.run("infer", ir, Demo.picture(0))
        .failsWith(
            ExitCode.FAILED,
            "%s: it was converted as it is, without a way to read boxes from its outputs; convert the ONNX again without --raw and --output, which says why"
                .formatted(ir));
  }

  @Test
  void lazyHeadsGiveTheSameBoxesAndHoldAgainstTheOnnx() {
    Path picture = Demo.picture(0);
    Path lazy = temp.resolve("lazy/conveyor-parts.xml");
    Cli.run("convert", Demo.ONNX, "-o", temp).done();
    assertThat(Cli.run("convert", Demo.ONNX, "-o", lazy.getParent(), "--heads", "lazy").done())
        .contains("\noutputs    lazy heads\n");

    String whole = boxes(temp.resolve("conveyor-parts.xml"), picture);
    assertThat(boxes(lazy, picture)).isEqualTo(whole).contains("bearing");
    Cli verify = Cli.run("verify", Demo.ONNX, lazy, "--images", picture);
    assertThat(verify.exitCode()).isZero();
    assertThat(verify.out()).contains("the same: 30 objects in both");
    assertThat(verify.err()).contains("only the boxes are compared");
    assertThat(Cli.run("inspect", lazy).done()).contains("layout         lazy-heads");
    Cli diagnose = Cli.run("diagnose", "--ir", lazy, "--image", picture);
    assertThat(diagnose.err()).contains("it has lazy heads").contains("without --heads lazy");
    assertThat(diagnose.exitCode()).isEqualTo(ExitCode.WRONG_USAGE);
  }

  /** The class of each box; scores and corners differ by the rounding of f16. */
  private static String boxes(Path ir, Path picture) {
    return Cli.run("infer", "--ir", ir, "--image", picture)
        .done()
        .lines()
        .skip(1)
        .map(line -> line.replaceAll(" +[01]\\.\\d+  x .*", ""))
        .sorted()
        .collect(java.util.stream.Collectors.joining("\n"));
  }

  @Test
  void lazyHeadsAreTheirOwnOutputs() {
    Cli.run("convert", e(), "-o", temp, "--heads", "lazy", "--output", "none")
        .isWrongUsage(
            "--heads lazy chooses the outputs itself; leave out --output none", "ovkit convert");
    Cli.run("convert", e(), "-o", temp, "--heads", "busy")
        .isWrongUsage(
            "Invalid value for option '--heads': expected whole or lazy, not 'busy'",
            "ovkit convert");
  }

  @Test
  void aManifestRepeatsTheConversionToTheSameBytes() throws IOException {
    Path labels = labels();
    Path a = temp.resolve("a/yolov5-maps.json");
    Cli.run("convert", e(), "-o", temp.resolve("a"), "--labels", labels, "--pad", "9").done();
    String said =
        Cli.run("convert", "--from-manifest", a, "--model", e(), "-o", temp.resolve("b")).done();
    assertThat(said)
        .contains("letterbox  centred, grey 9\n             convention: as the family does it\n");
    for (String ending : new String[] {"xml", "bin", "json"}) {
      same("a/yolov5-maps." + ending, "b/yolov5-maps." + ending);
    }
    byte[] before = Files.readAllBytes(a);
    Cli.run("convert", "--from-manifest", a, "--model", e(), "-o", temp.resolve("a"))
        .isWrongUsage(
            "--from-manifest '%s': its own files would be overwritten; give another folder with -o"
                .formatted(a),
            "ovkit convert");
    assertThat(a).hasBinaryContent(before);
    Cli.run("convert", "--from-manifest", a, "-o", temp.resolve("c"))
        .failsWith(
            ExitCode.FAILED,
            "'%s/a/yolov5-maps.onnx' does not exist; expected an ONNX file".formatted(temp));
    Cli.run("convert", "--from-manifest", a, "--labels", labels, "-o", temp.resolve("c"))
        .isWrongUsage("--labels: --from-manifest sets all options; leave it out", "ovkit convert");
  }

  @Test
  void theOldConvertersSpellingsGiveTheSameBytes() throws IOException {
    String heads = "Conv_11,Conv_14,Conv_17";
    Cli.run(
            "convert",
            e(),
            "--data-type",
            "FP16",
            "--reverse-input-channels",
            "-o",
            temp.resolve("ours"),
            "--model-name",
            "edge",
            "--scale",
            "255",
            "--output",
            heads,
            "--mean",
            "0,0,0",
            "--input-shape",
            "1,3,64,96")
        .done();
    Cli.run(
            "convert",
            "--input_model",
            e(),
            "--data_type",
            "half",
            "--reverse_input_channels",
            "--output_dir",
            temp.resolve("theirs"),
            "--model_name",
            "edge",
            "-s",
            "255",
            "--output",
            heads,
            "--mean_values",
            "[0,0,0]",
            "--input_shape",
            "[1,3,64,96]")
        .done();
    same("ours/edge.xml", "theirs/edge.xml");
    same("ours/edge.bin", "theirs/edge.bin");
  }

  @Test
  void fp16HalvesTheWeights() throws IOException {
    Cli.run("convert", e(), "-o", temp, "-n", "half").done();
    Cli.run("convert", e(), "-o", temp, "-n", "full", "--data-type", "FP32").done();
    double half = Files.size(temp.resolve("half.bin"));
    assertThat(half / Files.size(temp.resolve("full.bin"))).isBetween(0.48, 0.52);
  }

  @Test
  void jsonNamesFilesAndDecisions() throws IOException {
    String printed = Cli.run("convert", e(), "-o", temp, "--json").done();
    JsonNode json = new ObjectMapper().readTree(printed);
    assertThat(json.fieldNames())
        .toIterable()
        .containsExactly(
            "xml", "bin", "bin_bytes", "manifest", "infer_reads_boxes", "decisions", "check");
    assertThat(json.get("infer_reads_boxes").asBoolean()).isTrue();
    assertThat(json.get("check").asText()).startsWith("ovkit diagnose --ir " + temp);
    assertThat(json.get("bin_bytes").asLong())
        .isEqualTo(Files.size(Path.of(json.get("bin").asText())));
    assertThat(json.get("decisions"))
        .extracting(decision -> decision.get("what").asText())
        .contains("outputs", "channels", "scale", "letterbox");
  }

  @Test
  void yoloxWithoutFlagsSaysWhatNoGraphShows() {
    Path model = Demo.small("yolox-logits");
    assertThat(Cli.run("convert", model, "-o", temp).done())
        .contains("YOLOX", "--mean", "--scale-values");
  }

  private void same(String one, String other) throws IOException {
    assertThat(temp.resolve(other)).hasSameBinaryContentAs(temp.resolve(one));
  }

  private Path labels() throws IOException {
    return Files.writeString(temp.resolve("parts.names"), "bolt\nnut\nwasher\n");
  }

  private static Path e() {
    return Demo.small("yolov5-maps");
  }
}
