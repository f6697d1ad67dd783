package dev.ovkit.cli.print;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ovkit.internal.json.DetectionsJson;
import dev.ovkit.model.Box;
import dev.ovkit.model.Detection;
import dev.ovkit.model.Detections;
import dev.ovkit.model.DetectorSpec.Task;
import dev.ovkit.model.Mask;
import dev.ovkit.model.RotatedBox;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the formats of results say of masks, key points, rotated boxes and classes. */
class TaskResultsTest {

  private static final Path FILE = Path.of("a.jpg");

  @TempDir private Path temp;

  /** Four pixels of 10x8, an L, and one pixel apart that touches it by a corner. */
  private static Detections segment() {
    byte[] pixels = {0, 1, 0, 0, 1, 0, 0, 1, 1, 1, 0, 0};
    Mask mask = Mask.of(10, 8, 2, 1, 3, 4, pixels);
    return of(Task.SEGMENT, new Detection("cat", 3, 0.5f, new Box(2, 1, 3, 4)).withMask(mask));
  }

  private static Detections pose() {
    return of(
        Task.POSE,
        new Detection("cat", 3, 0.5f, new Box(2, 1, 5, 4))
            .withKeyPoints(
                List.of(new Detection.KeyPoint(5, 4, 0.75f), new Detection.KeyPoint(10, 0, 0))));
  }

  private static Detections rotated() {
    return of(
        Task.OBB,
        new Detection("cat", 3, 0.5f, new Box(3, 2, 4, 4))
            .withRotated(new RotatedBox(5, 4, 4, 2, (float) Math.PI / 2)));
  }

  private static Detections classes() {
    return of(Task.CLASSIFY, new Detection("cat", 3, 0.5f, new Box(0, 0, 10, 8)));
  }

  private static Detections of(Task task, Detection object) {
    return new Detections(task, 10, 8, List.of(object), 1, 0, Detections.Timings.NONE);
  }

  private static List<String> lines(Consumer<PrintWriter> print) {
    StringWriter text = new StringWriter();
    PrintWriter out = new PrintWriter(text);
    print.accept(out);
    out.flush();
    return text.toString().lines().toList();
  }

  private static List<String> csv(Detections found) {
    return lines(out -> new CsvResults(out, found.task(), false).found(FILE, found));
  }

  private String yolo(Detections found) throws Exception {
    Path to = temp.resolve("a.txt");
    new YoloResults(List.of(to).iterator()).found(FILE, found);
    return Files.readString(to);
  }

  private static String json(Detections found) {
    String line = Json.line(DetectionsJson.picture(FILE, found));
    return line.substring(line.indexOf("\"task\""), line.indexOf(",\"ms\"")).replace('"', '\'');
  }

  @Test
  void aMaskIsRunLengthCodedOrAPolygon() throws Exception {
    assertThat(segment().objects().get(0).mask().orElseThrow().area()).isEqualTo(5);
    assertThat(json(segment()))
        .isEqualTo(
            "'task':'segment','detections':[{'label':'cat','class_id':3,'score':0.5,"
                + "'box':{'x':2.0,'y':1.0,'width':3.0,'height':4.0},"
                + "'mask':{'size':[8,10],'counts':'%s'}}]"
                    .formatted(segment().objects().get(0).mask().orElseThrow().compressed()));
    assertThat(csv(segment()))
        .containsExactly(
            "file,label,class_id,score,x,y,width,height,mask",
            "a.jpg,cat,3,0.5000,2.00,1.00,3.00,4.00,"
                + segment().objects().get(0).mask().orElseThrow().compressed());
    assertThat(yolo(segment()))
        .isEqualTo(
            "3 0.300000 0.125000 0.400000 0.125000 0.400000 0.375000 0.500000 0.375000"
                + " 0.500000 0.500000 0.300000 0.500000\n");
  }

  @Test
  void keyPointsComeAfterTheBox() throws Exception {
    assertThat(json(pose()))
        .isEqualTo(
            "'task':'pose','detections':[{'label':'cat','class_id':3,'score':0.5,"
                + "'box':{'x':2.0,'y':1.0,'width':5.0,'height':4.0},'key_points':["
                + "{'x':5.0,'y':4.0,'score':0.75},{'x':10.0,'y':0.0,'score':0.0}]}]");
    assertThat(csv(pose()))
        .containsExactly(
            "file,label,class_id,score,x,y,width,height,key_points",
            "a.jpg,cat,3,0.5000,2.00,1.00,5.00,4.00,5.00 4.00 0.7500;10.00 0.00 0.0000");
    assertThat(yolo(pose()))
        .isEqualTo(
            "3 0.450000 0.375000 0.500000 0.500000 0.500000 0.500000 0.750000"
                + " 1.000000 0.000000 0.000000\n");
  }

  @Test
  void aRotatedBoxHasSidesAnAngleAndCorners() throws Exception {
    assertThat(json(rotated()))
        .startsWith(
            "'task':'obb','detections':[{'label':'cat','class_id':3,'score':0.5,"
                + "'box':{'x':3.0,'y':2.0,'width':4.0,'height':4.0},"
                + "'rotated':{'x':5.0,'y':4.0,'width':4.0,'height':2.0,'angle':1.5707964,")
        .contains("'corners':[[6.0,2.0],[6.0,6.0],[4.0,6.0],[4.0,2.0]]");
    assertThat(csv(rotated()))
        .containsExactly(
            "file,label,class_id,score,x,y,width,height,centre_x,centre_y,side_x,side_y,angle",
            "a.jpg,cat,3,0.5000,3.00,2.00,4.00,4.00,5.00,4.00,4.00,2.00,1.57080");
    assertThat(yolo(rotated()))
        .isEqualTo("3 0.600000 0.250000 0.600000 0.750000 0.400000 0.750000 0.400000 0.250000\n");
  }

  @Test
  void classesAreRankedWithoutABox() throws Exception {
    assertThat(json(classes()))
        .isEqualTo("'task':'classify','classes':[{'label':'cat','class_id':3,'score':0.5}]");
    assertThat(yolo(classes())).isEqualTo("0.5000 cat\n");
    assertThat(lines(out -> DetectionsPrinter.print(FILE, classes(), out)))
        .containsExactly("a.jpg  10x8  1 found  0.0 ms (infer 0.0)", "  cat              0.500");
  }

  @Test
  void theTableSaysWhatEachTaskAdds() {
    assertThat(lines(out -> DetectionsPrinter.print(FILE, segment(), out)).get(1))
        .endsWith("height 4.0  mask of 5 pixels");
    assertThat(lines(out -> DetectionsPrinter.print(FILE, pose(), out)).get(1))
        .endsWith("height 4.0  2 key points");
    assertThat(lines(out -> DetectionsPrinter.print(FILE, rotated(), out)).get(1))
        .endsWith("centre 5.0 4.0  sides 4.0 2.0  angle 1.571");
  }

  /** A ring's hole is filled, and a mask without pixels has no outline. */
  @Test
  void anOutlineGoesAroundTheLargestPart() {
    byte[] ring = {1, 1, 1, 1, 0, 1, 1, 1, 1};
    assertThat(MaskOutline.of(Mask.of(9, 9, 4, 5, 3, 3, ring)))
        .extracting(corner -> corner[0] + "," + corner[1])
        .containsExactly("4,5", "7,5", "7,8", "4,8");
    assertThat(MaskOutline.of(Mask.of(9, 9, new int[] {81}))).isEmpty();
  }
}
