package dev.ovkit.family;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ovkit.layout.BoxForm;
import dev.ovkit.layout.BoxesAndScores;
import dev.ovkit.layout.EndToEnd;
import dev.ovkit.model.Resize;
import dev.ovkit.onnx.Nodes;
import dev.ovkit.onnx.Nodes.Attr;
import dev.ovkit.onnx.OnnxModel;
import dev.ovkit.onnx.Sketch;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.BiFunction;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Outputs of a familiar shape whose graph shows that they hold something else. */
class FamilyEvidenceTest {

  private static final int CELLS = 16 + 4;

  private final Sketch sketch = new Sketch(13);
  private final String picture = sketch.input("images", 1, 3, 64, 64);

  /** Numbers of each cell, straight from convolutions of strides 16 and 32. */
  private String raw(int channels) {
    List<String> flat = new ArrayList<>();
    for (int stride : List.of(16, 32)) {
      String map = sketch.conv(sketch.conv(picture, 3, 8, 3, stride, 1), 8, channels);
      flat.add(sketch.op("Reshape", List.of(map, sketch.longs(1, channels, -1))));
    }
    return joined(2, flat.toArray(String[]::new));
  }

  private String joined(int axis, String... parts) {
    return sketch.op("Concat", List.of(parts), Attr.of("axis", axis));
  }

  private String times(String tensor, float by) {
    return sketch.op("Mul", List.of(tensor, sketch.scalar(by)));
  }

  private List<String> corners() {
    String cells = sketch.random(8, 1, 2, CELLS);
    return List.of(
        sketch.op("Sub", List.of(cells, raw(2))), sketch.op("Add", List.of(cells, raw(2))));
  }

  /** As YOLOv8 computes them. */
  private String centres() {
    List<String> corners = corners();
    return times(
        joined(
            1,
            times(sketch.op("Add", corners), 0.5f),
            sketch.op("Sub", List.of(corners.get(1), corners.get(0)))),
        16);
  }

  private Recognition recognised() {
    return Families.ALL.recognise(sketch.model());
  }

  private BoxesAndScores layout() {
    return (BoxesAndScores) ((FoundLayout) recognised().detector().orElseThrow()).layout();
  }

  /** As many key points beside a class as the heads for boxes have channels. */
  @Test
  void keyPointsAreNotTakenForClasses() {
    String pair = raw(6);
    sketch.output(joined(1, centres(), sketch.op("Sigmoid", raw(1)), times(raw(5), 8)));
    sketch.output(pair);
    assertThat(recognised().detector()).isEmpty();
    assertThat(recognised().refusal()).contains("more than scores");
  }

  @Test
  void yolov8WithoutItsSigmoidsGivesLogits() {
    sketch.output(joined(1, centres(), raw(3)));
    assertThat(layout().logits()).isTrue();
    assertThat(layout().boxes()).isEqualTo(BoxForm.CENTRE_PIXELS);
  }

  /** Corners that were computed one by one, scores beside them. */
  @Test
  void cornersAreReadAsCorners() {
    List<String> corners = corners();
    sketch.output(
        joined(
            1, times(corners.get(0), 16), times(corners.get(1), 16), sketch.op("Sigmoid", raw(3))));
    assertThat(layout().boxes()).isEqualTo(BoxForm.CORNER_PIXELS);
  }

  private static boolean assumes(Recognition recognition, OnnxModel model, String output) {
    return recognition
        .detector()
        .orElseThrow()
        .layout(model, List.of(output), false)
        .remarks()
        .stream()
        .anyMatch(Remark::assumed);
  }

  /** What a family usually gives is no evidence that this graph gives it. */
  @Test
  void whereTheGraphDoesNotShowABoxTheFamilysFormIsAnAssumption() {
    String shown = joined(1, centres(), sketch.op("Sigmoid", raw(3)));
    sketch.output(shown);
    assertThat(assumes(recognised(), sketch.model(), shown)).isFalse();

    for (boolean sigmoid : new boolean[] {true, false}) {
      FamilyEvidenceTest other = new FamilyEvidenceTest();
      String scores = other.raw(3);
      String opaque =
          other.joined(1, other.raw(4), sigmoid ? other.sketch.op("Sigmoid", scores) : scores);
      other.sketch.output(opaque);
      assertThat(assumes(other.recognised(), other.sketch.model(), opaque)).isTrue();
    }
  }

