package dev.ovkit.video.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ovkit.model.Box;
import dev.ovkit.model.DetectOptions;
import dev.ovkit.model.Detection;
import dev.ovkit.model.Detections;
import dev.ovkit.picture.Picture;
import dev.ovkit.video.decode.TestFilms;
import dev.ovkit.video.decode.VideoSource;
import dev.ovkit.vision.Detector;
import dev.ovkit.vision.DetectorOptions;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A film's boxes are those of its frames as pictures. */
class FilmBoxesTest {

  private static final Path HOME = Path.of(System.getProperty("ovkit.home"));

  @TempDir Path temp;

  @Test
  void theBoxesOnAFilmAreThoseOnItsFramesAsPictures() {
    Path film = temp.resolve("conveyor.mkv");
    int frames = TestFilms.pan(film, HOME.resolve("ir-models/pictures"));
    List<Double> overlaps = new ArrayList<>();
    List<Long> numbers = new ArrayList<>();
    Path ir = HOME.resolve("ir-models/conveyor-parts.xml");
    try (Detector sure = at(ir, 0.65f);
        Detector unsure = at(ir, 0.6f)) {
      Camera camera = Camera.of("film", VideoSource.of(film)).withEveryFrame();
      StreamEngine.of(unsure, camera)
          .run(
              (result, frame) -> {
                numbers.add(result.frame());
                Path png = temp.resolve("frame.png");
                try (Picture picture = frame.picture()) {
                  picture.write(png);
                }
                // A box right at the threshold on one side is not missing on the other.
                overlaps.addAll(overlaps(sure.detect(png), result.detections(), 0.65f));
                overlaps.addAll(overlaps(result.detections(), unsure.detect(png), 0.65f));
              });
    }
    assertThat(numbers).containsExactlyElementsOf(LongStream.range(0, frames).boxed().toList());
    assertThat(overlaps).hasSizeGreaterThan(20 * frames);
    double same = overlaps.stream().filter(overlap -> overlap >= 0.95).count();
    assertThat(same / overlaps.size()).isGreaterThanOrEqualTo(0.99);
  }

  private static Detector at(Path ir, float confidence) {
    DetectOptions options = DetectOptions.defaults().withConfidence(confidence);
    return Detector.open(ir, DetectorOptions.defaults().withDetect(options));
  }

  private static List<Double> overlaps(Detections wanted, Detections among, float surest) {
    return wanted.objects().stream()
        .filter(one -> one.score() >= surest)
        .map(one -> best(one, among))
        .toList();
  }

  private static double best(Detection wanted, Detections among) {
    double best = 0;
    for (Detection one : among) {
      if (one.classId() == wanted.classId()) {
        best = Math.max(best, overlap(one.box(), wanted.box()));
      }
    }
    return best;
  }

  private static double overlap(Box a, Box b) {
    double width = Math.min(a.x() + a.width(), b.x() + b.width()) - Math.max(a.x(), b.x());
    double height = Math.min(a.y() + a.height(), b.y() + b.height()) - Math.max(a.y(), b.y());
    double both = Math.max(0, width) * Math.max(0, height);
    return both / ((double) a.width() * a.height() + (double) b.width() * b.height() - both);
  }
}
