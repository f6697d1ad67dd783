package dev.ovkit.evaluate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ovkit.picture.Frame;
import dev.ovkit.picture.Picture;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Annotations as they come, and what is said of those that cannot be used. */
class GroundTruthTest {

  private static final String IMAGE = "{'id':7,'file_name':'a.jpg','width':640,'height':480}";
  private static final String BOX = "{'image_id':7,'category_id':3,'bbox':[1,2,30,40]}";
  private static final String CATEGORY = "{'id':3,'name':'car'}";

  @TempDir private Path temp;
  private Path images;
  private Path json;

  @BeforeEach
  void aPicture() throws IOException {
    images = Files.createDirectory(temp.resolve("images"));
    json = temp.resolve("truth.json");
    Files.createFile(images.resolve("a.jpg"));
  }

  // ---- COCO

  @Test
  void whatIsNotSaidHasADefaultAndTheListsComeInAnyOrder() throws IOException {
    GroundTruth truth =
        read(
            "{'annotations':[%s,{'id':1,'image_id':7,'category_id':3,'bbox':[5,6,7,8.5],'area':9,'iscrowd':1,'segmentation':{'counts':[1,[2]]}}],'info':{'a':[1]},'categories':[%s],'images':[{'id':7,'file_name':'val2017/a.jpg'}]}"
                .formatted(BOX, CATEGORY));
    assertThat(truth.categories()).containsExactly(Map.entry(3L, "car"));
    assertThat(truth.pictures())
        .containsExactly(
            new TruthPicture(
                7,
                images.resolve("a.jpg"),
                0,
                0,
                List.of(
                    new TruthBox(3, 1, 2, 30, 40, 1200, false),
                    new TruthBox(3, 5, 6, 7, 8.5, 9, true))));
    assertThat(truth.objects()).isEqualTo(1);
  }

  @Test
  void aFileThatIsMissing() {
    assertThatThrownBy(() -> GroundTruth.coco(json, images))
        .isInstanceOf(AnnotationException.class)
        .hasMessage("'%s' cannot be opened; expected a file with COCO annotations".formatted(json));
  }

  @Test
  void jsonThatIsBroken() {
    refused(
        "{'images': [\n  {'id': 7,, }",
        "is not valid JSON at line 2, column 12; it is damaged or cut short");
  }

  @Test
  void jsonBeyondTheParsersLimits() {
    refused(
        "{'images':[{'id':" + "1".repeat(1100) + "}]}",
        "cannot be read: Number value length (1100) exceeds the maximum allowed (1000, from `StreamReadConstraints.getMaxNumberLength()`)");
    refused(
        "{'images':" + "[".repeat(1100),
        "cannot be read: Document nesting depth (1001) exceeds the maximum allowed (1000, from `StreamReadConstraints.getMaxNestingDepth()`)");
  }

  @Test
  void jsonThatIsCut() {
    refused(
        "{'images':[" + IMAGE,
        "is not valid JSON at line 1, column 65; it is damaged or cut short");
  }

  @Test
  void jsonThatGoesOn() {
    refused(
        whole(IMAGE, BOX, CATEGORY) + "\n{}",
        ": goes on after its end, at line 2; expected one JSON object");
  }

  @Test
  void resultsInPlaceOfAnnotations() {
    refused(
        "[]",
        ": is not a JSON object; expected COCO annotations with images, annotations and"
            + " categories");
  }

  @Test
  void aMissingList() {
    refused(
        "{'images':[" + IMAGE + "]}",
        ": has no annotations and no categories; COCO annotations have images, annotations and"
            + " categories");
  }

  @Test
  void aListThatIsNone() {
    refused("{'images':{}}", ": images is not an array; expected COCO annotations");
  }

  @Test
  void noObjects() {
    refused(
        whole(IMAGE, "", CATEGORY), ": has no annotations, so there is nothing to measure against");
  }

  @Test
  void missingKeysAreNamedWithTheirPlace() {
    refused(whole("{'id':7}", BOX, CATEGORY), ": images[0] has no file_name");
    refused(whole("{'file_name':'a.jpg'}", BOX, CATEGORY), ": images[0] has no id");
    refused(whole(IMAGE, BOX, "{'id':3}"), ": categories[0] has no name");
    refused(
        whole(IMAGE, BOX + ",{'image_id':7,'category_id':3}", CATEGORY),
        ": annotations[1] has no bbox");
    refused(
        whole(IMAGE, "{'bbox':[1,2,3,4],'category_id':3}", CATEGORY),
        ": annotations[0] has no image_id");
    refused(whole(IMAGE, "7", CATEGORY), ": annotations[0] is 7, expected an object");
  }

