package dev.ovkit.family;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ovkit.onnx.Nodes.Attr;
import dev.ovkit.onnx.Sketch;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

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
}
