package dev.ovkit.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import javax.xml.parsers.DocumentBuilderFactory;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.w3c.dom.Document;

/** {@code eval} on the project's own model and pictures. */
@Tag("integration")
class EvalCommandTest {

  private static final ObjectMapper MAPPER = new ObjectMapper();
  private static final Path MODELS = Path.of(System.getProperty("ovkit.home", ".."), "ir-models");
  private static final Path IR = MODELS.resolve("conveyor-parts.xml");
  private static final Path PICTURES = MODELS.resolve("pictures");
  private static final Path TRUTH = PICTURES.resolve("instances.json");

  @TempDir private Path temp;

  /** Also by another name, such as a link's. */
  @Test
  void whatItReadsIsNotOverwritten() throws IOException {
    Path truth = Files.copy(TRUTH, temp.resolve("truth.json"));
    Path link = Files.createSymbolicLink(temp.resolve("link.json"), truth);
    byte[] before = Files.readAllBytes(truth);
    for (String option : List.of("--detections", "--html")) {
      for (Path written : List.of(truth, link)) {
        Cli.run("eval", IR, "--coco", truth, "--images", PICTURES, option, written)
            .isWrongUsage(
                "%s would overwrite '%s', which the command reads; give another file"
                    .formatted(option, truth),
                "ovkit eval");
      }
    }
    assertThat(truth).hasBinaryContent(before);
    assertThat(Files.isSymbolicLink(link)).isTrue();
  }

  @Test
  void theFiguresByNameAndTheDetectionsAsCocosResults() throws IOException {
    Path results = temp.resolve("found.json");
    JsonNode said =
        json(
            Cli.run(
                    "eval",
                    "--ir",
                    IR,
                    "--coco",
                    TRUTH,
                    "--images",
                    PICTURES,
                    "--detections",
                    results,
                    "--json")
                .done());
    assertThat(said.fieldNames())
        .toIterable()
        .containsExactly(
            "model",
            "task",
            "pictures",
            "objects",
            "detections",
            "mapping",
            "settings",
            "map",
            "map50",
            "map75",
            "map_small",
            "map_medium",
            "map_large",
            "ar1",
            "ar10",
            "ar100",
            "ar_small",
            "ar_medium",
            "ar_large",
            "per_class",
            "seconds");
    assertThat(said.get("pictures").asInt()).isEqualTo(5);
    assertThat(said.get("mapping").asText()).isEqualTo("names");
    assertThat(said.get("map").asDouble()).isBetween(0.5, 0.99);
    assertThat(said.get("map50").asDouble()).isBetween(said.get("map").asDouble(), 1.0);
    assertThat(said.get("per_class")).hasSize(6);
    assertThat(said.get("per_class").get(0).get("name").asText()).isEqualTo("bolt");
    double sum = 0;
    for (JsonNode one : said.get("per_class")) {
      sum += one.get("map").asDouble();
    }
    assertThat(said.get("map").asDouble()).isEqualTo(sum / 6, Offset.offset(1e-9));

    JsonNode found = MAPPER.readTree(results.toFile());
    assertThat(found).hasSize(said.get("detections").asInt());
    assertThat(found.get(0).fieldNames())
        .toIterable()
        .containsExactly("image_id", "category_id", "bbox", "score");
    assertThat(Cli.files(temp)).containsExactly("found.json");
  }

  @Test
  void aTableForPeople() {
    String said = Cli.run("eval", "--ir", IR, "--coco", TRUTH, "--images", PICTURES).done();
    assertThat(said)
        .contains("  5 pictures  ")
        .contains("classes are matched to categories by name");
    assertThat(said)
        .containsPattern("mAP    (  0\\.\\d{3}){3}")
        .containsPattern(
            "best     1      10     100    small  medium large\\Rrecall (  0\\.\\d{3}){3}")
        .containsPattern("bracket +\\d+  \\d");
  }

  @Test
  void labelsOfAYoloTrainerGiveTheSameFigures() throws IOException {
    JsonNode coco = json(eval("--coco", TRUTH).done());
    JsonNode yolo = json(eval("--labels", labels()).done());
    assertThat(yolo.get("mapping").asText()).isEqualTo("numbers");
    for (String figure : List.of("map", "map50", "map75", "ar100")) {
      assertThat(yolo.get(figure).asDouble())
          .as(figure)
          .isEqualTo(coco.get(figure).asDouble(), Offset.offset(1e-9));
    }
  }