  @Test
  void valuesThatAreNoneAreShown() {
    refused(
        whole("{'id':'7','file_name':'a.jpg'}", BOX, CATEGORY),
        ": images[0].id is \"7\", expected a whole number");
    refused(
        whole("{'id':7,'file_name':'a.jpg','width':0}", BOX, CATEGORY),
        ": images[0].width is 0, expected pixels, 1 or more");
    refused(
        whole(IMAGE, BOX.replace("[1,2,30,40]", "[1,2,3]"), CATEGORY),
        ": annotations[0].bbox is [1,2,3], expected [x, y, width, height] in pixels");
    refused(
        whole(IMAGE, BOX.replace("30", "'x'"), CATEGORY),
        ": annotations[0].bbox is [1,2,\"x\",40], expected [x, y, width, height] in pixels");
    refused(
        whole(IMAGE, BOX.replace("30", "-30"), CATEGORY),
        ": annotations[0].bbox is [1,2,-30,40], with a negative size; expected [x, y, width,"
            + " height] in pixels");
    refused(
        whole(IMAGE, BOX.replace("}", ",'area':-1}"), CATEGORY),
        ": annotations[0].area is -1, expected square pixels, 0 or more");
  }

  @Test
  void referencesThatLeadNowhere() {
    refused(
        whole(IMAGE, BOX.replace(":7", ":8"), CATEGORY),
        ": annotations[0].image_id is 8, but no picture has that id");
    refused(
        whole(IMAGE, BOX.replace(":3", ":4"), CATEGORY),
        ": annotations[0].category_id is 4, but no category has that id");
    refused(
        whole(IMAGE + "," + IMAGE, BOX, CATEGORY),
        ": images[1] has the id 7, which another picture has too");
    refused(
        whole(IMAGE, BOX, CATEGORY + "," + CATEGORY),
        ": categories[1] has the id 3, which another category has too");
  }

  @Test
  void annotationsOfOtherPictures() throws IOException {
    Files.writeString(json, whole(IMAGE + ",{'id':8,'file_name':'b.jpg'}", BOX, CATEGORY));
    assertThatThrownBy(() -> GroundTruth.coco(json, images))
        .isInstanceOf(AnnotationException.class)
        .hasMessage(
            "'%s' lacks 1 of the 2 pictures of '%s', such as 'b.jpg'; give --images the folder that contains them"
                .formatted(images, json));
  }

  @Test
  void anEmptyFolderAndNone() throws IOException {
    Files.writeString(json, whole(IMAGE, BOX, CATEGORY));
    Files.delete(images.resolve("a.jpg"));
    assertThatThrownBy(() -> GroundTruth.coco(json, images))
        .isInstanceOf(AnnotationException.class)
        .hasMessage("'%s' is empty; expected the pictures of '%s'".formatted(images, json));
    assertThatThrownBy(() -> GroundTruth.coco(json, json))
        .isInstanceOf(AnnotationException.class)
        .hasMessage(
            "'%s' is not a readable folder; expected the pictures of '%s'".formatted(json, json));
  }

  private static String whole(String images, String annotations, String categories) {
    return "{'images':[%s],'annotations':[%s],'categories':[%s]}"
        .formatted(images, annotations, categories)
        .replace('\'', '"');
  }

  private GroundTruth read(String text) throws IOException {
    Files.writeString(json, text.replace('\'', '"'));
    return GroundTruth.coco(json, images);
  }

  private void refused(String text, String message) {
    assertThatThrownBy(() -> read(text))
        .isInstanceOf(AnnotationException.class)
        .hasMessage("'%s'%s", json, message.startsWith(":") ? message : " " + message);
  }

  // ---- YOLO

