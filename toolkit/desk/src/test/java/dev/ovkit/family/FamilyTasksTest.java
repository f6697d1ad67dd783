package dev.ovkit.family;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.ovkit.ModelException;
import dev.ovkit.model.Box;
import dev.ovkit.model.Detection;
import dev.ovkit.model.Mask;
import dev.ovkit.model.RotatedBox;
import dev.ovkit.onnx.Nodes.Attr;
import dev.ovkit.onnx.Sketch;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What the families that find more than boxes make of known numbers, without a flag. */
class FamilyTasksTest {

  /** Cells of strides 8, 16 and 32 over 64x64. */
  private static final int CELLS = 84;

  @TempDir private Path temp;

  private static FixedAnswer noted(String task) {
    FixedAnswer answer = new FixedAnswer(13);
    answer.sketch().metadata("task", task);
    answer.sketch().metadata("names", "{0: 'nut', 1: 'bolt'}");
    return answer;
  }

  /** A column a candidate, of which all but these are empty. */
  private static String columns(FixedAnswer answer, float[]... candidates) {
    int numbers = candidates[0].length;
    float[] all = new float[numbers * CELLS];
    for (int i = 0; i < candidates.length; i++) {
      for (int k = 0; k < numbers; k++) {
        all[k * CELLS + 40 + i] = candidates[i][k];
      }
    }
    return answer.computed(all, 1, numbers, CELLS);
  }

  /** The three best of such columns as rows, chosen as exporters do it. */
  private static String rows(FixedAnswer answer, int classes, float[]... candidates) {
    Sketch sketch = answer.sketch();
    int numbers = candidates[0].length;
    String rows = sketch.op("Transpose", columns(answer, candidates), Attr.of("perm", 0L, 2L, 1L));
    List<String> parts = new ArrayList<>();
    int[] ends = {0, 4, 4 + classes, numbers};
    for (int i = 0; i < 3; i++) {
      parts.add(
          sketch.op(
              "Slice",
              List.of(rows, sketch.longs(ends[i]), sketch.longs(ends[i + 1]), sketch.longs(2))));
    }
    String largest =
        sketch.op(
            "ReduceMax", parts.get(1), Attr.of("axes", new long[] {-1}), Attr.of("keepdims", 0L));
    String cell = answer.best(largest, 3).get(1);
    String chosen = sketch.op("Flatten", gathered(sketch, parts.get(1), cell, classes));
    List<String> best = answer.best(chosen, 3);
    String place =
        sketch.op(
            "GatherElements",
            List.of(cell, sketch.op("Div", List.of(best.get(1), sketch.longs(classes)))),
            Attr.of("axis", 1L));
    String label =
        sketch.op(
            "Cast",
            sketch.op("Mod", List.of(best.get(1), sketch.longs(classes))),
            Attr.of("to", 1L));
    return sketch.op(
        "Concat",
        List.of(
            gathered(sketch, parts.get(0), place, 4),
            sketch.op("Unsqueeze", List.of(best.get(0), sketch.longs(2))),
            sketch.op("Unsqueeze", List.of(label, sketch.longs(2))),
            gathered(sketch, parts.get(2), place, numbers - 4 - classes)),
        Attr.of("axis", 2L));
  }

  private static String gathered(Sketch sketch, String x, String index, int width) {
    String wide =
        sketch.op(
            "Expand",
            List.of(
                sketch.op("Unsqueeze", List.of(index, sketch.longs(2))),
                sketch.longs(1, 1, width)));
    return sketch.op("GatherElements", List.of(x, wide), Attr.of("axis", 1L));
  }

  private static float[] numbers(double... values) {
    float[] numbers = new float[values.length];
    for (int i = 0; i < values.length; i++) {
      numbers[i] = (float) values[i];
    }
    return numbers;
  }

  /** Two maps: the first is above 0 in its left half, the second everywhere. */
  private static String prototypes(FixedAnswer answer) {
    float[] maps = new float[2 * 256];
    Arrays.fill(maps, 256, 512, 1);
    for (int i = 0; i < 256; i++) {
      maps[i] = i % 16 < 8 ? 1 : -1;
    }
    return answer.computed(maps, 1, 2, 16, 16);
  }

