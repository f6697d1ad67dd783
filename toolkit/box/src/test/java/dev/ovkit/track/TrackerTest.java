package dev.ovkit.track;

import static dev.ovkit.track.Frames.numbers;
import static dev.ovkit.track.Frames.part;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ovkit.OptionException;
import dev.ovkit.model.Detection;
import dev.ovkit.model.Detections;
import dev.ovkit.model.DetectorSpec;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Random;
import org.junit.jupiter.api.Test;

class TrackerTest {

  private final Tracker tracker = Tracker.of(TrackOptions.defaults());

  private List<Long> see(Detection... found) {
    return numbers(tracker.track(Frames.of(found)));
  }

  @Test
  void anObjectKeepsItsNumberWhileItMoves() {
    for (int i = 0; i < 50; i++) {
      assertThat(see(part(10 + 6 * i, 20 + 3 * i, 40, 80, 0.9))).containsExactly(1L);
    }
    TrackedObject object = tracker.objects().get(0);
    assertThat(object.id()).isEqualTo(1);
    assertThat(object.age()).isEqualTo(49);
    assertThat(object.isSeen()).isTrue();
    assertThat(object.label()).isEqualTo("class 0");
    assertThat(object.score()).isEqualTo(0.9f);
    assertThat(object.box()).isEqualTo(part(304, 167, 40, 80, 1).box());
  }

  /** What is seen once may be a mistake of the detector. */
  @Test
  void afterTheFirstFrameAnObjectIsNumberedWhenItIsSeenAgain() {
    see();
    assertThat(see(part(10, 10, 40, 40, 0.9))).containsExactly(0L);
    assertThat(see()).isEmpty();
    assertThat(see(part(10, 10, 40, 40, 0.9))).containsExactly(0L);
    assertThat(tracker.objects()).isEmpty();
    assertThat(see(part(12, 10, 40, 40, 0.9))).containsExactly(1L);
  }

  @Test
  void aBoxBetweenSureAndStartingScoreContinuesATrackButStartsNone() {
    see(part(10, 10, 40, 40, 0.9));
    assertThat(see(part(10, 10, 40, 40, 0.65), part(500, 10, 40, 40, 0.65)))
        .containsExactly(1L, 0L);
    assertThat(see(part(10, 10, 40, 40, 0.65), part(500, 10, 40, 40, 0.65)))
        .containsExactly(1L, 0L);
  }

  /** A covered object has a low score; without its box it would be lost. */
  @Test
  void aWeakBoxContinuesATrackAndIsDroppedElsewhere() {
    see(part(10, 10, 40, 80, 0.9));
    for (int i = 1; i < 60; i++) {
      Detections tracked =
          tracker.track(Frames.of(part(700, 700, 40, 80, 0.4), part(10 + 4 * i, 10, 40, 80, 0.2)));
      assertThat(numbers(tracked)).containsExactly(1L);
      assertThat(tracked.objects().get(0).score()).isEqualTo(0.2f);
    }
    assertThat(see(part(250, 10, 40, 80, 0.05))).as("weaker than weak").isEmpty();
  }

  @Test
  void aWeakBoxDoesNotReviveALostTrack() {
    see(part(10, 10, 40, 80, 0.9));
    see();
    assertThat(see(part(10, 10, 40, 80, 0.3))).isEmpty();
    assertThat(see(part(10, 10, 40, 80, 0.9))).containsExactly(1L);
  }

  /** The gap is six widths long: no box overlaps with the last one that was seen. */
  @Test
  void anObjectThatPassesBehindSomethingIsFoundWhereItsMotionLeads() {
    for (int i = 0; i < 20; i++) {
      see(part(12 * i, 300, 40, 80, 0.9));
    }
    for (int i = 20; i < 40; i++) {
      assertThat(see()).isEmpty();
      assertThat(tracker.objects())
          .singleElement()
          .satisfies(lost -> assertThat(lost.state()).isEqualTo(TrackedObject.State.LOST));
    }
    assertThat(tracker.objects().get(0).box().iou(part(12 * 39, 300, 40, 80, 1).box()))
        .isGreaterThan(0.8);
    assertThat(see(part(12 * 40, 300, 40, 80, 0.9))).containsExactly(1L);
  }

  @Test
  void aLostTrackIsKeptForItsFramesAndItsNumberIsNeverGivenAgain() {
    Tracker brief = Tracker.of(TrackOptions.defaults().withKeptFrames(3));
    Detection still = part(10, 10, 40, 40, 0.9);
    brief.track(Frames.of(still));
    for (int missed = 0; missed < 3; missed++) {
      brief.track(Frames.of());
    }
    assertThat(numbers(brief.track(Frames.of(still)))).containsExactly(1L);
    for (int missed = 0; missed < 4; missed++) {
      brief.track(Frames.of());
    }
    assertThat(brief.objects()).isEmpty();
    assertThat(numbers(brief.track(Frames.of(still)))).containsExactly(0L);
    assertThat(numbers(brief.track(Frames.of(still)))).containsExactly(2L);
  }

  @Test
  void twoObjectsThatCrossKeepTheirNumbers() {
    for (int i = 0; i < 60; i++) {
      List<Long> numbers =
          see(part(100 + 8 * i, 300, 50, 100, 0.9), part(572 - 8 * i, 310, 50, 100, 0.8));
      assertThat(numbers).as("frame %d", i).containsExactly(1L, 2L);
    }
  }

