package dev.ovkit.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code infer} as a user meets it, on a real model and real pictures. */
@Tag("integration")
class InferCommandTest {

  @TempDir private static Path made;
  private static Path ir;
  private static Path names;
  private static Path bus;
  private static Path zidane;

  @TempDir private Path temp;

  @BeforeAll
  static void anIrWithLabels() {
    Path shared = Cli.shared();
    names = shared.resolve("models/coco.names");
    bus = shared.resolve("pictures/bus.jpg");
    zidane = shared.resolve("pictures/zidane.jpg");
    Cli.run(
            "convert",
            shared.resolve("models/v5lite-e-coco.onnx"),
            "-o",
            made,
            "-n",
            "model",
            "--labels",
            names)
        .done();
    ir = made.resolve("model.xml");
  }

  @Test
  void theTableHasALineAPictureAndALineABox() {
    String[] lines = infer(bus).done().split("\\R");
    assertThat(lines).hasSize(7);
    assertThat(lines[0])
        .matches("\\Q" + bus + "\\E  810x1080  6 found  [\\d.]+ ms \\(infer [\\d.]+\\)");
    assertThat(lines[1])
        .matches(
            "  person {11}0\\.80\\d  x 5\\d\\.\\d  y 40\\d\\.\\d  width 17\\d\\.\\d  height"
                + " 47\\d\\.\\d");
    assertThat(lines).filteredOn(line -> line.startsWith("  bus ")).hasSize(1);
  }

  @Test
  void jsonHasTheKeysOfItsContract() throws IOException {
    JsonNode json = json(bus);
    assertThat(json.fieldNames())
        .toIterable()
        .containsExactly("version", "model", "device", "pictures");
    assertThat(json.get("version").asInt()).isEqualTo(2);
    assertThat(json.get("model").asText()).isEqualTo(ir.toString());
    assertThat(json.get("device").asText()).isEqualTo("CPU");
    JsonNode picture = json.get("pictures").get(0);
    assertThat(picture.fieldNames())
        .toIterable()
        .containsExactly("file", "width", "height", "task", "detections", "ms");
    assertThat(picture.get("file").asText()).isEqualTo(bus.toString());
    assertThat(picture.get("width").asInt()).isEqualTo(810);
    assertThat(picture.get("height").asInt()).isEqualTo(1080);
    assertThat(picture.get("ms").fieldNames())
        .toIterable()
        .containsExactly("decode", "preprocess", "infer", "postprocess");
    assertThat(picture.get("ms")).allSatisfy(ms -> assertThat(ms.asDouble()).isPositive());
    JsonNode first = picture.get("detections").get(0);
    assertThat(first.fieldNames())
        .toIterable()
        .containsExactly("label", "class_id", "score", "box");
    assertThat(first.get("box").fieldNames())
        .toIterable()
        .containsExactly("x", "y", "width", "height");
    assertThat(first.get("label").asText()).isEqualTo("person");
    assertThat(first.get("class_id").asInt()).isZero();
  }

  // ---- which pictures

  @Test
  void aFolderIsItsPicturesByName() throws IOException {
    Files.copy(bus, temp.resolve("b.jpg"));
    Files.copy(zidane, temp.resolve("a.JPG"));
    Files.writeString(temp.resolve("notes.txt"), "no picture");
    Files.createDirectory(temp.resolve("deeper.jpg"));
    assertThat(files(json(temp)))
        .containsExactly(temp.resolve("a.JPG").toString(), temp.resolve("b.jpg").toString());
  }

  @Test
  void aGlobIsWhatItMatchesByName() throws IOException {
    Files.createDirectories(temp.resolve("one/two"));
    Path shallow = Files.copy(bus, temp.resolve("one/bus.jpg"));
    Path deep = Files.copy(bus, temp.resolve("one/two/bus.jpg"));
    Files.copy(zidane, temp.resolve("one/zidane.jpg"));
    assertThat(files(json(temp + "/*/b*.jpg"))).containsExactly(shallow.toString());
    assertThat(files(json(temp + "/**/bus.jpg")))
        .containsExactly(shallow.toString(), deep.toString());
  }