  @Test
  void aMaskIsWhatItsPrototypesShowWithinItsBox() throws Exception {
    FixedAnswer answer = noted("segment");
    // One with the left half, one that is suppressed, one with the right half, one without pixels.
    answer
        .sketch()
        .output(
            columns(
                answer,
                numbers(24, 24, 32, 32, 0, 0.75, 1, 0),
                numbers(24, 25, 32, 32, 0, 0.5, 1, 0),
                numbers(24, 24, 32, 32, 0.625, 0, -1, 0),
                numbers(48, 48, 8, 8, 0.5, 0, 1, 0)),
            prototypes(answer));
    List<Detection> found = answer.boxes(temp);
    assertThat(found)
        .extracting(FixedAnswer::text)
        .containsExactly("1 0.75: 8.0 8.0 40.0 40.0", "0 0.63: 8.0 8.0 40.0 40.0");
    Mask left = found.get(0).mask().orElseThrow();
    Mask right = found.get(1).mask().orElseThrow();
    assertThat(left.bounds()).isEqualTo(new Box(8, 8, 24, 32));
    assertThat(left.area()).isEqualTo(24 * 32);
    assertThat(right.bounds()).isEqualTo(new Box(32, 8, 8, 32));
    assertThat(right.area()).isEqualTo(8 * 32);
    assertThat(left.intersection(right)).isZero();
  }

  /** A candidate may be an object of two classes, and nothing is suppressed. */
  @Test
  void anEndToEndSegmentationGivesARowAnObject() throws Exception {
    FixedAnswer answer = noted("segment");
    answer
        .sketch()
        .output(
            rows(
                answer,
                2,
                numbers(8, 8, 40, 40, 0.5, 0.75, 1, 0),
                numbers(8, 8, 40, 40, 0, 0.625, 0, 1)),
            prototypes(answer));
    List<Detection> found = answer.boxes(temp);
    assertThat(found)
        .extracting(FixedAnswer::text)
        .containsExactly(
            "1 0.75: 8.0 8.0 40.0 40.0", "1 0.63: 8.0 8.0 40.0 40.0", "0 0.50: 8.0 8.0 40.0 40.0");
    assertThat(found)
        .extracting(d -> d.mask().orElseThrow().area())
        .containsExactly(24L * 32, 32L * 32, 24L * 32);
  }

  @Test
  void keyPointsComeInTheOrderOfTraining() throws Exception {
    FixedAnswer raw = noted("pose");
    raw.sketch().metadata("kpt_shape", "[2, 3]");
    float[] one = numbers(24, 24, 32, 32, 0, 0.75, 10, 12, 0.5, 70, 20, 0.25);
    raw.sketch().output(columns(raw, one));
    FixedAnswer chosen = noted("pose");
    chosen.sketch().metadata("kpt_shape", "[2, 3]");
    float[] corners = numbers(8, 8, 40, 40, 0, 0.75, 10, 12, 0.5, 70, 20, 0.25);
    chosen.sketch().output(rows(chosen, 2, corners));
    for (FixedAnswer answer : List.of(raw, chosen)) {
      List<Detection> found = answer.boxes(temp);
      assertThat(found).extracting(FixedAnswer::text).containsExactly("1 0.75: 8.0 8.0 40.0 40.0");
      assertThat(found.get(0).keyPoints())
          .containsExactly(
              new Detection.KeyPoint(10, 12, 0.5f), new Detection.KeyPoint(64, 20, 0.25f));
    }
  }

  @Test
  void pointsWithoutAScoreAreSeen() throws Exception {
    FixedAnswer answer = noted("pose");
    answer.sketch().metadata("kpt_shape", "[1, 2]");
    answer.sketch().output(columns(answer, numbers(24, 24, 32, 32, 0, 0.75, 10, 12)));
    assertThat(answer.boxes(temp).get(0).keyPoints())
        .containsExactly(new Detection.KeyPoint(10, 12, 1));
  }

  @Test
  void aPoseThatDoesNotSayHowManyPointsIsRefused() {
    FixedAnswer answer = noted("pose");
    answer.sketch().output(columns(answer, numbers(24, 24, 32, 32, 0, 0.75, 10, 12, 0.5)));
    assertThatThrownBy(() -> answer.boxes(temp))
        .isInstanceOf(ModelException.class)
        .hasMessageContaining("not how many key points an object has (kpt_shape is ''");
  }

  /** What is noted of key points must fit the columns, and the names the rest of them. */
  @ParameterizedTest
  @ValueSource(strings = {"[99, 3]", "[1, 2]", "[3, 3]"})
  void keyPointsThatDoNotFitTheColumnsAreRefused(String shape) {
    FixedAnswer answer = noted("pose");
    answer.sketch().metadata("kpt_shape", shape);
    answer
        .sketch()
        .output(columns(answer, numbers(24, 24, 32, 32, 0, 0.75, 10, 12, 0.5, 70, 20, 0.25)));
    assertThatThrownBy(() -> answer.boxes(temp))
        .isInstanceOf(ModelException.class)
        .hasMessageContaining(
            "key points of the shape %s and 2 class names, which its output".formatted(shape));
  }