  @Test
  void sharesBecomePixelsAndAPictureWithoutATextHasNoObjects() throws IOException {
    Path wide = picture("wide.png", 200, 100);
    Path bare = picture("bare.png", 20, 10);
    Path labels = Files.createDirectory(temp.resolve("labels"));
    Files.writeString(labels.resolve("wide.txt"), "1 0.5 0.5 0.25 0.5\n\n0\t0.1 0.2  0 0.1\n");
    Files.writeString(labels.resolve("classes.txt"), "bolt\nnut\n");
    GroundTruth truth = GroundTruth.yolo(labels, List.of(bare, wide), List.of("bolt", "nut"));
    assertThat(truth.categories().values()).containsExactly("bolt", "nut");
    assertThat(truth.pictures())
        .containsExactly(
            new TruthPicture(1, bare, 20, 10, List.of()),
            new TruthPicture(
                2,
                wide,
                200,
                100,
                List.of(
                    new TruthBox(1, 75, 25, 50, 50, 2500, false),
                    new TruthBox(0, 20, 15, 0, 10, 0, false))));
  }

  @Test
  void aBadLineIsNamedWithItsFileAndNumber() throws IOException {
    Path picture = picture("a.png", 20, 10);
    Path labels = Files.createDirectory(temp.resolve("labels"));
    Path text = labels.resolve("a.txt");
    String line = "; expected 'class cx cy width height', the last four as shares of the picture";
    String good = "0 0.5 0.5 0.1 0.1\n";
    refused(picture, text, good + "0 0.5 0.5 0.1", 2, "it has 4 numbers" + line);
    refused(picture, text, good + "0 0.5 0.5 0.1 0.1 0.9", 2, "it has 6 numbers" + line);
    refused(picture, text, "0 0.5 x 0.1 0.1", 1, "'0 0.5 x 0.1 0.1'" + line);
    refused(picture, text, "bolt 0 0 0 0", 1, "'bolt 0 0 0 0'" + line);
    refused(picture, text, "\n2 0 0 0 0", 2, "there is no class 2; the model has 0 to 1");
    refused(
        picture, text, "0 0.5 0.5 -0.1 0.1", 1, "'0 0.5 0.5 -0.1 0.1' has a negative size" + line);
    refused(picture, text, "0 9 5 2 1", 1, "'0 9 5 2 1' is outside the picture" + line);
    refused(picture, text, "0 NaN 0 0 0", 1, "'0 NaN 0 0 0' is outside the picture" + line);
    Files.write(text, "0 0 0 0 0 é".getBytes(StandardCharsets.ISO_8859_1));
    assertThatThrownBy(() -> yolo(picture, labels))
        .hasMessage("'%s' is not text%s".formatted(text, line));
  }

  @Test
  void labelsOfOtherPicturesAndFoldersWithoutLabels() throws IOException {
    Path picture = picture("a.png", 20, 10);
    Path labels = Files.createDirectory(temp.resolve("labels"));
    assertThatThrownBy(() -> yolo(picture, labels))
        .isInstanceOf(AnnotationException.class)
        .hasMessage(
            "'%s' contains no .txt; expected one per picture, with a line 'class cx cy width height' per object"
                .formatted(labels));
    Files.createFile(labels.resolve("b.txt"));
    assertThatThrownBy(() -> yolo(picture, labels))
        .isInstanceOf(AnnotationException.class)
        .hasMessage(
            "'%s' has labels for 1 pictures that are not among the 1 given, such as 'b.txt'; give --images the folder that contains them"
                .formatted(labels));
    assertThatThrownBy(() -> yolo(picture, picture))
        .isInstanceOf(AnnotationException.class)
        .hasMessage(
            "'%s' is not a readable folder; expected labels, a .txt per picture"
                .formatted(picture));
  }

  private static void refused(Path picture, Path text, String lines, int line, String message)
      throws IOException {
    Files.writeString(text, lines);
    assertThatThrownBy(() -> yolo(picture, text.getParent()))
        .isInstanceOf(AnnotationException.class)
        .hasMessage("'%s', line %d: %s", text, line, message);
  }

  private static GroundTruth yolo(Path picture, Path labels) {
    return GroundTruth.yolo(labels, List.of(picture), List.of("bolt", "nut"));
  }

  private Path picture(String name, int width, int height) {
    Path file = temp.resolve(name);
    ByteBuffer pixels = ByteBuffer.allocateDirect(3 * width * height);
    try (Picture grey = Picture.of(Frame.of(pixels, width, height, Frame.Format.BGR))) {
      grey.write(file);
    }
    return file;
  }
}
