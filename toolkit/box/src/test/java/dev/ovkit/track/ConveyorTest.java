package dev.ovkit.track;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ovkit.model.Detection;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Parts on a belt, with a detector's faults, counted as they cross a line. */
class ConveyorTest {

  private static final int PARTS = 1200;
  private static final int CLASSES = 3;

  /** The distance between two parts on the belt, and how far it moves in a second. */
  private static final double GAP = 150;

  private static final double SPEED = 200;

  @ParameterizedTest
  @CsvSource({"25, 0.01", "8, 0.03"})
  void theCountOfEachClassIsTheTruth(int framesPerSecond, double mostWrong) {
    Random random = new Random(3);
    Map<String, Long> truth = new TreeMap<>();
    double[] across = new double[PARTS];
    int[] classes = new int[PARTS];
    for (int i = 0; i < PARTS; i++) {
      across[i] = 100 + 400 * random.nextDouble();
      classes[i] = random.nextInt(CLASSES);
      truth.merge("class " + classes[i], 1L, Long::sum);
    }
    Tracker tracker = Tracker.of(TrackOptions.defaults());
    Line line = new Line("line", new Point(640, 720), new Point(640, 0));
    ZoneMonitor monitor =
        ZoneMonitor.of(
            "belt", List.of(), List.of(line), ZoneOptions.defaults().withAnchor(BoxAnchor.CENTRE));
    Map<String, Long> counted = new TreeMap<>();
    double end = PARTS * GAP + 1500;
    int frame = 0;
    for (double moved = 0; moved < end; moved += SPEED / framesPerSecond) {
      List<Detection> found = new ArrayList<>();
      for (int i = 0; i < PARTS; i++) {
        double x = moved - i * GAP - 100;
        if (x > -60 && x < 1280 && random.nextDouble() > 0.05) {
          double score = random.nextDouble() < 0.1 ? 0.3 : 0.9;
          double shake = 2 * random.nextGaussian();
          found.add(Frames.part(classes[i], x + shake, across[i] + shake, 60, 60, score));
        }
      }
      if (random.nextDouble() < 0.2) { // a false box
        found.add(Frames.part(0, 1280 * random.nextDouble(), 300, 50, 50, random.nextDouble()));
      }
      tracker.track(Frames.of(found.toArray(Detection[]::new)));
      Duration time = Duration.ofMillis(1000L * frame++ / framesPerSecond);
      for (TrackEvent event : monitor.next(time, tracker.objects())) {
        if (event instanceof TrackEvent.Counted count) {
          counted.put(count.label(), count.leftToRight());
          assertThat(count.rightToLeft()).as("nothing comes back").isZero();
        }
      }
    }
    truth.forEach(
        (label, number) ->
            assertThat(Math.abs(counted.get(label) - number))
                .as("%s of %s: %s", number, label, counted)
                .isLessThanOrEqualTo((long) (mostWrong * number)));
  }
}
