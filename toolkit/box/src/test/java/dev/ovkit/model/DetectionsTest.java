package dev.ovkit.model;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;

/** Results that no correctly read model gives raise an alarm; plausible ones do not. */
class DetectionsTest {

  private static Detections of(int candidates, Detection... objects) {
    return new Detections(640, 480, List.of(objects), candidates, 0, Detections.Timings.NONE);
  }

  private static Detection object(double score, double side) {
    return new Detection("part", 0, (float) score, new Box(10, 10, (float) side, (float) side));
  }

  @Test
  void nothingAndOrdinaryObjectsAreNoAlarm() {
    assertThat(of(0).alarm()).isEmpty();
    assertThat(of(2, object(1.0002, 20), object(0.5, 0.5)).alarm()).isEmpty();
  }

  @Test
  void aScoreAboveOneIsAnAlarm() {
    assertThat(of(1, object(3.25, 20)).alarm()).hasValue("a score of 3.25 is above 1");
  }

  @Test
  void aClassNumberWithoutAClassIsAnAlarm() {
    Detections found =
        new Detections(
            DetectorSpec.Task.DETECT,
            640,
            480,
            List.of(object(0.9, 20)),
            1,
            0,
            OptionalInt.of(3),
            Detections.Timings.NONE);
    assertThat(found.withTimings(Detections.Timings.NONE).alarm())
        .hasValue(
            "an object has the class number 3, which is above the model's last class; the numbers"
                + " may start at 1");
  }

  @Test
  void boxesBelowAPixelAreAnAlarm() {
    assertThat(of(2, object(0.9, 0.7), object(0.8, 0.2)).alarm())
        .hasValue("every box is smaller than a pixel (2 boxes)");
  }

  @Test
  void boxesOutsideThePictureAreAnAlarm() {
    assertThat(of(7).alarm()).hasValue("every box is outside the picture (7 boxes)");
  }
}
