package dev.ovkit.evaluate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ovkit.model.Mask;
import dev.ovkit.model.RotatedBox;
import dev.ovkit.picture.Frame;
import dev.ovkit.picture.Picture;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
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
                    new TruthObject(3, 1, 2, 30, 40, 1200, false),
                    new TruthObject(3, 5, 6, 7, 8.5, 9, true))));
    assertThat(truth.objects()).isEqualTo(1);
  }

  @Test
  void aFileThatIsMissing() {
    assertThatThrownBy(() -> GroundTruth.coco(json, images))
        .isInstanceOf(AnnotationException.class)
        .hasMessage(
            "'%s' cannot be read: no such file; expected a file with COCO annotations"
                .formatted(json));
  }

  @Test
  void aFolderInPlaceOfAFile() {
    assertThatThrownBy(() -> GroundTruth.coco(images, images))
        .isInstanceOf(AnnotationException.class)
        .hasMessage(
            "'%s' cannot be read: Is a directory; expected a file with COCO annotations"
                .formatted(images));
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

  // ---- masks, key points and rotated boxes

  private static final String SHAPE = "{'image_id':7,'category_id':3,'bbox':[1,2,30,40],%s}";

  private TruthObject shape(String more, Similarity similarity) throws IOException {
    Files.writeString(json, whole(IMAGE, SHAPE.formatted(more), CATEGORY));
    return GroundTruth.coco(json, images, similarity).pictures().get(0).objects().get(0);
  }

  private void refusedShape(String more, Similarity similarity, String message) {
    assertThatThrownBy(() -> shape(more, similarity))
        .isInstanceOf(AnnotationException.class)
        .hasMessage("'%s': annotations[0]%s", json, message);
  }

  @Test
  void aMaskIsPolygonsOrRunsAsNumbersOrText() throws IOException {
    Mask square = Mask.of(640, 480, 10, 20, 4, 3, new byte[] {1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1});
    int rest = 640 * 480 - square.counts()[0] - 3 * 480 - 3;
    String counts = "%d,3,477,3,0,0,477,3,477,3,%d".formatted(square.counts()[0], rest);
    for (String segmentation :
        List.of(
            "[[10,20,14,20,14,23,10,23]]",
            "[[10,20,12,20,12,23,10,23],[11,20,14,20,14,23,11,23]]",
            "{'size':[480,640],'counts':[%s]}".formatted(counts),
            "{'size':[480,640],'counts':'%s'}"
                .formatted(square.compressed().replace("\\", "\\\\")))) {
      assertThat(shape("'segmentation':" + segmentation, Similarity.MASKS).mask())
          .as(segmentation)
          .contains(square);
    }
  }

  @Test
  void masksThatAreNoneAreRefused() {
    String forms =
        "expected polygons [[x, y, x, y, x, y, …], …], or runs {size: [height, width], counts:"
            + " […]}";
    Similarity masks = Similarity.MASKS;
    refusedShape("'id':1", masks, " has no segmentation");
    refusedShape("'segmentation':[]", masks, ".segmentation is [], " + forms);
    refusedShape("'segmentation':7", masks, ".segmentation is 7, " + forms);
    refusedShape(
        "'segmentation':[[1,2,3,4]]", masks, ".segmentation has a polygon of 4 numbers; " + forms);
    refusedShape(
        "'segmentation':[[1,2,3,4,'x',6]]", masks, ".segmentation is [1,2,3,4,\"x\",6], " + forms);
    refusedShape(
        "'segmentation':[[1,2,3,4,5e9,6]]",
        masks,
        ".segmentation has a corner at 5.0E9, which is far outside any picture");
    refusedShape(
        "'segmentation':{'size':[480,640],'counts':[9]}",
        masks,
        ".segmentation: the runs of a mask of 640x480 cover 9 pixels");
    refusedShape(
        "'segmentation':{'size':[480,640]}", masks, ".segmentation.counts is missing, " + forms);
    refusedShape(
        "'segmentation':{'size':[3,2],'counts':[6]}",
        masks,
        ".segmentation.size is [3, 2], but the picture has a height of 480 and a width of 640");
  }

  @Test
  void aPolygonNeedsTheSizeOfItsPicture() throws IOException {
    String image = "{'id':7,'file_name':'a.jpg'}";
    Files.writeString(
        json, whole(image, SHAPE.formatted("'segmentation':[[0,0,9,0,9,9]]"), CATEGORY));
    assertThatThrownBy(() -> GroundTruth.coco(json, images, Similarity.MASKS))
        .hasMessage(
            "'%s': annotations[0].segmentation needs the width and the height of its picture, which are missing",
            json);
  }

  @Test
  void keyPointsAreThoseOfTheModel() throws IOException {
    Similarity two = Similarity.keyPoints(2);
    assertThat(shape("'keypoints':[1,2,2,0,0,0]", two).pose())
        .contains(
            new TruthPose(
                List.of(new TruthPose.Point(1, 2, true), new TruthPose.Point(0, 0, false)), 1));
    assertThat(shape("'keypoints':[1,2,2,0,0,0],'num_keypoints':0", two).pose().get().labelled())
        .isZero();
    refusedShape("'id':1", two, " has no keypoints");
    refusedShape(
        "'keypoints':[1,2,2]",
        two,
        ".keypoints has 3 numbers, expected x, y and visibility of each of the model's 2 key"
            + " points");
  }

  @Test
  void aRotatedBoxIsTheSmallestAroundItsPolygon() throws IOException {
    RotatedBox box =
        shape("'segmentation':[[10,0,20,10,10,20,0,10,10,5]]", Similarity.ROTATED).rotated().get();
    assertThat(box.iou(new RotatedBox(10, 10, 14.142136f, 14.142136f, (float) (Math.PI / 4))))
        .isGreaterThan(0.9999);
    refusedShape(
        "'segmentation':[[1,2,3,4,5,6],[1,2,3,4,5,6]]",
        Similarity.ROTATED,
        ".segmentation has 2 polygons, the first one of 6 numbers; expected one polygon [[x, y, x,"
            + " y, x, y, …]]");
  }

  @Test
  void linesOfLabelsHaveTheFormOfTheirTask() throws IOException {
    assertThat(line("0 0.1 0.2 0.3 0.2 0.3 0.6 0.1 0.6", Similarity.MASKS))
        .isEqualTo(
            new TruthObject(0, 2, 2, 4, 4, 16, false)
                .withMask(Mask.of(20, 10, 2, 2, 4, 4, ones(16))));
    TruthObject turned = line("1 0.5 0.2 0.7 0.5 0.5 0.8 0.3 0.5", Similarity.ROTATED);
    assertThat(turned.rotated().get().corners()[0]).isBetween(0.0, 20.0);
    assertThat(turned.area()).isGreaterThanOrEqualTo(24);
    TruthObject pose = line("1 0.5 0.5 0.5 0.5 0.1 0.2 2 0 0 0", Similarity.keyPoints(2));
    assertThat(pose.pose().get().points())
        .containsExactly(new TruthPose.Point(2, 2, true), new TruthPose.Point(0, 0, false));
    assertThat(pose.area()).isEqualTo(10 * 5 * 0.53);
    assertThat(line("1 0.5 0.5 0.5 0.5 0.1 0.2 0 0", Similarity.keyPoints(2)).pose())
        .isEqualTo(pose.pose());

    refusedLine("0 0.1 0.2 0.3 0.2", Similarity.MASKS, "5 numbers; expected 'class x y x y x y …'");
    refusedLine(
        "0 0.1 0.2 0.3 0.2 0.3 0.6",
        Similarity.ROTATED,
        "7 numbers; expected 'class x1 y1 x2 y2 x3 y3 x4 y4'");
    refusedLine(
        "0 0.1 0.2 0.3 0.2 0.3 0.6",
        Similarity.keyPoints(2),
        "7 numbers; expected 'class cx cy width height x y visibility …'");
  }

  private static byte[] ones(int count) {
    byte[] ones = new byte[count];
    Arrays.fill(ones, (byte) 1);
    return ones;
  }

  private TruthObject line(String line, Similarity similarity) throws IOException {
    Path picture = picture("p.png", 20, 10);
    Path labels = Files.createDirectories(temp.resolve("shapes"));
    Files.writeString(labels.resolve("p.txt"), line);
    return GroundTruth.yolo(labels, List.of(picture), List.of("bolt", "nut"), similarity)
        .pictures()
        .get(0)
        .objects()
        .get(0);
  }

  private void refusedLine(String line, Similarity similarity, String message) {
    assertThatThrownBy(() -> line(line, similarity))
        .hasMessage(
            "'%s', line 1: it has %s, with places and sizes as shares of the picture",
            temp.resolve("shapes/p.txt"), message);
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
                    new TruthObject(1, 75, 25, 50, 50, 2500, false),
                    new TruthObject(0, 20, 15, 0, 10, 0, false))));
  }

  @Test
  void aBadLineIsNamedWithItsFileAndNumber() throws IOException {
    Path picture = picture("a.png", 20, 10);
    Path labels = Files.createDirectory(temp.resolve("labels"));
    Path text = labels.resolve("a.txt");
    String line =
        "; expected 'class cx cy width height', with places and sizes as shares of the picture";
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
        .hasMessage(
            "'%s' is not text; expected 'class cx cy width height' in each line".formatted(text));
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
