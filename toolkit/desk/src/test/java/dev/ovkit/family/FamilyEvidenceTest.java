package dev.ovkit.family;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ovkit.layout.BoxForm;
import dev.ovkit.layout.BoxesAndScores;
import dev.ovkit.onnx.Nodes.Attr;
import dev.ovkit.onnx.Sketch;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

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