  @Test
  void theOnnxIsAsAccurateAsItsIr() {
    JsonNode ir = json(eval("--coco", TRUTH).done());
    JsonNode onnx =
        json(
            Cli.run(
                    "eval",
                    "--onnx",
                    MODELS.resolve("conveyor-parts.onnx"),
                    "--coco",
                    TRUTH,
                    "--images",
                    PICTURES,
                    "--names",
                    MODELS.resolve("conveyor-parts.names"),
                    "--json")
                .done());
    assertThat(onnx.get("map").asDouble()).isEqualTo(ir.get("map").asDouble(), Offset.offset(0.01));
  }

  @Test
  void anOptionWinsOverTheIr() {
    JsonNode right = json(eval("--coco", TRUTH).done());
    JsonNode wrong = json(eval("--coco", TRUTH, "--scale", "255", "--max-det", "7").done());
    assertThat(wrong.get("map").asDouble()).isLessThan(right.get("map").asDouble() / 2);
    assertThat(wrong.get("settings").get("max_det").asInt()).isEqualTo(7);
  }

  @Test
  void theReportHasCurvesTheMatrixAndTheWorstPictures() throws Exception {
    Path html = temp.resolve("report.html");
    assertThat(eval("--coco", TRUTH, "--html", html).exitCode()).isZero();
    Document page = DocumentBuilderFactory.newInstance().newDocumentBuilder().parse(html.toFile());
    assertThat(page.getElementsByTagName("canvas").getLength()).isEqualTo(2);
    String text = page.getDocumentElement().getTextContent();
    assertThat(text)
        .contains("F1 against confidence", "Precision against recall", "Confusion matrix")
        .contains("mean of 6 classes", "bracket");
    JsonNode charts = MAPPER.readTree(text.replaceFirst("(?s).*?(\\{\"chart0\")", "$1"));
    JsonNode precision = charts.at("/chart0/data/datasets/0/data");
    assertThat(precision).hasSize(101);
    double sum = 0;
    for (JsonNode point : precision) {
      sum += point.get("y").asDouble();
    }
    JsonNode figures = json(eval("--coco", TRUTH).done());
    assertThat(sum / 101)
        .as("what is under the curve is mAP at IoU .5")
        .isCloseTo(figures.get("map50").asDouble(), Offset.offset(0.002));
    assertThat(page.getElementsByTagName("img").getLength()).isPositive().isEven();
  }

  // ---- bad input

  @Test
  void annotationsOfOtherPictures() throws IOException {
    Path empty = Files.createDirectory(temp.resolve("empty"));
    Path none = Files.createDirectory(temp.resolve("none"));
    Files.createFile(none.resolve("else.jpg"));
    Cli.run("eval", "--ir", IR, "--coco", TRUTH, "--images", empty)
        .failsWith(1, "'%s' is empty; expected the pictures of '%s'".formatted(empty, TRUTH));
    Cli.run("eval", "--ir", IR, "--coco", TRUTH, "--images", none)
        .failsWith(
            1,
            "'%s' lacks 5 of the 5 pictures of '%s', such as '000000.jpg'; give --images the folder that contains them"
                .formatted(none, TRUTH));
    Cli.run("eval", "--ir", IR, "--labels", labels(), "--images", empty)
        .failsWith(
            1,
            "'%s' contains no pictures; expected files ending in bmp, jpe, jpeg, jpg, png, tif, tiff, webp"
                .formatted(empty));
  }

  @Test
  void picturesOfAnotherSize() throws IOException {
    Path json = temp.resolve("half.json");
    Files.writeString(json, Files.readString(TRUTH).replace("\"width\": 1280", "\"width\": 640"));
    Cli.run("eval", "--ir", IR, "--coco", json, "--images", PICTURES)
        .failsWith(
            1,
            "'%s' is 1280x720, but '%s' annotates a picture of 640x720; give --images the annotated pictures"
                .formatted(PICTURES.resolve("000000.jpg"), json));
  }

  @Test
  void categoriesThatTheModelDoesNotHave() throws IOException {
    Path json = temp.resolve("other.json");
    Files.writeString(json, Files.readString(TRUTH).replace("\"bolt\"", "\"person\""));
    Path few = Files.writeString(temp.resolve("few.names"), "bolt\nnut\n");
    Path mixed =
        Files.writeString(temp.resolve("mixed.names"), "nut\nbolt\nwasher\ngear\nbracket\nbearing");
    Cli.run("eval", "--ir", IR, "--coco", json, "--images", PICTURES, "--names", mixed)
        .failsWith(
            1,
            "'%s' has objects of categories that the model does not name: person; give --names a file with the model's class names, one per line, in order"
                .formatted(json));
    Cli.run("eval", "--ir", IR, "--coco", json, "--images", PICTURES, "--names", few)
        .failsWith(2, "--names '%s' has 2 names, but '%s' has 6 classes".formatted(few, IR));
  }