  /** As the detector sees it: the farther of two is first weak, then not found at all. */
  @Test
  void anObjectThatAnotherCoversComesOutWithItsNumber() {
    for (int i = 0; i < 60; i++) {
      double gap = Math.abs(472 - 16 * i);
      Detection near = part(100 + 8 * i, 300, 50, 100, 0.9);
      Detection far = part(572 - 8 * i, 310, 50, 100, gap < 30 ? 0.3 : 0.8);
      List<Long> numbers = gap < 10 ? see(near) : see(near, far);
      assertThat(numbers.get(0)).isEqualTo(1);
      assertThat(numbers.subList(1, numbers.size())).as("frame %d", i).allMatch(n -> n == 2);
    }
  }

  @Test
  void aTrackStaysInItsClassUnlessClassesDoNotCount() {
    see(part(3, 10, 10, 40, 40, 0.9));
    assertThat(see(part(4, 10, 10, 40, 40, 0.9))).containsExactly(0L);
    assertThat(see(part(4, 10, 10, 40, 40, 0.9))).containsExactly(2L);

    Tracker agnostic = Tracker.of(TrackOptions.defaults().withAgnostic(true));
    agnostic.track(Frames.of(part(3, 10, 10, 40, 40, 0.9)));
    assertThat(numbers(agnostic.track(Frames.of(part(4, 10, 10, 40, 40, 0.9)))))
        .containsExactly(1L);
    assertThat(agnostic.objects().get(0).classId()).isEqualTo(4);
  }

  @Test
  void afterARestartNumbersGoOn() {
    assertThat(see(part(10, 10, 40, 40, 0.9))).containsExactly(1L);
    tracker.restart();
    assertThat(tracker.objects()).isEmpty();
    assertThat(see(part(10, 10, 40, 40, 0.9))).containsExactly(2L);
  }

  @Test
  void everythingElseOfAResultStays() {
    Detection posed =
        part(10, 10, 40, 40, 0.9).withKeyPoints(List.of(new Detection.KeyPoint(12, 13, 0.5f)));
    Detections found = posed(posed);
    Detections tracked = tracker.track(found);
    assertThat(tracked).isEqualTo(posed(posed.withTrack(1)));
    assertThat(tracked.objects().get(0).keyPoints()).isEqualTo(posed.keyPoints());
  }

  private static Detections posed(Detection object) {
    return new Detections(
        DetectorSpec.Task.POSE,
        640,
        480,
        List.of(object),
        7,
        3,
        OptionalInt.of(99),
        Detections.Timings.NONE);
  }

  /** An empty result with candidates would mean that the model is read wrongly. */
  @Test
  void leavingOutAllWeakBoxesRaisesNoAlarm() {
    Detections tracked = tracker.track(Frames.of(part(10, 10, 40, 40, 0.3)));
    assertThat(tracked.objects()).isEmpty();
    assertThat(tracked.alarm()).isEmpty();
  }

  @Test
  void boxesWithoutAreaAreNoReasonToFail() {
    for (int i = 0; i < 40; i++) {
      see(part(10, 10, 0, 0, 0.9), part(10, 10, 0, 50, 0.9), part(300, 300, 40, 40, 0.9));
    }
    assertThat(see(part(300, 300, 40, 40, 0.9))).doesNotContain(0L);
  }

  @Test
  void classesOfWholePicturesAreRefused() {
    Detections classes =
        new Detections(
            DetectorSpec.Task.CLASSIFY,
            10,
            10,
            List.of(part(0, 0, 10, 10, 1)),
            1,
            0,
            Detections.Timings.NONE);
    assertThatThrownBy(() -> tracker.track(classes))
        .isInstanceOf(OptionException.class)
        .hasMessage("a classifier's results have no boxes to follow; expected a detector");
  }

  /** Boxes anywhere, as a broken detector reports them: the worst that memory can meet. */
  @Test
  void tracksDoNotAddUpAndNumbersOnlyRise() {
    Random random = new Random(1);
    int keptFrames = 5;
    Tracker busy = Tracker.of(TrackOptions.defaults().withKeptFrames(keptFrames));
    Map<Long, Integer> lastSeen = new HashMap<>();
    long highest = 0;
    for (int frame = 0; frame < 3000; frame++) {
      List<Detection> found = new ArrayList<>();
      for (int i = 0; i < 20; i++) {
        found.add(part(random.nextInt(200), random.nextInt(200), 60, 60, random.nextDouble()));
      }
      Detections tracked = busy.track(Frames.of(found.toArray(Detection[]::new)));
      List<Long> numbers = numbers(tracked).stream().filter(number -> number > 0).toList();
      assertThat(numbers).doesNotHaveDuplicates();
      for (long number : numbers) {
        Integer before = lastSeen.put(number, frame);
        if (before == null) {
          assertThat(number).as("numbers are given in order").isGreaterThan(highest);
        } else {
          assertThat(frame - before).isLessThanOrEqualTo(keptFrames + 1);
        }
      }
      highest = numbers.stream().mapToLong(Long::longValue).reduce(highest, Math::max);
      assertThat(busy.objects()).hasSizeLessThanOrEqualTo(20 * (keptFrames + 1));
    }
    assertThat(highest).isGreaterThan(1000);
  }
}
