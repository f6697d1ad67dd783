package dev.ovkit.family;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ovkit.onnx.Nodes;
import dev.ovkit.onnx.Nodes.Attr;
import dev.ovkit.onnx.Sketch;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.function.BiFunction;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What each family and its layout make of known numbers, without a flag. */
class FamilyBoxesTest {

  @TempDir private Path temp;

  /** Two boxes that overlap wholly are two objects: nothing is suppressed. Score 0 is padding. */
  @Test
  void anEndToEndYoloGivesARowAnObject() throws Exception {
    FixedAnswer answer = new FixedAnswer(13);
    Sketch sketch = answer.sketch();
    String boxes = answer.computed(new float[] {8, 8, 40, 48, 8, 8, 40, 48, 0, 0, 0, 0}, 1, 3, 4);
    List<String> best = answer.best(answer.computed(new float[] {0.5f, 0.875f, 0}, 1, 3), 3);
    String places = sketch.op("Reshape", List.of(best.get(1), sketch.longs(3)));
    String chosen = sketch.op("Gather", List.of(boxes, places), Attr.of("axis", 1));
    String classes =
        sketch.op(
            "Cast", sketch.op("Mod", List.of(best.get(1), sketch.longs(7))), Attr.of("to", 1));
    sketch.output(
        sketch.op(
            "Concat",
            List.of(
                chosen,
                sketch.op("Reshape", List.of(best.get(0), sketch.longs(1, 3, 1))),
                sketch.op("Reshape", List.of(classes, sketch.longs(1, 3, 1)))),
            Attr.of("axis", 2)));

    assertThat(answer.boxes(temp))
        .extracting(FixedAnswer::text)
        .containsExactly("1 0.88: 8.0 8.0 40.0 48.0", "0 0.50: 8.0 8.0 40.0 48.0");
  }

  /** Rows of two candidates of two classes, whose numbers the graph moves up by one. */
  private static FixedAnswer rowsFromOne(String names) {
    return rowsOf(names, (sketch, number) -> sketch.op("Add", List.of(number, sketch.longs(1))));
  }

  /** The same with numbers that the graph changes. */
  private static FixedAnswer rowsOf(String names, BiFunction<Sketch, String, String> change) {
    FixedAnswer answer = new FixedAnswer(13);
    Sketch sketch = answer.sketch();
    if (!names.isEmpty()) {
      sketch.metadata("names", "['" + names.replace(" ", "', '") + "']");
    }
    String scores = answer.computed(new float[] {0.5f, 0, 0, 0.875f}, 1, 2, 2);
    String numbers =
        change.apply(
            sketch, sketch.op("ArgMax", scores, Attr.of("axis", 2L), Attr.of("keepdims", 0L)));
    String sure =
        sketch.op("ReduceMax", scores, Attr.of("axes", new long[] {2}), Attr.of("keepdims", 0L));
    List<String> best = answer.best(sure, 2);
    String places = sketch.op("Reshape", List.of(best.get(1), sketch.longs(2)));
    String boxes = answer.computed(new float[] {8, 8, 40, 48, 9, 8, 40, 48}, 1, 2, 4);
    String chosen = sketch.op("GatherElements", List.of(numbers, best.get(1)), Attr.of("axis", 1L));
    sketch.output(
        sketch.op(
            "Concat",
            List.of(
                sketch.op("Gather", List.of(boxes, places), Attr.of("axis", 1L)),
                sketch.op("Unsqueeze", List.of(best.get(0), sketch.longs(2))),
                sketch.op(
                    "Cast",
                    sketch.op("Unsqueeze", List.of(chosen, sketch.longs(2))),
                    Attr.of("to", 1L))),
            Attr.of("axis", 2L)));
    return answer;
  }

  /** One name a class: the IR counts from 0. A name for the background: 0 is that. */
  @ParameterizedTest
  @CsvSource({
    "nut bolt, 1 bolt, 0 nut",
    "__background__ nut bolt, 2 bolt, 1 nut",
    "nothing nut bolt, 2 bolt, 1 nut",
    "'', 2 class 2, 1 class 1"
  })
  void classesThatStartAtOneAreToldByTheGraph(String names, String first, String second)
      throws Exception {
    assertThat(rowsFromOne(names).boxes(temp))
        .extracting(d -> d.classId() + " " + d.label())
        .containsExactly(first, second);
  }