  @Test
  void aPlaceThatCannotBeWritten() {
    Cli.run("eval", "--ir", IR, "--coco", TRUTH, "--images", PICTURES, "--detections", "/proc/x/y")
        .failsWith(
            1,
            "cannot write '/proc/x/y': its folder does not exist and cannot be made; give a"
                + " writable place");
  }

  @Test
  void aModelAndObjectsAreGivenOnce() {
    assertThat(Cli.run("eval", "--ir", IR, "--images", PICTURES).exitCode()).isEqualTo(2);
    Cli both = Cli.run("eval", "--ir", IR, "--coco", TRUTH, "--labels", temp, "--images", PICTURES);
    assertThat(both.exitCode()).isEqualTo(2);
    assertThat(both.err()).contains("mutually exclusive");
  }

  /** A small classifier of random weights, as its exporter would describe it. */
  private Path classifier() throws IOException {
    Path folder = Files.createDirectories(temp.resolve("classifier"));
    for (String end : List.of(".xml", ".bin")) {
      Files.copy(
          Demo.small("classifier").resolveSibling("../ir/classifier" + end),
          folder.resolve("classifier" + end));
    }
    Files.writeString(
        folder.resolve("metadata.yaml"), "task: classify\nnames: {0: a, 1: b, 2: c}\n");
    return folder.resolve("classifier.xml");
  }

  @Test
  void aClassifierIsMeasuredByFolders() throws IOException {
    Path classifier = classifier();
    Path pictures = Files.createDirectory(temp.resolve("pictures"));
    for (String name : List.of("a", "b", "c")) {
      TinyPictures.rgb(Files.createDirectory(pictures.resolve(name)).resolve("1.png"), 96, 64);
    }
    Cli said = Cli.run("eval", classifier, "--images", pictures, "--json");
    JsonNode figures = json(said.done());
    assertThat(figures.get("task").asText()).isEqualTo("classify");
    assertThat(figures.get("pictures").asInt()).isEqualTo(3);
    assertThat(figures.get("top1").asDouble()).as("all are the same picture").isEqualTo(1 / 3.0);
    assertThat(figures.get("top5").asDouble()).as("three classes").isEqualTo(1);
  }

  @Test
  void aClassifierHasNoObjects() throws IOException {
    Path classifier = classifier();
    Path absent = temp.resolve("absent");
    for (String option : List.of("--coco", "--labels")) {
      Cli.run("eval", classifier, option, absent, "--images", absent)
          .isWrongUsage(
              "'%s' is a classifier: leave out %s, and give --images a folder with a folder of pictures for each class"
                  .formatted(classifier, option),
              "ovkit eval");
    }
    for (String option : List.of("--detections", "--html")) {
      Cli.run("eval", classifier, option, absent, "--images", absent)
          .isWrongUsage(
              "'%s' is a classifier: leave out %s, which is about objects"
                  .formatted(classifier, option),
              "ovkit eval");
    }
  }

  private static Cli eval(Object... more) {
    Object[] line = new Object[6 + more.length];
    System.arraycopy(
        new Object[] {"eval", "--ir", IR, "--images", PICTURES, "--json"}, 0, line, 0, 6);
    System.arraycopy(more, 0, line, 6, more.length);
    return Cli.run(line);
  }

  private static JsonNode json(String text) {
    try {
      return MAPPER.readTree(text);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  /** The objects of the project's pictures, as labels of a YOLO trainer. */
  private Path labels() throws IOException {
    Path labels = Files.createDirectories(temp.resolve("labels"));
    JsonNode truth = MAPPER.readTree(TRUTH.toFile());
    for (JsonNode image : truth.get("images")) {
      double width = image.get("width").asDouble();
      double height = image.get("height").asDouble();
      StringBuilder text = new StringBuilder();
      for (JsonNode one : truth.get("annotations")) {
        JsonNode box = one.get("bbox");
        if (one.get("image_id").equals(image.get("id"))) {
          text.append(
              "%s %s %s %s %s%n"
                  .formatted(
                      one.get("category_id"),
                      (box.get(0).asDouble() + box.get(2).asDouble() / 2) / width,
                      (box.get(1).asDouble() + box.get(3).asDouble() / 2) / height,
                      box.get(2).asDouble() / width,
                      box.get(3).asDouble() / height));
        }
      }
      String name = image.get("file_name").asText();
      Files.writeString(labels.resolve(name.replace(".jpg", ".txt")), text);
    }
    return labels;
  }
}
