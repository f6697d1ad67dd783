package dev.ovkit.track;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ovkit.OptionException;
import dev.ovkit.model.Box;
import dev.ovkit.model.Detection;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class ZoneMonitorTest {

  private static final Zone SQUARE =
      Zone.of("square", corners(100, 100, 200, 100, 200, 200, 100, 200));

  /** Upwards, so that its left is to the left. */
  private static final Line UPWARDS = new Line("gate", new Point(150, 200), new Point(150, 100));

  private static final ZoneOptions AT_ONCE = ZoneOptions.defaults().withSettleFrames(1);

  private final List<TrackEvent> events = new ArrayList<>();
  private int frame;

  private static List<Point> corners(double... numbers) {
    List<Point> corners = new ArrayList<>();
    for (int i = 0; i < numbers.length; i += 2) {
      corners.add(new Point(numbers[i], numbers[i + 1]));
    }
    return corners;
  }

  /** An object whose box stands on a point. */
  private static TrackedObject at(long id, double x, double y) {
    return object(id, x, y, "part", TrackedObject.State.SEEN);
  }

  private static TrackedObject object(
      long id, double x, double y, String label, TrackedObject.State state) {
    Box box = new Box((float) x - 10, (float) y - 30, 20, 30);
    return new TrackedObject(id, label, 0, box, 0.9f, 0, state);
  }

  private static ZoneMonitor zone(Zone zone, ZoneOptions options) {
    return ZoneMonitor.of("camera", List.of(zone), List.of(), options);
  }

  private static ZoneMonitor line(ZoneOptions options) {
    return ZoneMonitor.of("camera", List.of(), List.of(UPWARDS), options);
  }

  /** The next frame, a second after the last one. */
  private ZoneMonitorTest see(ZoneMonitor monitor, TrackedObject... objects) {
    events.addAll(monitor.next(Duration.ofSeconds(frame++), List.of(objects)));
    return this;
  }

  private List<String> names() {
    return events.stream().map(event -> event.getClass().getSimpleName()).toList();
  }

  @Test
  void anObjectEntersStaysAndLeaves() {
    ZoneMonitor monitor = zone(SQUARE.withDwell(Duration.ofSeconds(3)), AT_ONCE);
    for (double x : new double[] {50, 110, 130, 150, 170, 190, 250}) {
      see(monitor, at(7, x, 150));
    }
    assertThat(events)
        .containsExactly(
            new TrackEvent.Entered("camera", Duration.ofSeconds(1), "square", at(7, 110, 150)),
            new TrackEvent.Occupied("camera", Duration.ofSeconds(1), "square", "part", 1),
            new TrackEvent.Dwelt(
                "camera", Duration.ofSeconds(4), "square", at(7, 170, 150), Duration.ofSeconds(3)),
            new TrackEvent.Left(
                "camera", Duration.ofSeconds(6), "square", at(7, 250, 150), Duration.ofSeconds(4)),
            new TrackEvent.Occupied("camera", Duration.ofSeconds(6), "square", "part", 0));
  }

  @Test
  void aBoxThatShakesAtABorderIsNoEvent() {
    ZoneMonitor monitor = zone(SQUARE, ZoneOptions.defaults());
    for (int i = 0; i < 20; i++) {
      see(monitor, at(1, i % 2 == 0 ? 99 : 101, 150));
    }
    assertThat(events).isEmpty();
    see(monitor, at(1, 101, 150)).see(monitor, at(1, 101, 150));
    assertThat(names()).containsExactly("Entered", "Occupied");
  }

  @Test
  void theBottomOfABoxDecidesUnlessAnotherPointIsAskedFor() {
    TrackedObject above = at(1, 150, 99); // its box reaches from 69 to 99
    TrackedObject below = at(1, 150, 210); // its box reaches from 180 to 210
    see(zone(SQUARE, AT_ONCE), above).see(zone(SQUARE, AT_ONCE), below);
    assertThat(events).isEmpty();
    see(zone(SQUARE, AT_ONCE.withAnchor(BoxAnchor.CENTRE)), below);
    assertThat(names()).containsExactly("Entered", "Occupied");
    see(zone(SQUARE, AT_ONCE.withAnchor(BoxAnchor.TOP)), below);
    assertThat(names()).hasSize(4);
    see(zone(SQUARE, AT_ONCE.withAnchor(BoxAnchor.TOP)), above);
    assertThat(names()).hasSize(4);
  }

  @Test
  void aLostObjectStaysAndATrackThatEndsHasLeft() {
    ZoneMonitor monitor = zone(SQUARE, AT_ONCE);
    TrackedObject lost = object(1, 300, 300, "part", TrackedObject.State.LOST);
    see(monitor, at(1, 150, 150)).see(monitor, at(1, 150, 150)).see(monitor, lost);
    assertThat(names()).containsExactly("Entered", "Occupied");
    see(monitor);
    assertThat(events.get(2))
        .isEqualTo(
            new TrackEvent.Left(
                "camera", Duration.ofSeconds(3), "square", at(1, 150, 150), Duration.ofSeconds(1)));
    assertThat(names()).containsExactly("Entered", "Occupied", "Left", "Occupied");
    see(monitor).see(monitor);
    assertThat(events).hasSize(4);
  }

  @Test
  void theInsideIsCountedForEachClassAsItCameIn() {
    ZoneMonitor monitor = zone(SQUARE, AT_ONCE);
    see(
        monitor,
        object(1, 150, 150, "bolt", TrackedObject.State.SEEN),
        object(2, 160, 150, "nut", TrackedObject.State.SEEN));
    see(
        monitor,
        object(1, 150, 150, "nut", TrackedObject.State.SEEN),
        object(2, 160, 150, "nut", TrackedObject.State.SEEN));
    see(monitor);
    Map<String, Integer> last = new TreeMap<>();
    for (TrackEvent event : events) {
      if (event instanceof TrackEvent.Occupied occupied) {
        last.put(occupied.label(), occupied.inside());
      }
    }
    assertThat(last).containsExactly(Map.entry("bolt", 0), Map.entry("nut", 0));
  }

  @Test
  void aLineIsCrossedEitherWayAndCountedForEachWay() {
    ZoneMonitor monitor = line(ZoneOptions.defaults());
    for (double x : new double[] {100, 140, 160, 180, 160, 140, 120}) {
      see(monitor, at(3, x, 150));
    }
    assertThat(events)
        .containsExactly(
            new TrackEvent.Crossed(
                "camera",
                Duration.ofSeconds(3),
                "gate",
                at(3, 180, 150),
                Line.Direction.LEFT_TO_RIGHT),
            new TrackEvent.Counted("camera", Duration.ofSeconds(3), "gate", "part", 1, 0),
            new TrackEvent.Crossed(
                "camera",
                Duration.ofSeconds(6),
                "gate",
                at(3, 120, 150),
                Line.Direction.RIGHT_TO_LEFT),
            new TrackEvent.Counted("camera", Duration.ofSeconds(6), "gate", "part", 1, 1));
  }

  /** A fast object may be on neither frame near the line. */
  @Test
  void aLineIsCrossedBetweenTwoFrames() {
    ZoneMonitor monitor = line(AT_ONCE);
    see(monitor, at(1, 20, 150)).see(monitor, at(1, 280, 140));
    assertThat(names()).containsExactly("Crossed", "Counted");
  }

  @Test
  void whatPassesBesideALineDoesNotCrossIt() {
    ZoneMonitor monitor = line(AT_ONCE);
    see(monitor, at(1, 140, 210)).see(monitor, at(1, 160, 210));
    see(monitor, at(2, 140, 90)).see(monitor, at(2, 160, 90));
    // Around the end, and then back through it.
    see(monitor, at(1, 160, 150)).see(monitor, at(1, 140, 150));
    assertThat(events)
        .filteredOn(TrackEvent.Crossed.class::isInstance)
        .singleElement()
        .satisfies(
            event ->
                assertThat(((TrackEvent.Crossed) event).direction())
                    .isEqualTo(Line.Direction.RIGHT_TO_LEFT));
  }

  @Test
  void onTheLineItselfNothingIsDecided() {
    ZoneMonitor monitor = line(AT_ONCE);
    see(monitor, at(1, 150, 150)).see(monitor, at(1, 140, 150)).see(monitor, at(1, 150, 150));
    assertThat(events).isEmpty();
    see(monitor, at(1, 160, 150));
    assertThat(names()).containsExactly("Crossed", "Counted");
  }

  @Test
  void anotherObjectInTheSamePlaceHasNotCrossed() {
    ZoneMonitor monitor = line(AT_ONCE);
    see(monitor, at(1, 140, 150)).see(monitor).see(monitor, at(2, 160, 150));
    see(monitor, at(1, 160, 150));
    assertThat(events).as("a number that was given up begins anew").isEmpty();
  }

  @Test
  void aPolygonMayBeConcaveAndHasItsOwnBorders() {
    Zone hook =
        Zone.of("hook", corners(0, 0, 30, 0, 30, 30, 20, 30, 20, 10, 10, 10, 10, 30, 0, 30));
    assertThat(hook.contains(new Point(5, 20))).isTrue();
    assertThat(hook.contains(new Point(15, 20))).as("between its arms").isFalse();
    assertThat(hook.contains(new Point(25, 20))).isTrue();
    assertThat(hook.contains(new Point(15, 5))).isTrue();
    assertThat(hook.contains(new Point(-1, 5))).isFalse();

    Zone left = Zone.of("left", corners(0, 0, 10, 0, 10, 10, 0, 10));
    Zone right = Zone.of("right", corners(10, 0, 20, 0, 20, 10, 10, 10));
    for (double y = 0; y < 10; y++) {
      Point shared = new Point(10, y);
      assertThat(left.contains(shared)).isNotEqualTo(right.contains(shared));
    }
  }

  @Test
  void zonesAndLinesThatCannotWorkAreRefused() {
    assertThatThrownBy(() -> Zone.of("door", corners(0, 0, 10, 10)))
        .isInstanceOf(OptionException.class)
        .hasMessage("zone 'door': 2 different corners, expected at least 3");
    assertThatThrownBy(() -> Zone.of("door", corners(0, 0, 10, 10, 0, 0, 10, 10)))
        .hasMessage("zone 'door': 2 different corners, expected at least 3");
    assertThatThrownBy(() -> Zone.of("door", corners(0, 0, 10, 10, 20, 20)))
        .hasMessage("zone 'door': its corners are on one line, expected an area");
    assertThatThrownBy(() -> Zone.of(" ", SQUARE.corners())).hasMessage("a zone needs a name");
    assertThatThrownBy(() -> SQUARE.withDwell(Duration.ZERO))
        .hasMessage("zone 'square': a stay of PT0S, expected more than no time");
    assertThatThrownBy(() -> new Line("gate", new Point(1, 2), new Point(1, 2)))
        .isInstanceOf(OptionException.class)
        .hasMessage("line 'gate': both its points are 1.0,2.0, expected two different ones");
    assertThatThrownBy(() -> ZoneOptions.defaults().withSettleFrames(0))
        .hasMessage("frames until an object has changed its place: 0, expected 1 or more");
    assertThatThrownBy(
            () ->
                ZoneMonitor.of(
                    "camera",
                    List.of(new Zone("gate", SQUARE.corners(), Optional.empty())),
                    List.of(UPWARDS),
                    AT_ONCE))
        .hasMessage("two zones or lines are called 'gate'; give each its own name");
  }

  /** The whole million is benchmarks/tracking.sh --soak. */
  @Test
  void nothingAddsUpOverAHundredThousandFrames() {
    Tracker tracker = Tracker.of(TrackOptions.defaults().withKeptFrames(10));
    ZoneMonitor monitor =
        ZoneMonitor.of("camera", List.of(SQUARE), List.of(UPWARDS), ZoneOptions.defaults());
    long crossed = 0;
    for (int i = 0; i < 100_000; i++) {
      // Three objects pass, one behind the other, each for 60 frames; then three others.
      List<Detection> found = new ArrayList<>();
      for (int k = 0; k < 3; k++) {
        float x = (i + 20 * k) % 60 * 5;
        found.add(new Detection("part", 0, 0.9f, new Box(x, 130, 30, 30)));
      }
      tracker.track(Frames.of(found.toArray(Detection[]::new)));
      crossed +=
          monitor.next(Duration.ofMillis(40L * i), tracker.objects()).stream()
              .filter(event -> event instanceof TrackEvent.Crossed)
              .count();
      assertThat(tracker.objects()).hasSizeLessThanOrEqualTo(6);
      assertThat(monitor.remembered()).isLessThanOrEqualTo(12);
    }
    assertThat(crossed).isGreaterThan(4900);
  }
}