  /** COCO's numbers run to 90 for 80 classes: they are kept, and no name is put to them. */
  @Test
  void numbersFromATableAreKept() throws Exception {
    FixedAnswer answer =
        rowsOf(
            "nut bolt",
            (sketch, number) -> sketch.op("Gather", List.of(sketch.longs(1, 3), number)));
    assertThat(answer.boxes(temp))
        .extracting(d -> d.classId() + " " + d.label())
        .containsExactly("3 class 3", "1 class 1");
  }

  /** What ovkit adds never takes the name of a tensor that the graph has. */
  @Test
  void anOutputMayHaveTheNameOfOvkitsOwn() throws Exception {
    FixedAnswer answer = new FixedAnswer(13);
    Sketch sketch = answer.sketch();
    String boxes = answer.computed(new float[] {8, 8, 40, 48, 9, 8, 40, 48}, 1, 2, 4);
    String scores = answer.computed(new float[] {0, 0, 0.5f, 0.75f}, 1, 2, 2);
    String chosen = answer.suppressed(boxes, scores);
    sketch.node(Nodes.of("Identity", "", List.of(boxes), List.of("detections")));
    sketch.output("detections", scores);
    sketch.longOutput(chosen, -1, 3);
    assertThat(found(answer)).containsExactly("1 0.75: 9.0 8.0 40.0 48.0");
  }

  /**
   * The size that a second input says is fixed; boxes map back from an input that is not square.
   */
  @Test
  void anRtDetrGivesListsOfTheSizeThatASecondInputSays() throws Exception {
    FixedAnswer answer = new FixedAnswer(16, 128);
    Sketch sketch = answer.sketch();
    String size = sketch.longInput("orig_target_sizes", 1, 2);
    String shares =
        answer.computed(new float[] {0.25f, 0.5f, 0.75f, 1, 0, 0, 0.125f, 0.25f}, 1, 2, 4);
    String both =
        sketch.op(
            "Cast", sketch.op("Concat", List.of(size, size), Attr.of("axis", 1)), Attr.of("to", 1));
    String boxes = sketch.op("Mul", List.of(shares, both));
    List<String> best = answer.best(answer.computed(new float[] {0, 0.625f, 0, 0.5f}, 1, 4), 2);
    String classes = sketch.op("Mod", List.of(best.get(1), sketch.longs(2)));
    sketch.longOutput(classes, 1, 2);
    sketch.output(boxes, best.get(0));

    assertThat(answer.boxes(temp))
        .extracting(FixedAnswer::text)
        .containsExactly("1 0.63: 32.0 32.0 96.0 64.0", "1 0.50: 0.0 0.0 16.0 16.0");
  }

  private List<String> found(FixedAnswer answer) throws Exception {
    return answer.boxes(temp).stream().map(FixedAnswer::text).toList();
  }

  /** Each class of a query may be an object, and a box that another covers is one too. */
  @Test
  void detrQueriesWantASigmoidAndNoSuppression() throws Exception {
    FixedAnswer answer = new FixedAnswer(16, 128).attending();
    String logits = answer.computed(new float[] {2, 0, -9, 1, -9, -9}, 1, 2, 3);
    answer.sketch().outputOf(logits, 1, 2, 3);
    float[] boxes = {0.5f, 0.5f, 0.25f, 0.5f, 0.5f, 0.5f, 0.25f, 0.5f};
    answer.sketch().outputOf(answer.computed(boxes, 1, 2, 4), 1, 2, 4);
    assertThat(found(answer))
        .containsExactly(
            "0 0.88: 48.0 16.0 80.0 48.0",
            "0 0.73: 48.0 16.0 80.0 48.0",
            "1 0.50: 48.0 16.0 80.0 48.0");
  }

  @Test
  void anRtDetrByUltralyticsGivesSharesOfTheInput() throws Exception {
    FixedAnswer answer = new FixedAnswer(16, 128);
    Sketch sketch = answer.sketch();
    String shares = sketch.op("Softmax", answer.computed(new float[1], 1, 1, 1));
    String seen = sketch.op("MatMul", List.of(shares, answer.computed(new float[1], 1, 1, 1)));
    float[] centre = {0.5f, 0.5f, 0.25f, 0.5f};
    String box = sketch.op("Add", List.of(sketch.constant(centre, 1, 1, 4), seen));
    float[] sure = {2, 0, -9};
    String scores =
        sketch.op("Sigmoid", sketch.op("Add", List.of(sketch.constant(sure, 1, 1, 3), seen)));
    answer
        .sketch()
        .outputOf(answer.sketch().op("Concat", List.of(box, scores), Attr.of("axis", 2)), 1, 1, 7);
    assertThat(found(answer))
        .containsExactly("0 0.88: 48.0 16.0 80.0 48.0", "1 0.50: 48.0 16.0 80.0 48.0");
  }

