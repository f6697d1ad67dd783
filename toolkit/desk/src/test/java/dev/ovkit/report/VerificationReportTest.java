package dev.ovkit.report;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ovkit.ir.WeightPrecision;
import dev.ovkit.model.Box;
import dev.ovkit.model.Detection;
import dev.ovkit.model.Mask;
import dev.ovkit.subject.PictureSource;
import dev.ovkit.verify.PictureDifference;
import dev.ovkit.verify.Tolerance;
import dev.ovkit.verify.Verification;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@Tag("integration")
class VerificationReportTest {

  private static final Pattern JPEG = Pattern.compile("data:image/jpeg;base64,[^\"]+");
  private static final int SIDE = 64;

  @TempDir private Path temp;

  /** The pictures of a report on one picture: what the first model found, and the second. */
  private List<String> drawn(Detection first, Detection second) throws IOException {
    Verification verification =
        new Verification(
            new Verification.Side("a.xml", "OpenVINO"),
            new Verification.Side("b.xml", "OpenVINO"),
            WeightPrecision.FP16,
            Tolerance.of(WeightPrecision.FP16),
            0.25,
            List.of(),
            List.of(
                new PictureDifference(
                    new PictureSource.Generated(1, SIDE, SIDE),
                    List.of(first),
                    List.of(second),
                    List.of(),
                    List.of(),
                    List.of(),
                    List.of())),
            List.of(),
            List.of(),
            List.of());
    Path file = temp.resolve("report.html");
    VerificationReport.write(verification, file);
    return JPEG.matcher(Files.readString(file)).results().map(MatchResult::group).toList();
  }

  @Test
  void masksAreDrawn() throws IOException {
    Detection box = new Detection("cat", 3, 0.5f, new Box(8, 8, 48, 48));
    int[] left = {0, SIDE * SIDE / 2, SIDE * SIDE / 2};
    Detection masked = box.withMask(Mask.of(SIDE, SIDE, left));
    List<String> equal = drawn(box, box);
    assertThat(equal).hasSize(2);
    assertThat(equal.get(0)).isEqualTo(equal.get(1));
    assertThat(drawn(box, masked)).hasSize(2).doesNotHaveDuplicates();
  }
}