  /** Boxes of a grid, cell by cell, of which each cell's centre and size are made numbers. */
  private Recognition table(BiFunction<float[], float[], float[]> box) {
    FamilyEvidenceTest other = new FamilyEvidenceTest();
    float[] numbers = new float[4 * CELLS];
    for (int i = 0; i < CELLS; i++) {
      float[] one = box.apply(new float[] {8 * (i % 8) + 4, 8 * (i / 8) + 4}, new float[] {6, 8});
      for (int c = 0; c < 4; c++) {
        numbers[c * CELLS + i] = one[c];
      }
    }
    String boxes = other.sketch.constant(numbers, 1, 4, CELLS);
    other.sketch.output(other.joined(1, boxes, other.sketch.op("Sigmoid", other.raw(3))));
    return other.recognised();
  }

  /** Boxes that are the same for every picture are there to be read. */
  @Test
  void aTableOfBoxesShowsWhatItsNumbersAre() {
    Recognition centres = table((c, s) -> new float[] {c[0], c[1], s[0], s[1]});
    assertThat(((Yolov8.Found) centres.detector().orElseThrow()).remarks()).isEmpty();

    Recognition corners =
        table(
            (c, s) ->
                new float[] {c[0] - s[0] / 2, c[1] - s[1] / 2, c[0] + s[0] / 2, c[1] + s[1] / 2});
    assertThat(((BoxesAndScores) ((FoundLayout) corners.detector().orElseThrow()).layout()).boxes())
        .isEqualTo(BoxForm.CORNER_PIXELS);

    assertThat(table((c, s) -> new float[] {c[1], c[0], s[1], s[0]}).refusal())
        .contains(CandidateColumns.REORDERED);

    Recognition corner =
        table((c, s) -> new float[] {c[0] - s[0] / 2, c[1] - s[1] / 2, s[0], s[1]});
    assertThat(((Yolov8.Found) corner.detector().orElseThrow()).remarks())
        .extracting(Remark::assumed)
        .containsExactly(true);
  }

  /** No convolution has as many channels as there would be classes, as in YOLO-World. */
  @Test
  void anObjectnessBeforeTheScoresIsNoClass() {
    String scores = sketch.op("Sigmoid", raw(3));
    String objectness =
        sketch.op("ReduceMax", scores, Attr.of("axes", new long[] {1}), Attr.of("keepdims", 1L));
    sketch.output(joined(1, centres(), objectness, scores));
    assertThat(recognised().detector()).isEmpty();
  }

  /** The exporter knows better than the family's habit, but not than the graph. */
  @Test
  void whatTheExporterNotedOfItsBoxesIsBelievedWhereTheGraphShowsNothing() {
    String opaque = joined(1, raw(4), sketch.op("Sigmoid", raw(3)));
    sketch.output(opaque);
    sketch.metadata("boxes", "xyxy");
    assertThat(layout().boxes()).isEqualTo(BoxForm.CORNER_PIXELS);
    assertThat(assumes(recognised(), sketch.model(), opaque)).isFalse();

    FamilyEvidenceTest other = new FamilyEvidenceTest();
    other.sketch.output(other.joined(1, other.centres(), other.sketch.op("Sigmoid", other.raw(3))));
    other.sketch.metadata("boxes", "xyxy");
    assertThat(other.recognised().detector().orElseThrow()).isInstanceOf(Yolov8.Found.class);
  }

  @Test
  void thePlaceOfThePictureThatTheExporterNotedIsTaken() {
    Map<String, String> topLeft = Map.of("letterbox_pad", "top_left");
    assertThat(Preprocessing.RGB_TO_UNIT.asNoted(topLeft).resize().mode())
        .isEqualTo(Resize.Mode.LETTERBOX_TOP_LEFT);
    assertThat(Preprocessing.RGB_TO_UNIT.asNoted(Map.of("letterbox_pad", "114")))
        .isEqualTo(Preprocessing.RGB_TO_UNIT);
    assertThat(Preprocessing.STRETCHED_TO_UNIT.asNoted(topLeft))
        .isEqualTo(Preprocessing.STRETCHED_TO_UNIT);
  }