  @Test
  void aNameThatLooksLikeAGlobIsAFileWhereThereIsOne() throws IOException {
    Path odd = Files.copy(bus, temp.resolve("shot[1].jpg"));
    assertThat(files(json(odd))).containsExactly(odd.toString());
  }

  @Test
  void tinyAndThinPicturesWork() throws IOException {
    Path one = TinyPictures.rgb(temp.resolve("one.png"), 1, 1);
    Path wide = TinyPictures.rgb(temp.resolve("wide.png"), 5000, 1);
    Path tall = TinyPictures.rgb(temp.resolve("tall.png"), 1, 5000);
    assertThat(infer(one, wide, tall).done())
        .containsPattern("one\\.png  1x1  0 found")
        .containsPattern("wide\\.png  5000x1  0 found")
        .containsPattern("tall\\.png  1x5000  0 found");
  }

  @Test
  void tinyPicturesOfEveryKindOfPixelWork() throws IOException {
    Path alpha = TinyPictures.alpha(temp.resolve("alpha.png"), 40, 30);
    Path grey = TinyPictures.grey(temp.resolve("grey.png"), 40, 30);
    Path grey16 = TinyPictures.grey16(temp.resolve("grey16.png"), 40, 30);
    assertThat(infer(alpha, grey, grey16).done())
        .containsPattern("alpha\\.png  40x30  \\d+ found")
        .containsPattern("grey\\.png  40x30  \\d+ found")
        .containsPattern("grey16\\.png  40x30  \\d+ found");
  }

  @Test
  void greyIsGreyWhateverItsDepthAndAlphaIsDropped() throws IOException {
    JsonNode grey =
        only(TinyPictures.recoded(bus, temp.resolve("g.png"), BufferedImage.TYPE_BYTE_GRAY));
    JsonNode deep =
        only(TinyPictures.recoded(bus, temp.resolve("g16.png"), BufferedImage.TYPE_USHORT_GRAY));
    JsonNode plain =
        only(TinyPictures.recoded(bus, temp.resolve("p.png"), BufferedImage.TYPE_INT_RGB));
    JsonNode alpha =
        only(TinyPictures.recoded(bus, temp.resolve("a.png"), BufferedImage.TYPE_INT_ARGB));
    assertThat(alpha).isEqualTo(plain);
    assertThat(labels(plain)).contains("bus", "person");
    assertThat(labels(grey)).contains("person").hasSameElementsAs(labels(deep));
  }

  // ---- options

  @Test
  void classesByNameAndNumber() throws IOException {
    assertThat(labels(only(bus, "--classes", "bus"))).containsExactly("bus");
    assertThat(labels(only(bus, "--classes", "5"))).containsExactly("bus");
    assertThat(labels(only(bus, "--classes", "5,person"))).hasSize(6).contains("bus", "person");
    assertThat(labels(only(bus, "--classes", "traffic light"))).isEmpty();
  }

  @Test
  void theMostBoxesAreTheBestAndTheRestIsNoted() throws IOException {
    assertThat(infer(bus, "--max-det", "2").done())
        .contains("  2 found  ")
        .containsPattern(
            "\\R  \\(up to \\d+ more were left out by a cap; --max-det sets it\\)\\R$");
    JsonNode picture = json(bus, "--max-det", "2").get("pictures").get(0);
    assertThat(picture.get("left_out").asInt()).isPositive();
    assertThat(picture.get("detections").get(0)).isEqualTo(only(bus).get(0));
    assertThat(picture.get("detections")).hasSize(2);
  }

  @Test
  void suppressionFollowsIouAndAgnostic() throws IOException {
    int boxes = only(bus).size();
    assertThat(only(bus, "--iou", "1").size()).isGreaterThan(boxes);
    assertThat(only(bus, "--iou", "0.01").size()).isLessThan(boxes);
    assertThat(only(bus, "--iou", "0.01", "--agnostic").size())
        .isLessThan(only(bus, "--iou", "0.01").size());
  }