  /** Sides of 1 and 2 bins from the centre of a cell; outputs in an order of their own. */
  @Test
  void aPicoDetGivesDistancesFromTheCentreOfACell() throws Exception {
    FixedAnswer answer = new FixedAnswer(13);
    Sketch sketch = answer.sketch();
    float[] sides =
        FixedAnswer.sparse(4 * 32, 32 + 1, 50, 32 + 8, 50, 32 + 16, 50, 32 + 24 + 1, 50);
    String far = answer.computed(sides, 1, 4, 32);
    String none = answer.computed(new float[32], 1, 1, 32);
    float[] logits = {-9, -9, -9, 2, -9, -9, -9, -9};
    String scores = sketch.op("Sigmoid", answer.computed(logits, 1, 4, 2));
    String low = sketch.op("Sigmoid", answer.computed(new float[] {-9, -9}, 1, 1, 2));
    sketch.output(far, low, scores, none);
    assertThat(found(answer)).containsExactly("1 0.88: 16.0 16.0 48.0 48.0");
  }

  @Test
  void aNanoDetPlusGivesDistancesFromTheCornerOfACell() throws Exception {
    FixedAnswer answer = new FixedAnswer(13);
    // 64, 16, 4 and 1 cells; the second column of the second row of stride 16.
    int at = (64 + 5) * 33;
    float[] rows =
        FixedAnswer.sparse(
            85 * 33, at, 0.75f, at + 1, 50, at + 9 + 1, 50, at + 17 + 2, 50, at + 25 + 1, 50);
    answer.sketch().output(answer.computed(rows, 1, 85, 33));
    assertThat(found(answer)).containsExactly("0 0.75: 16.0 0.0 48.0 32.0");
  }

  @Test
  void libreYoloSaysInItsMetadataHowPicturesGoIn() throws Exception {
    FixedAnswer answer = new FixedAnswer(13);
    answer.sketch().metadata("libreyolo_version", "1.6.0");
    answer.sketch().metadata("model_family", "yolo9");
    answer.sketch().metadata("nc", "2");
    // A column a candidate; the second is suppressed.
    answer
        .sketch()
        .output(
            answer.computed(
                new float[] {8, 8, 0, 8, 8, 0, 40, 40, 0, 48, 48, 0, 0.25f, 0, 0, 0.75f, 0.5f, 0},
                1,
                6,
                3));
    assertThat(found(answer)).containsExactly("1 0.75: 8.0 8.0 40.0 48.0");
  }

  /** Exported with nms=True: rows, and beside them what they were chosen from. */
  @Test
  void libreYolosCandidatesWinOverItsSuppressedRows() throws Exception {
    FixedAnswer answer = new FixedAnswer(13);
    Sketch sketch = answer.sketch();
    sketch.metadata("libreyolo_version", "1.6.0");
    sketch.metadata("model_family", "yolo9");
    sketch.metadata("nc", "2");
    String raw =
        answer.computed(
            new float[] {8, 8, 0, 8, 8, 0, 40, 40, 0, 48, 48, 0, 0.25f, 0, 0, 0.75f, 0.5f, 0},
            1,
            6,
            3);
    String table = sketch.op("Transpose", raw, Attr.of("perm", 0L, 2L, 1L));
    String boxes =
        sketch.op("Slice", List.of(table, sketch.longs(0), sketch.longs(4), sketch.longs(2)));
    String scores =
        sketch.op("Slice", List.of(raw, sketch.longs(4), sketch.longs(6), sketch.longs(1)));
    String kept = answer.suppressed(boxes, scores);
    String rows = sketch.op("Gather", List.of(table, answer.column(kept, 2)), Attr.of("axis", 1L));
    sketch.output(sketch.op("Reshape", List.of(rows, sketch.longs(1, -1, 6))), raw);
    assertThat(found(answer)).containsExactly("1 0.75: 8.0 8.0 40.0 48.0");
  }