  @Test
  void theLastOfTwoOutputsOfOneShapeIsTheMainOne() {
    for (int i = 0; i < 2; i++) {
      sketch.output(joined(1, centres(), sketch.op("Sigmoid", raw(3))));
    }
    Yolov8.Found found = (Yolov8.Found) recognised().detector().orElseThrow();
    assertThat(List.copyOf(sketch.model().graph().outputs()).indexOf(found.output())).isOne();
    assertThat(found.remarks()).extracting(Remark::assumed).containsExactly(true);
  }

  /** RetinaNet's and SSD's outputs before anchors are applied. */
  @Test
  void distancesFromAnchorsAreNoBoxes() {
    sketch.output(rows(raw(4)), rows(sketch.op("Sigmoid", raw(3))));
    assertThat(recognised().refusal()).contains("what the numbers of a box are");
  }

  // ---- rows of objects in another order

  private static final int OBJECTS = 3;

  /** Two places of each of the best candidates. */
  private List<String> places() {
    List<String> both = List.of("best", "places");
    sketch.node(
        Nodes.of(
            "TopK",
            "",
            List.of(
                sketch.op("Reshape", List.of(sketch.op("Sigmoid", raw(1)), sketch.longs(1, CELLS))),
                sketch.longs(OBJECTS)),
            both,
            Attr.of("axis", 1L)));
    return both;
  }

  private String column(String tensor) {
    return sketch.op("Reshape", List.of(tensor, sketch.longs(1, OBJECTS, 1)));
  }

  /**
   * Boxes, scores and classes of rows, joined in this order: b, s, c, or r for a box turned round.
   */
  private void rowsOf(String order) {
    List<String> best = places();
    String box = sketch.random(8, 1, OBJECTS, 2);
    String corners =
        joined(2, sketch.op("Sub", List.of(box, box)), sketch.op("Add", List.of(box, box)));
    String number = sketch.op("Mod", List.of(best.get(1), sketch.longs(3)));
    List<String> parts = new ArrayList<>();
    for (char part : order.toCharArray()) {
      parts.add(
          switch (part) {
            case 'b' -> corners;
            case 'r' ->
                sketch.op(
                    "Gather", List.of(corners, sketch.longs(1, 0, 3, 2)), Attr.of("axis", 2L));
            case 's' -> column(best.get(0));
            default -> sketch.op("Cast", column(number), Attr.of("to", 1L));
          });
    }
    sketch.output(joined(2, parts.toArray(String[]::new)));
  }

  @Test
  void aRowIsBoxScoreAndClass() {
    rowsOf("bsc");
    EndToEnd rows = (EndToEnd) ((FoundLayout) recognised().detector().orElseThrow()).layout();
    assertThat(rows.boxes()).isEqualTo(BoxForm.CORNER_PIXELS);
    assertThat(rows.classes()).isEqualTo(3);
  }

  @ParameterizedTest
  @CsvSource({
    "bcs, the class comes before the score",
    "csb, class and score come before the box",
    "scb, class and score come before the box",
    "rsc, the numbers of its boxes are put into another order"
  })
  void anotherOrderOfARowIsRefused(String order, String why) {
    rowsOf(order);
    assertThat(recognised().detector()).isEmpty();
    assertThat(recognised().refusal())
        .startsWith("its output '")
        .contains("has a row an object, but " + why);
  }

  // ---- heads of a family's shape with other columns

  /** YOLOv5's heads; ten more columns between objectness and classes are five points of a face. */
  @Test
  void aFaceDetectorsPointsAreNotTakenForClasses() {
    List<String> rows = new ArrayList<>();
    for (int stride : List.of(16, 32)) {
      int side = 64 / stride;
      String map = sketch.conv(sketch.conv(picture, 3, 8, 3, stride, 1), 8, 3 * 16);
      String split = sketch.op("Reshape", List.of(map, sketch.longs(1, 3, 16, side, side)));
      String last = sketch.op("Transpose", split, Attr.of("perm", 0, 1, 3, 4, 2));
      List<String> parts = sliced(last, 4, 2, 2, 1, 10, 1);
      String decoded =
          joined(
              4,
              sketch.op("Sigmoid", parts.get(0)),
              squared(parts.get(1)),
              sketch.op("Sigmoid", parts.get(2)),
              times(parts.get(3), 8),
              sketch.op("Sigmoid", parts.get(4)));
      rows.add(sketch.op("Reshape", List.of(decoded, sketch.longs(1, 3L * side * side, 16))));
    }
    sketch.output(joined(1, rows.toArray(String[]::new)));
    assertThat(recognised().detector()).isEmpty();
    assertThat(recognised().refusal()).contains("more than box, objectness and scores");
  }

