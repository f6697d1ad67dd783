package dev.ovkit.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.ovkit.bundle.SigningKey;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Folders in the form that Ultralytics writes, made here of a small model: the IR takes RGB in 0..1
 * and says so only in its model_info, its output has no name, the names of its classes are in
 * {@code metadata.yaml}. Given as a folder or as its .xml, in every precision and command, and with
 * an input of open size.
 */
@Tag("integration")
class ExportedFolderTest {

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int COMPARED = 20;

  private static final String SECTION =
      """
      <rt_info><model_info><model_type value="YOLO" />
      <resize_type value="fit_to_window_letterbox" /><pad_value value="114" /><reverse_input_channels value="YES" />
      <scale_values value="255" /></model_info></rt_info></net>
      """;

  private static final String YAML =
      """
      task: detect
      stride: 32
      batch: 1
      imgsz: [64, 96]
      names:
        0: red
        1: green
        2: blue
      """;

  @TempDir private static Path made;
  private static JsonNode right;

  @TempDir private Path temp;

  @BeforeAll
  static void folders() throws IOException {
    Path onnx = Demo.small("yolov8");
    Cli.run("convert", onnx, "-o", made, "-n", "right", "--data-type", "FP32").done();
    right = found(made.resolve("right.xml"));
    for (String precision : new String[] {"FP32", "FP16"}) {
      Path plain = made.resolve("plain" + precision);
      Cli converted =
          Cli.run(
              "convert",
              onnx,
              "-o",
              plain,
              "-n",
              "best",
              "--no-reverse-input-channels",
              "--scale",
              "1",
              "--data-type",
              precision);
      assertThat(converted.exitCode()).as(converted.err()).isZero();
      export(plain, folder(precision));
    }
    open(folder("FP32"), folder("open"));
    Path plain = made.resolve("plainINT8");
    Path pictures = Demo.picture(0).getParent();
    Cli quantized = Cli.run("quantize", folder("FP32"), pictures, "-o", plain, "-n", "best");
    assertThat(quantized.exitCode()).as(quantized.err()).isZero();
    export(plain, folder("INT8"));
  }

  /** As the exporter writes it with {@code dynamic=True}: any number of pictures of any size. */
  private static void open(Path from, Path folder) throws IOException {
    Files.createDirectories(folder);
    for (String name : new String[] {"best.bin", "metadata.yaml"}) {
      Files.copy(from.resolve(name), folder.resolve(name));
    }
    Files.writeString(
        folder.resolve("best.xml"),
        Files.readString(from.resolve("best.xml"))
            .replace("shape=\"1,3,64,96\"", "shape=\"?,3,?,?\"")
            .replaceAll(
                "<dim>1</dim>(\\s*)<dim>3</dim>(\\s*)<dim>64</dim>(\\s*)<dim>96</dim>",
                "<dim>-1</dim>$1<dim>3</dim>$2<dim>-1</dim>$3<dim>-1</dim>")
            .replaceAll(
                "<dim>1</dim>(\\s*)<dim>7</dim>(\\s*)<dim>126</dim>",
                "<dim>-1</dim>$1<dim>7</dim>$2<dim>-1</dim>"));
  }

  private static Path folder(String precision) {
    return made.resolve(precision + "_openvino_model");
  }

  /** Takes away what only ovkit writes. */
  private static void export(Path plain, Path folder) throws IOException {
    Files.createDirectories(folder);
    String xml = Files.readString(plain.resolve("best.xml"));
    String graph = xml.substring(0, xml.lastIndexOf("</edges>") + "</edges>".length());
    Files.writeString(
        folder.resolve("best.xml"), graph.replaceAll(" output_names=\"[^\"]*\"", "") + SECTION);
    Files.copy(plain.resolve("best.bin"), folder.resolve("best.bin"));
    Files.writeString(folder.resolve("metadata.yaml"), YAML);
  }