  @Test
  void labelsGivenWinOverTheIrs() throws IOException {
    Path mine = temp.resolve("mine.names");
    Files.write(mine, Files.readAllLines(names).stream().map(name -> "my " + name).toList());
    assertThat(labels(only(bus, "--labels", mine))).hasSize(6).contains("my bus", "my person");
  }

  @Test
  void theIrsThresholdHoldsUntilAnotherIsGiven() throws IOException {
    Path strict = temp.resolve("strict.xml");
    Files.writeString(
        strict,
        Files.readString(ir).replaceAll("(<confidence_threshold value=)\"0.25\"", "$1\"0.7\""));
    Files.copy(made.resolve("model.bin"), temp.resolve("strict.bin"));
    assertThat(Cli.run("infer", "--ir", strict, "--image", bus).done()).contains("  2 found  ");
    assertThat(Cli.run("infer", "--ir", strict, "--image", bus, "--conf", "0.25").done())
        .contains("  6 found  ");
  }

  @Test
  void preprocessingGivenWinsOverTheIrs() throws IOException {
    JsonNode usual = only(bus);
    for (Object[] option :
        new Object[][] {
          {"--letterbox", "stretch"},
          {"--letterbox", "top-left"},
          {"--pad", "0"},
          {"--input-colour", "RGB"},
          {"--anchors", "20,26 32,60 66,46 60,122 124,90 118,238 232,180 312,396 746,652"}
        }) {
      assertThat(only(bus, option)).as("%s %s", option).isNotEqualTo(usual);
    }
    assertThat(only(bus, "--letterbox", "centre", "--pad", "114", "--input-colour", "BGR"))
        .isEqualTo(usual);
  }

  // ---- drawn pictures

  @Test
  void onePictureIsDrawnToTheFileNamed() throws IOException {
    Path drawn = temp.resolve("drawn.png");
    infer(bus, "--out", drawn).done();
    assertThat(Cli.files(temp)).containsExactly("drawn.png");
    assertThat(infer(drawn).done()).contains("  810x1080  ");
  }

  @Test
  void picturesOfOneNameDoNotOverwriteEachOther() throws IOException {
    Path other = Files.createDirectories(temp.resolve("other"));
    Files.copy(zidane, other.resolve("bus.jpg"));
    Path drawn = temp.resolve("new/drawn");
    infer(bus, other.resolve("bus.jpg"), "--out", drawn).done();
    assertThat(Cli.files(drawn)).containsExactly("bus-2.jpg", "bus.jpg");
    assertThat(infer(drawn).done()).contains("bus.jpg  810x1080  ", "bus-2.jpg  1280x720  ");
  }

  private static Cli infer(Object... more) {
    return Cli.run(
        Stream.concat(Stream.of("infer", "--ir", ir, "--image"), Stream.of(more)).toArray());
  }

  private static JsonNode json(Object... more) throws IOException {
    Object[] line = Stream.concat(Stream.of(more), Stream.of("--json")).toArray();
    return new ObjectMapper().readTree(infer(line).done());
  }

  /** The detections on one picture. */
  private static JsonNode only(Path picture, Object... options) throws IOException {
    Object[] line = Stream.concat(Stream.of(picture), Stream.of(options)).toArray();
    JsonNode pictures = json(line).get("pictures");
    assertThat(pictures).hasSize(1);
    return pictures.get(0).get("detections");
  }

  private static List<String> files(JsonNode json) {
    return texts(json.get("pictures"), "file");
  }

  private static List<String> labels(JsonNode detections) {
    return texts(detections, "label");
  }

  private static List<String> texts(JsonNode array, String key) {
    List<String> texts = new ArrayList<>();
    array.forEach(one -> texts.add(one.get(key).asText()));
    return texts;
  }
}
