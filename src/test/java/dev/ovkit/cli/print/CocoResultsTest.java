package dev.ovkit.cli.print;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ovkit.evaluate.GroundTruth;
import dev.ovkit.evaluate.Similarity;
import dev.ovkit.evaluate.TruthObject;
import dev.ovkit.evaluate.TruthPose;
import dev.ovkit.model.Box;
import dev.ovkit.model.Detection;
import dev.ovkit.model.Detections;
import dev.ovkit.model.Mask;
import dev.ovkit.model.RotatedBox;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What {@code infer --format coco} writes is read as truth by {@code eval}. */
class CocoResultsTest {

  private static final Detection PLAIN = new Detection("nut", 1, 0.75f, new Box(2, 3, 4, 4));

  @TempDir private Path temp;

  private TruthObject writtenAndRead(Detection found, Similarity similarity) throws IOException {
    StringWriter text = new StringWriter();
    CocoResults results = new CocoResults(new PrintWriter(text), List.of("bolt", "nut"));
    results.found(
        Path.of("a.jpg"), new Detections(20, 10, List.of(found), 1, 0, Detections.Timings.NONE));
    results.end(false);
    Files.write(temp.resolve("a.jpg"), new byte[0]);
    Path json = Files.writeString(temp.resolve("found.json"), text.toString());
    return GroundTruth.coco(json, temp, similarity).pictures().get(0).objects().get(0);
  }

  @Test
  void aMaskIsTheSame() throws IOException {
    Mask mask = Mask.of(20, 10, 2, 3, 2, 2, new byte[] {1, 0, 1, 1});
    TruthObject read = writtenAndRead(PLAIN.withMask(mask), Similarity.MASKS);
    assertThat(read.mask()).contains(mask);
    assertThat(read.area()).isEqualTo(3);
    assertThat(read.category()).isEqualTo(1);
  }

  @Test
  void keyPointsAreTheSame() throws IOException {
    Detection pose =
        PLAIN.withKeyPoints(
            List.of(new Detection.KeyPoint(2, 3, 0.9f), new Detection.KeyPoint(5.5f, 6, 0.1f)));
    assertThat(writtenAndRead(pose, Similarity.keyPoints(2)).pose())
        .contains(
            new TruthPose(
                List.of(new TruthPose.Point(2, 3, true), new TruthPose.Point(5.5, 6, true)), 2));
  }

  @Test
  void aRotatedBoxIsTheSame() throws IOException {
    RotatedBox box = new RotatedBox(8, 5, 6, 2, 0.5f);
    TruthObject read = writtenAndRead(PLAIN.withRotated(box), Similarity.ROTATED);
    assertThat(read.rotated().get().iou(box)).isGreaterThan(0.999);
    assertThat(read.area()).isEqualTo(12);
  }

  @Test
  void aBoxAloneHasNoMore() throws IOException {
    assertThat(writtenAndRead(PLAIN, Similarity.BOXES))
        .isEqualTo(new TruthObject(1, 2, 3, 4, 4, 16, false));
  }
}