  @Test
  void aYoloNasGivesCornersAndScoresApart() throws Exception {
    FixedAnswer answer = new FixedAnswer(13);
    String scores =
        answer.sketch().op("Sigmoid", answer.computed(new float[] {2, -9, 1, 0}, 1, 2, 2));
    Sketch sketch = answer.sketch();
    String cells = answer.computed(new float[] {24, 28, 24, 28}, 1, 2, 2);
    String sides = answer.computed(new float[] {16, 20, 15, 20}, 1, 2, 2);
    sketch.output(
        scores,
        sketch.op(
            "Concat",
            List.of(
                sketch.op("Sub", List.of(cells, sides)), sketch.op("Add", List.of(cells, sides))),
            Attr.of("axis", 2)));
    assertThat(found(answer)).containsExactly("0 0.88: 8.0 8.0 40.0 48.0");
  }

  @Test
  void aYolov4GivesCornersAsSharesOfTheInput() throws Exception {
    FixedAnswer answer = new FixedAnswer(13, 128);
    String scores = answer.sketch().op("Sigmoid", answer.computed(new float[] {2, -9}, 1, 1, 2));
    answer
        .sketch()
        .output(answer.computed(new float[] {0.25f, 0.25f, 0.5f, 0.75f}, 1, 1, 1, 4), scores);
    assertThat(found(answer)).containsExactly("0 0.88: 32.0 16.0 64.0 48.0");
  }

  @Test
  void paddleGivesAClassARow() throws Exception {
    FixedAnswer answer = new FixedAnswer(13);
    Sketch sketch = answer.sketch();
    String boxes = answer.computed(new float[] {8, 8, 40, 48, 20, 8, 60, 48}, 1, 2, 4);
    // Its distances are distributions, which distinguish the family from others.
    String shares = sketch.op("Softmax", answer.computed(new float[8], 1, 2, 4));
    sketch.output(
        sketch.op("Add", List.of(boxes, sketch.op("Sub", List.of(shares, shares)))),
        sketch.op("Sigmoid", answer.computed(new float[] {2, -9, -9, -9, -9, 1}, 1, 3, 2)));
    assertThat(found(answer))
        .containsExactly("0 0.88: 8.0 8.0 40.0 48.0", "2 0.73: 20.0 8.0 60.0 48.0");
  }

  /** Class and score come first; the number of rows is known only after inference. */
  @Test
  void paddleSuppressesInTheGraph() throws Exception {
    FixedAnswer answer = new FixedAnswer(13);
    Sketch sketch = answer.sketch();
    String scale = sketch.input("scale_factor", 1, 2);
    String four = sketch.op("Concat", List.of(scale, scale), Attr.of("axis", 1));
    String boxes =
        sketch.op(
            "Div",
            List.of(
                answer.computed(new float[] {8, 8, 40, 48, 9, 8, 40, 48}, 1, 2, 4),
                sketch.op("Reshape", List.of(four, sketch.longs(1, 1, 4)))));
    String scores = answer.computed(new float[] {0, 0, 0.5f, 0.75f}, 1, 2, 2);
    String chosen = answer.suppressed(boxes, scores);
    String number = answer.column(chosen, 1);
    String box = answer.selected(boxes, chosen);
    String rows =
        sketch.op(
            "Concat",
            List.of(
                sketch.op("Cast", number, Attr.of("to", 1)),
                sketch.op(
                    "Reshape",
                    List.of(
                        sketch.op("GatherND", List.of(scores, reordered(sketch, chosen))),
                        sketch.longs(-1, 1))),
                box),
            Attr.of("axis", 1));
    sketch.outputOf(rows, -1, 6);
    assertThat(found(answer)).containsExactly("1 0.75: 9.0 8.0 40.0 48.0");
  }

  /** Batch, class and box are already in the order in which scores lie. */
  private static String reordered(Sketch sketch, String chosen) {
    return sketch.op("Gather", List.of(chosen, sketch.longs(0, 1, 2)), Attr.of("axis", 1));
  }