  @ParameterizedTest
  @ValueSource(strings = {"[2]", "[0, 3]", "[2, 4]", "[2, 1]", "[2, 3, 1]", "seventeen"})
  void aShapeOfKeyPointsThatIsNoneIsRefused(String shape) {
    FixedAnswer answer = noted("pose");
    answer.sketch().metadata("kpt_shape", shape);
    answer
        .sketch()
        .output(columns(answer, numbers(24, 24, 32, 32, 0, 0.75, 10, 12, 0.5, 70, 20, 0.25)));
    assertThatThrownBy(() -> answer.boxes(temp))
        .isInstanceOf(ModelException.class)
        .hasMessageContaining("kpt_shape is '%s', expected such as [17, 3]".formatted(shape));
  }

  /**
   * Equal centres, but crossed: no upright suppression would keep both. The third overlaps the
   * second alone, which itself goes for the first.
   */
  @Test
  void rotatedBoxesAreSuppressedByTheirDirection() throws Exception {
    FixedAnswer answer = noted("obb");
    answer
        .sketch()
        .output(
            columns(
                answer,
                numbers(32, 32, 40, 8, 0, 0.875, 0.5),
                numbers(34, 32, 40, 8, 0, 0.75, 0.6),
                numbers(32, 32, 40, 8, 0, 0.625, 0.5 + Math.PI / 2)));
    List<Detection> found = answer.boxes(temp);
    assertThat(found)
        .extracting(d -> d.rotated().orElseThrow())
        .containsExactly(
            new RotatedBox(32, 32, 40, 8, 0.5f),
            new RotatedBox(32, 32, 40, 8, (float) (0.5 + Math.PI / 2)));
    Box bounds = new RotatedBox(32, 32, 40, 8, 0.5f).bounds();
    assertThat(found.get(0).box().iou(bounds)).isCloseTo(1, within(1e-5));
  }

  /** Two scores, where one and an angle would have as many columns. */
  @Test
  void aScoreIsNotTakenForAnAngle() {
    FixedAnswer answer = noted("obb");
    Sketch sketch = answer.sketch();
    String boxes = answer.computed(new float[4 * CELLS], 1, 4, CELLS);
    String scores = sketch.op("Sigmoid", answer.computed(new float[2 * CELLS], 1, 2, CELLS));
    sketch.output(sketch.op("Concat", List.of(boxes, scores), Attr.of("axis", 1L)));
    assertThatThrownBy(() -> answer.boxes(temp))
        .isInstanceOf(ModelException.class)
        .hasMessageContaining("its exporter notes the task 'obb'");
  }

  @Test
  void anEndToEndRotatedBoxIsItsCentre() throws Exception {
    FixedAnswer answer = noted("obb");
    answer.sketch().output(rows(answer, 2, numbers(32, 32, 40, 8, 0, 0.875, 0.5)));
    assertThat(answer.boxes(temp))
        .extracting(d -> d.rotated().orElseThrow())
        .containsExactly(new RotatedBox(32, 32, 40, 8, 0.5f));
  }

  @Test
  void aClassifierRanksItsClasses() throws Exception {
    FixedAnswer answer = new FixedAnswer(13);
    answer.sketch().metadata("task", "classify");
    answer.sketch().metadata("names", "{0: 'nut', 1: 'bolt', 2: 'gear', 3: 'washer'}");
    float[] logits = numbers(Math.log(0.25), Math.log(0.625), Math.log(0.12), Math.log(0.005));
    answer
        .sketch()
        .output(answer.sketch().op("Softmax", answer.computed(logits, 1, 4), Attr.of("axis", 1L)));
    List<Detection> found = answer.boxes(temp);
    assertThat(found).extracting(Detection::label).containsExactly("bolt", "nut", "gear");
    assertThat(found).extracting(Detection::box).containsOnly(new Box(0, 0, 64, 64));
    assertThat((double) found.get(0).score()).isCloseTo(0.625, within(1e-5));
  }

  @Test
  void aClassifierOfLogitsIsRefused() {
    FixedAnswer answer = noted("classify");
    answer.sketch().output(answer.computed(new float[4], 1, 4));
    assertThatThrownBy(() -> answer.boxes(temp))
        .isInstanceOf(ModelException.class)
        .hasMessageContaining("is not the result of a softmax");
  }

  @ParameterizedTest
  @ValueSource(strings = {"depth", "semantic"})
  void anotherTaskIsRefusedByItsName(String task) {
    FixedAnswer answer = noted(task);
    answer.sketch().output(columns(answer, numbers(24, 24, 32, 32, 0, 0.75)));
    assertThatThrownBy(() -> answer.boxes(temp))
        .isInstanceOf(ModelException.class)
        .hasMessageContaining("its exporter notes the task '" + task + "'");
  }
}
