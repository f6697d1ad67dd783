package dev.ovkit.network;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.ovkit.layout.BoxForm;
import dev.ovkit.layout.EndToEnd;
import dev.ovkit.layout.Poses;
import dev.ovkit.layout.RankedClasses;
import dev.ovkit.layout.RotatedBoxes;
import dev.ovkit.model.Box;
import dev.ovkit.model.Colour;
import dev.ovkit.model.DetectOptions;
import dev.ovkit.model.Detection;
import dev.ovkit.model.Detections;
import dev.ovkit.model.DetectorSpec;
import dev.ovkit.model.HeadLayout;
import dev.ovkit.model.Resize;
import dev.ovkit.picture.Letterbox;
import java.nio.FloatBuffer;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What becomes of candidates on the picture, by what a detector finds. */
class PostprocessorTest {

  private static final int SIZE = 100;

  /** A picture of 200x100 with a border of 25 rows above and below it, at half its size. */
  private static final Letterbox WIDE =
      Letterbox.of(200, 100, SIZE, SIZE, Resize.Mode.LETTERBOX_CENTRE);

  private static List<Detection> found(
      HeadLayout layout, Letterbox letterbox, List<Long> shape, float... numbers) {
    return result(layout, letterbox, shape, numbers).objects();
  }

  private static Detections result(
      HeadLayout layout, Letterbox letterbox, List<Long> shape, float... numbers) {
    DetectorSpec spec =
        new DetectorSpec(SIZE, SIZE, Colour.RGB, Resize.LETTERBOX, layout, List.of(), 0.25f, 0.45f);
    Postprocessor postprocessor =
        new Postprocessor(spec, DetectOptions.defaults(), output -> shape);
    return postprocessor.run(List.of(FloatBuffer.wrap(numbers)), letterbox);
  }

  @Test
  void aBoxIsClippedToThePictureAndDroppedBesideIt() {
    List<Detection> found =
        found(
            new EndToEnd("out", BoxForm.CORNER_PIXELS, 1),
            WIDE,
            List.of(1L, 3L, 6L),
            new float[] {
              10, 10, 30, 50, 0.9f, 0, //
              10, 0, 30, 25, 0.8f, 0, // in the border
              90, 60, 120, 80, 0.7f, 0
            });
    assertThat(found)
        .extracting(Detection::box)
        .containsExactly(new Box(20, 0, 40, 50), new Box(180, 70, 20, 30));
  }

  /** Rows that count their classes from 1, read as if from 0; padding may hold any number. */
  @Test
  void aRowOfAClassThatDoesNotExistRaisesTheAlarm() {
    float[] rows = {10, 30, 30, 50, 0.9f, 1, 10, 30, 30, 50, 0.8f, 2, 0, 0, 0, 0, 0, 7};
    List<Long> shape = List.of(1L, 3L, 6L);
    Detections found = result(new EndToEnd("out", BoxForm.CORNER_PIXELS, 2), WIDE, shape, rows);
    assertThat(found.objects()).extracting(Detection::classId).containsExactly(1);
    assertThat(found.strayClass()).hasValue(2);
    assertThat(found.alarm().orElseThrow()).contains("the class number 2");
    assertThat(result(new EndToEnd("out", BoxForm.CORNER_PIXELS, 3), WIDE, shape, rows).alarm())
        .isEmpty();
  }

  @Test
  void aTableOfMoreThanBoxesRaisesItToo() {
    float[] row = {10, 30, 30, 50, 0.9f, 1, 20, 30};
    assertThat(result(new Poses("out", true, 1, 2, 1), WIDE, List.of(1L, 1L, 8L), row).strayClass())
        .hasValue(1);
  }

  /** The alarm is about one picture, not about those after it. */
  @Test
  void theNextPictureStartsWithoutAnAlarm() {
    DetectorSpec spec =
        new DetectorSpec(
            SIZE,
            SIZE,
            Colour.RGB,
            Resize.LETTERBOX,
            new EndToEnd("out", BoxForm.CORNER_PIXELS, 1),
            List.of(),
            0.25f,
            0.45f);
    Postprocessor postprocessor =
        new Postprocessor(spec, DetectOptions.defaults(), output -> List.of(1L, 1L, 6L));
    float[] stray = {10, 30, 30, 50, 0.9f, 1};
    float[] fine = {10, 30, 30, 50, 0.9f, 0};
    assertThat(postprocessor.run(List.of(FloatBuffer.wrap(stray)), WIDE).alarm()).isPresent();
    assertThat(postprocessor.run(List.of(FloatBuffer.wrap(fine)), WIDE).alarm()).isEmpty();
  }

  @Test
  void aClassIsOneOfTheWholePicture() {
    List<Detection> found =
        found(
            new RankedClasses("out", 3),
            Letterbox.of(200, 100, SIZE, SIZE, Resize.Mode.CENTRE_CROP),
            List.of(1L, 3L),
            0.3f,
            0.1f,
            0.6f);
    assertThat(found).extracting(Detection::classId).containsExactly(2, 0);
    assertThat(found).extracting(Detection::box).containsOnly(new Box(0, 0, 200, 100));
  }

  @Test
  void keyPointsStayOnThePicture() {
    List<Detection> found =
        found(
            new Poses("out", true, 2, 2, 1),
            WIDE,
            List.of(1L, 1L, 10L),
            10,
            30,
            30,
            50,
            0.9f,
            0,
            20,
            10,
            120,
            50);
    assertThat(found.get(0).keyPoints())
        .containsExactly(new Detection.KeyPoint(40, 0, 1), new Detection.KeyPoint(200, 50, 1));
  }

  /** Their boxes before they are turned are the same. */
  @Test
  void crossedBarsAreTwoObjects() {
    float turn = (float) Math.PI / 4;
    List<Detection> found =
        found(
            new RotatedBoxes("out", false, 1),
            WIDE,
            List.of(1L, 6L, 3L),
            new float[] {
              50,
              50,
              50, // x of all
              50,
              50,
              50, // y
              40,
              40,
              40, // widths
              4,
              4,
              4, // heights
              0.9f,
              0.8f,
              0.7f, // scores
              turn,
              -turn,
              turn // angles
            });
    assertThat(found).extracting(Detection::score).containsExactly(0.9f, 0.8f);
    Detection first = found.get(0);
    assertThat(first.rotated().orElseThrow().x()).isEqualTo(100);
    assertThat(first.rotated().orElseThrow().width()).isEqualTo(80);
    assertThat(first.rotated().orElseThrow().angle()).isEqualTo(turn);
    assertThat((double) first.box().width()).isCloseTo(88 / Math.sqrt(2), within(1e-3));
  }

  @Test
  void aRotatedBoxWithoutSizeOrAngleIsNone() {
    List<Detection> found =
        found(
            new RotatedBoxes("out", true, 1),
            WIDE,
            List.of(1L, 3L, 7L),
            new float[] {
              50, 50, 40, 4, 0.9f, 0, Float.NaN, //
              50, 50, 0, 4, 0.8f, 0, 0, //
              50, 50, 40, 4, 0.7f, 0, 0
            });
    assertThat(found).extracting(Detection::box).containsExactly(new Box(60, 46, 80, 8));
  }
}