  @Test
  void aYolov6HasAnObjectnessOfOne() throws Exception {
    FixedAnswer answer = new FixedAnswer(13);
    Sketch sketch = answer.sketch();
    float[] boxes = FixedAnswer.sparse(16, 0, 24, 1, 28, 2, 32, 3, 40);
    sketch.output(
        sketch.op(
            "Concat",
            List.of(
                answer.computed(boxes, 1, 4, 4),
                sketch.constant(new float[] {1, 1, 1, 1}, 1, 4, 1),
                answer.computed(new float[] {0.75f, 0, 0, 0}, 1, 4, 1)),
            Attr.of("axis", 2)));
    assertThat(found(answer)).containsExactly("0 0.75: 8.0 8.0 40.0 48.0");
  }

  /** Boxes with their score, and whole numbers for classes. */
  @Test
  void mmDetectionGivesDetsAndLabels() throws Exception {
    FixedAnswer answer = new FixedAnswer(13);
    Sketch sketch = answer.sketch();
    String boxes = answer.computed(new float[] {8, 8, 40, 48, 9, 8, 40, 48}, 1, 2, 4);
    String scores = answer.computed(new float[] {0, 0, 0.5f, 0.75f}, 1, 2, 2);
    String chosen = answer.suppressed(boxes, scores);
    String number = answer.column(chosen, 1);
    String box = answer.selected(boxes, chosen);
    String score =
        sketch.op(
            "Reshape",
            List.of(sketch.op("GatherND", List.of(scores, chosen)), sketch.longs(-1, 1)));
    String dets = sketch.op("Concat", List.of(box, score), Attr.of("axis", 1));
    sketch.outputOf(sketch.op("Reshape", List.of(dets, sketch.longs(1, -1, 5))), 1, -1, 5);
    sketch.longOutput(sketch.op("Reshape", List.of(number, sketch.longs(1, -1))), 1, -1);
    assertThat(found(answer)).containsExactly("1 0.75: 9.0 8.0 40.0 48.0");
  }

  /** Indices beside all boxes and scores; boxes are shares, for no number is larger. */
  @Test
  void indicesThatTheGraphSelectedAreFollowed() throws Exception {
    FixedAnswer answer = new FixedAnswer(13, 128);
    Sketch sketch = answer.sketch();
    String boxes =
        answer.computed(
            new float[] {0.25f, 0.25f, 0.5f, 0.75f, 0.25f, 0.25f, 0.5f, 0.875f}, 1, 2, 4);
    String scores = answer.computed(new float[] {0, 0, 0.5f, 0.75f}, 1, 2, 2);
    String chosen = answer.suppressed(boxes, scores);
    sketch.output(boxes, scores);
    sketch.longOutput(chosen, -1, 3);
    assertThat(found(answer)).containsExactly("1 0.75: 32.0 16.0 64.0 56.0");
  }

  /** Four lists: rows from the count on do not count, whatever their score. */
  @Test
  void rowsBehindTheCountAreLeftOut() throws Exception {
    FixedAnswer answer = new FixedAnswer(13);
    Sketch sketch = answer.sketch();
    String boxes = answer.computed(new float[] {8, 8, 40, 48, 9, 8, 40, 48}, 1, 2, 4);
    String scores = answer.computed(new float[] {0, 0, 0.5f, 0.75f}, 1, 2, 2);
    String chosen = answer.suppressed(boxes, scores);
    String first = sketch.op("Gather", List.of(chosen, sketch.longs(0)), Attr.of("axis", 0));
    String one = sketch.op("Gather", List.of(first, sketch.longs(1)), Attr.of("axis", 1));
    sketch.longOutput(one, 1, 1);
    sketch.outputOf(boxes, 1, 2, 4);
    sketch.outputOf(answer.computed(new float[] {0.5f, 0.75f}, 1, 2), 1, 2);
    sketch.longOutput(sketch.op("Concat", List.of(one, one), Attr.of("axis", 1)), 1, 2);
    assertThat(found(answer)).containsExactly("1 0.50: 8.0 8.0 40.0 48.0");
  }

