package dev.ovkit.bundle;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ovkit.bundle.Golden.GoldenPicture;
import dev.ovkit.model.Box;
import dev.ovkit.model.Detection;
import dev.ovkit.model.Detection.KeyPoint;
import dev.ovkit.model.Detections;
import dev.ovkit.model.DetectorSpec.Task;
import dev.ovkit.model.Mask;
import dev.ovkit.model.RotatedBox;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a self-test makes of objects with more than a box, and how a bundle keeps them. */
class GoldenComparisonTest {

  private static final Detection NUT = new Detection("nut", 0, 0.75f, new Box(10, 20, 40, 10));
  private static final Detection MASKED = NUT.withMask(mask(10));
  private static final Detection POSED =
      NUT.withKeyPoints(List.of(new KeyPoint(12, 22, 0.875f), new KeyPoint(40, 25, 0.125f)));
  private static final Detection TURNED = NUT.withRotated(new RotatedBox(30, 25, 40, 8, 0.25f));

  @TempDir private Path temp;

  /** A rectangle of 40 columns and so many rows on a picture of 64x48. */
  private static Mask mask(int rows) {
    byte[] pixels = new byte[40 * rows];
    Arrays.fill(pixels, (byte) 1);
    return Mask.of(64, 48, 10, 20, 40, rows, pixels);
  }

  private static Golden expecting(Detection... expected) {
    return new Golden(
        0.25f, 0.45f, 0.01, 0.97, List.of(new GoldenPicture("a.png", List.of(expected))));
  }

  private static GoldenComparison compared(Task task, Detection expected, Detection... found) {
    Golden golden = expecting(expected);
    return GoldenComparison.of(
        golden,
        golden.pictures().get(0),
        new Detections(task, 64, 48, List.of(found), 1, 0, Detections.Timings.NONE));
  }

  private static Optional<String> complaint(Detection expected, Detection found) {
    return compared(Task.DETECT, expected, found).complaint();
  }

  @Test
  void whatIsEqualHoldsAndIsNamed() {
    assertThat(complaint(NUT, NUT)).isEmpty();
    assertThat(compared(Task.SEGMENT, MASKED, MASKED).complaint()).isEmpty();
    assertThat(compared(Task.SEGMENT, MASKED, MASKED).agreement())
        .startsWith(
            "1 boxes as expected; scores differ by at most 0.0e+00, boxes overlap by at least 1.0000; masks overlap by at least 1.0000; ");
    assertThat(compared(Task.POSE, POSED, POSED).complaint()).isEmpty();
    assertThat(compared(Task.POSE, POSED, POSED).agreement())
        .contains("; key points move by at most 0.00 pixels; ");
    assertThat(compared(Task.OBB, TURNED, TURNED).complaint()).isEmpty();
    assertThat(compared(Task.CLASSIFY, NUT, NUT).agreement())
        .startsWith("1 classes as expected; scores differ by at most 0.0e+00; ");
  }

  @Test
  void aMaskThatLostARowIsWrong() {
    assertThat(complaint(MASKED, NUT.withMask(mask(9))))
        .contains("the mask of nut 0.7500 at 10,20 overlaps by only 0.900");
    assertThat(complaint(MASKED, NUT)).contains("nut 0.7500 at 10,20 lacks its mask of 64x48");
    Mask larger = Mask.of(65, 48, new int[] {100, 20, 65 * 48 - 120});
    assertThat(complaint(MASKED, NUT.withMask(larger)))
        .contains("nut 0.7500 at 10,20 lacks its mask of 64x48");
  }

  @Test
  void aKeyPointThatMovedIsWrongUnlessNobodySeesIt() {
    Detection seen =
        NUT.withKeyPoints(List.of(new KeyPoint(12, 24, 0.875f), new KeyPoint(40, 25, 0.125f)));
    Detection unseen =
        NUT.withKeyPoints(List.of(new KeyPoint(12, 22, 0.875f), new KeyPoint(10, 25, 0.125f)));
    assertThat(complaint(POSED, seen))
        .contains("a key point of nut 0.7500 at 10,20 is 2.0 pixels off");
    assertThat(complaint(POSED, unseen)).isEmpty();
    assertThat(complaint(POSED, NUT)).contains("nut 0.7500 at 10,20 lacks its 2 key points");
  }

  @Test
  void aBoxThatTurnedIsWrong() {
    Detection turned = NUT.withRotated(new RotatedBox(30, 25, 40, 8, 0.3f));
    assertThat(complaint(TURNED, turned).orElseThrow())
        .startsWith("nut 0.7500 at 10,20 overlaps by only 0.");
    assertThat(complaint(TURNED, NUT)).isPresent();
  }

  @Test
  void aClassOfAPictureHasItsScore() {
    Detection less = new Detection("nut", 0, 0.7f, NUT.box());
    Detection bolt = new Detection("bolt", 1, 0.75f, NUT.box());
    assertThat(compared(Task.CLASSIFY, NUT, less).complaint())
        .contains("nut 0.7500 at 10,20 scores 0.7000");
    assertThat(compared(Task.CLASSIFY, NUT, bolt).complaint())
        .contains("nut 0.7500 at 10,20 is missing, bolt 0.7500 at 10,20 is too much");
  }

  /** Written before there were tasks. */
  @Test
  void aBundleThatExpectsBoxesAloneHolds() {
    assertThat(complaint(NUT, MASKED)).isEmpty();
    assertThat(complaint(NUT, POSED)).isEmpty();
    assertThat(complaint(NUT, NUT.withRotated(new RotatedBox(30, 25, 8, 40, 1)))).isEmpty();
  }

  @Test
  void aBundleKeepsWhatATaskAdds() throws IOException {
    Golden golden = expecting(NUT, MASKED, POSED, TURNED);
    Files.createDirectory(temp.resolve(Golden.FOLDER));
    Files.write(temp.resolve(Golden.FILE), golden.bytes());
    assertThat(Golden.read(temp)).isEqualTo(golden);
  }
}