  private String squared(String tensor) {
    String done = sketch.op("Sigmoid", tensor);
    return times(sketch.op("Mul", List.of(done, done)), 32);
  }

  private List<String> sliced(String tensor, int axis, int... widths) {
    List<String> parts = new ArrayList<>();
    int from = 0;
    for (int width : widths) {
      parts.add(
          sketch.op(
              "Slice",
              List.of(tensor, sketch.longs(from), sketch.longs(from + width), sketch.longs(axis))));
      from += width;
    }
    return parts;
  }

  /** Scores {@code [1, cells, 2]} and distances {@code [1, cells, 32]} of two strides. */
  private void picoDet(boolean sigmoid) {
    for (int stride : List.of(16, 32)) {
      for (int channels : List.of(2, 32)) {
        String map = sketch.conv(sketch.conv(picture, 3, 8, 3, stride, 1), 8, channels);
        String flat = sketch.op("Reshape", List.of(map, sketch.longs(1, channels, -1)));
        String table = rows(flat);
        sketch.output(sigmoid && channels == 2 ? sketch.op("Sigmoid", table) : table);
      }
    }
  }

  @Test
  void aPicoDetHasSigmoids() {
    picoDet(true);
    assertThat(recognised().detector().orElseThrow().family()).isInstanceOf(PicoDet.class);
  }

  @Test
  void aPicoDetWithoutItsSigmoidsIsRefused() {
    picoDet(false);
    assertThat(recognised().detector()).isEmpty();
    assertThat(recognised().refusal()).contains("no sigmoid makes the scores");
  }

  /** Two scores and 32 numbers of distances in each cell of strides 8 to 64. */
  private void nanoDet(boolean sigmoid) {
    List<String> rows = new ArrayList<>();
    for (int stride : List.of(8, 16, 32, 64)) {
      String body = sketch.conv(picture, 3, 8, 3, stride, 1);
      String scores = sketch.conv(body, 8, 2);
      String map =
          joined(1, sigmoid ? sketch.op("Sigmoid", scores) : scores, sketch.conv(body, 8, 32));
      rows.add(rows(sketch.op("Reshape", List.of(map, sketch.longs(1, 34, -1)))));
    }
    sketch.output(joined(1, rows.toArray(String[]::new)));
  }

  @Test
  void aNanoDetHasSigmoids() {
    nanoDet(true);
    assertThat(recognised().detector().orElseThrow().family()).isInstanceOf(NanoDetPlus.class);
  }

  @Test
  void aNanoDetWithoutItsSigmoidsIsRefused() {
    nanoDet(false);
    assertThat(recognised().detector()).isEmpty();
    assertThat(recognised().refusal()).contains("not 2 scores done and then 32 numbers");
  }

  /** What attends may also describe a picture: a row of features for each patch. */
  @Test
  void featuresOfPatchesAreNoQueries() {
    String patches =
        rows(
            sketch.op(
                "Reshape",
                List.of(
                    sketch.conv(picture, 3, 24, 16, 1, Sketch.strides(16)),
                    sketch.longs(1, 24, -1))));
    String weights =
        sketch.op(
            "Softmax",
            sketch.op(
                "MatMul",
                List.of(patches, sketch.op("Transpose", patches, Attr.of("perm", 0, 2, 1)))),
            Attr.of("axis", 2L));
    String seen = sketch.op("MatMul", List.of(weights, patches));
    String linear =
        sketch.op(
            "Add",
            List.of(
                sketch.op("MatMul", List.of(seen, sketch.random(1, 24, 24))),
                sketch.random(1, 24)));
    sketch.output(sketch.op("Add", List.of(patches, linear)));
    assertThat(recognised().detector()).isEmpty();
    assertThat(recognised().refusal()).contains("form no known heads");
  }

  @Test
  void sharesOfOneMayHoldABackground() {
    sketch.output(
        rows(joined(1, corners().get(0), corners().get(1))),
        sketch.op("Softmax", rows(raw(3)), Attr.of("axis", 2)));
    assertThat(recognised().refusal()).contains("background");
  }

  private String rows(String columns) {
    return sketch.op("Transpose", columns, Attr.of("perm", 0, 2, 1));
  }
}