  /** Two strides, or nothing says that it is a YOLOv8; a centre is half of two corners. */
  private static String yolov8(FixedAnswer answer, float size) {
    Sketch sketch = answer.sketch();
    String near = sketch.conv("images", 3, 1, 1, 1, Sketch.strides(16));
    String far = sketch.conv("images", 3, 1, 1, 1, Sketch.strides(32));
    String scores =
        sketch.op(
            "Concat",
            List.of(
                sketch.op("Reshape", List.of(near, sketch.longs(1, 1, 16))),
                sketch.op("Reshape", List.of(far, sketch.longs(1, 1, 4)))),
            Attr.of("axis", 2));
    float[] sure = new float[20];
    Arrays.fill(sure, -9);
    sure[7] = 2;
    String known =
        sketch.op(
            "Sigmoid",
            sketch.op(
                "Add",
                List.of(
                    sketch.op("Mul", List.of(scores, sketch.scalar(0))),
                    sketch.constant(sure, 1, 1, 20))));
    String from = answer.computed(FixedAnswer.sparse(40, 7, 8, 27, 8), 1, 2, 20);
    String to = answer.computed(FixedAnswer.sparse(40, 7, 40, 27, 48), 1, 2, 20);
    String centre =
        sketch.op("Div", List.of(sketch.op("Add", List.of(from, to)), sketch.scalar(2)));
    String half =
        sketch.op(
            "Concat", List.of(centre, sketch.op("Sub", List.of(to, from))), Attr.of("axis", 1));
    String sized =
        size == 1
            ? half
            : sketch.op(
                "Div",
                List.of(half, sketch.constant(new float[] {size, size, size, size}, 1, 4, 1)));
    return sketch.op("Concat", List.of(sized, known), Attr.of("axis", 1));
  }

  @Test
  void aYolov8MayBeTransposed() throws Exception {
    FixedAnswer answer = new FixedAnswer(13);
    String columns = yolov8(answer, 1);
    answer.sketch().output(answer.sketch().op("Transpose", columns, Attr.of("perm", 0, 2, 1)));
    assertThat(found(answer)).containsExactly("0 0.88: 8.0 8.0 40.0 48.0");
  }

  @Test
  void aYolov8MayDivideItsBoxesByTheSizeOfTheInput() throws Exception {
    FixedAnswer answer = new FixedAnswer(13);
    answer.sketch().output(yolov8(answer, FixedAnswer.SIZE));
    assertThat(found(answer)).containsExactly("0 0.88: 8.0 8.0 40.0 48.0");
  }

  /** With four classes logits and boxes have one shape: the linear layer tells them apart. */
  @Test
  void detrQueriesOfFourClassesAreToldFromTheirBoxes() throws Exception {
    FixedAnswer answer = new FixedAnswer(16, 128);
    Sketch sketch = answer.sketch();
    String shares = sketch.op("Softmax", answer.computed(new float[1], 1, 1, 1));
    String seen = sketch.op("MatMul", List.of(shares, answer.computed(new float[1], 1, 1, 1)));
    String rows = sketch.op("Concat", List.of(seen, seen), Attr.of("axis", 1));
    String weights = sketch.constant(new float[4], 1, 4);
    float[] sure = {-9, -9, 2, -9, -9, -9, -9, 1};
    String logits =
        sketch.op(
            "Add",
            List.of(sketch.op("MatMul", List.of(rows, weights)), sketch.constant(sure, 1, 2, 4)));
    String reference = answer.computed(new float[8], 1, 2, 4);
    String boxes =
        sketch.op(
            "Sigmoid",
            sketch.op("Add", List.of(sketch.op("MatMul", List.of(rows, weights)), reference)));
    sketch.outputOf(logits, 1, 2, 4);
    sketch.outputOf(boxes, 1, 2, 4);
    assertThat(found(answer))
        .containsExactly("2 0.88: 32.0 16.0 96.0 48.0", "3 0.73: 32.0 16.0 96.0 48.0");
  }

  /** Boxes that start from no reference point are DETR's; its last class is that of no object. */
  @Test
  void aDetrWantsASoftmaxWithoutItsLastClass() throws Exception {
    FixedAnswer answer = new FixedAnswer(16, 128).attending();
    Sketch sketch = answer.sketch();
    String seen = answer.computed(new float[] {1}, 1, 1, 1);
    String logits =
        sketch.op("MatMul", List.of(seen, sketch.constant(new float[] {0, 2, 0}, 1, 3)));
    String boxes =
        sketch.op(
            "Sigmoid", sketch.op("MatMul", List.of(seen, sketch.constant(new float[4], 1, 4))));
    sketch.outputOf(logits, 1, 1, 3);
    sketch.outputOf(boxes, 1, 1, 4);
    assertThat(found(answer)).containsExactly("1 0.79: 32.0 16.0 96.0 48.0");
  }
}