  @ParameterizedTest
  @ValueSource(strings = {"FP32", "FP16", "open"})
  void inferFindsWhatTheConvertedModelFinds(String precision) throws IOException {
    JsonNode found = found(folder(precision));
    int same = 0;
    for (int i = 0; i < COMPARED; i++) {
      JsonNode expected = right.get(i);
      same +=
          StreamSupport.stream(found.spliterator(), false).anyMatch(b -> isSame(b, expected))
              ? 1
              : 0;
    }
    assertThat(same)
        .as("random weights give equal scores, whose order rounding decides")
        .isGreaterThan(17);
    assertThat(found.findValuesAsText("label")).contains("red", "blue");
    assertThat(found(folder(precision).resolve("best.xml"))).isEqualTo(found);
  }

  private static boolean isSame(JsonNode box, JsonNode expected) {
    return box.get("class_id").equals(expected.get("class_id"))
        && Stream.of("x", "y", "width", "height")
            .allMatch(key -> Math.abs(number(box, key) - number(expected, key)) < 2);
  }

  private static double number(JsonNode detection, String key) {
    return detection.get("box").get(key).asDouble();
  }

  @ParameterizedTest
  @ValueSource(strings = {"FP32", "FP16", "INT8", "open"})
  void inspectVerifyBenchAndEvalTakeIt(String precision) throws IOException {
    Path folder = folder(precision);
    assertThat(Cli.run("inspect", folder).done()).contains("best.xml", "red");
    Cli same = Cli.run("verify", folder, folder, "--images", Demo.picture(0), "--conf", "0.9");
    assertThat(same.exitCode()).as(same.out() + same.err()).isZero();
    JsonNode measured =
        JSON.readTree(
            Cli.run("bench", folder, Demo.picture(0), "--passes", "2", "--warm-up", "0", "--json")
                .done());
    assertThat(measured.at("/models/0/infer_ms/count").asInt()).isEqualTo(2);
    Path labels = temp.resolve("labels");
    Path pictures = Demo.picture(0).getParent();
    Cli.run("infer", folder, pictures, "--format", "yolo", "--out", labels, "--conf", "0.5").done();
    JsonNode figures =
        JSON.readTree(
            Cli.run(
                    "eval",
                    folder,
                    "--labels",
                    labels,
                    "--images",
                    pictures,
                    "--conf",
                    "0.5",
                    "--iou",
                    "0.45",
                    "--json")
                .done());
    assertThat(figures.get("map50").asDouble())
        .as("what was found is right when it is the truth")
        .isGreaterThan(0.95);
  }

  @Test
  void anInt8FolderFindsAboutTheSame() throws IOException {
    assertThat(found(folder("INT8")).size()).isBetween(right.size() / 2, 2 * right.size());
    assertThat(Files.readString(folder("INT8").resolve("best.xml"))).contains("FakeQuantize");
  }

  @Test
  void itIsPackedWithItsNames() throws IOException {
    Path key = temp.resolve("signing.key");
    SigningKey.generate().write(key);
    Path bundle = temp.resolve("app-1.0.0");
    Cli packed =
        Cli.run("package", folder("FP16"), "--golden", Demo.picture(0), "--key", key, "-o", bundle);
    assertThat(packed.exitCode()).as(packed.err()).isZero();
    JsonNode golden = JSON.readTree(bundle.resolve("golden/golden.json").toFile());
    assertThat(golden.findValuesAsText("label")).contains("red", "blue");
    Cli tested = Cli.run("self-test", "--bundle", bundle);
    assertThat(tested.exitCode()).as(tested.out() + tested.err()).isZero();
  }

  /** Annotations of pictures are .xml, too; a folder of such is no model. */
  @Test
  void aFolderOfPicturesWithAnnotationsIsNoModel() throws IOException {
    Path pictures = Files.createDirectories(temp.resolve("pictures"));
    Files.copy(Demo.picture(0), pictures.resolve("a.jpg"));
    Files.writeString(pictures.resolve("a.xml"), "<annotation />");
    assertThat(Cli.run("infer", folder("FP16"), pictures).done()).contains("a.jpg");
  }

  /**
   * Without suppression, which rounding may turn: the weights are random, and many scores are 1.
   */
  private static JsonNode found(Path model) throws IOException {
    String json =
        Cli.run("infer", model, Demo.picture(0), "--iou", "1", "--conf", "0.6", "--json").done();
    return JSON.readTree(json).get("pictures").get(0).get("detections");
  }
}
