package dev.ovkit.track;

import dev.ovkit.OptionException;
import dev.ovkit.model.Detection;
import dev.ovkit.model.Detections;
import dev.ovkit.model.DetectorSpec;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Follows the objects of one camera, or of a folder of frames, and numbers them.
 *
 * <pre>{@code
 * DetectOptions wanted = DetectOptions.defaults();
 * DetectorOptions lowered = DetectorOptions.defaults().withDetect(TrackOptions.lowered(wanted));
 * try (Detector detector = Detector.open(Path.of("model.xml"), lowered)) {
 *   Tracker tracker = Tracker.of(TrackOptions.of(detector.spec(), wanted));
 *   for (Path frame : frames) {
 *     Detections found = tracker.track(detector.detect(frame));
 *     found.forEach(
 *         one -> one.track().ifPresent(id -> System.out.println(id + " " + one.box())));
 *   }
 * }
 * }</pre>
 *
 * <p>The method is ByteTrack's, from its paper (see {@link TrackOptions}): sure boxes are matched
 * by overlap with where a Kalman filter expects the tracks, then the tracks that are left are
 * matched with weak boxes, which are often objects that others cover. A box on the first frame has
 * a number at once; later ones have one when they are seen on a second frame. It looks at boxes
 * alone, not at pixels.
 *
 * <p>Its memory is bounded by the boxes of a frame times {@link TrackOptions#keptFrames}. Not for
 * several threads.
 */
public final class Tracker {

  /** A box of the frame, and the track that it belongs to. */
  private static final class Candidate {
    final Detection detection;
    @Nullable Trail trail;

    Candidate(Detection detection) {
      this.detection = detection;
    }
  }

  /** A pair with just the least overlap is better than none. */
  private static final double LEAST_WEIGHT = 1e-9;

  private final TrackOptions options;
  private final List<Trail> trails = new ArrayList<>();
  private boolean first = true;
  private long lastId;

  private Tracker(TrackOptions options) {
    this.options = options;
  }

  /** Makes a tracker that has seen nothing yet. */
  public static Tracker of(TrackOptions options) {
    return new Tracker(options);
  }

  /**
   * Takes the boxes of the next frame. Returns those that are sure, and the weak ones that continue
   * a track; {@link Detection#track} has the number of their object.
   *
   * @throws OptionException when they are classes of whole pictures
   */
  public Detections track(Detections found) {
    if (found.task() == DetectorSpec.Task.CLASSIFY) {
      throw new OptionException(
          "a classifier's results have no boxes to follow; expected a detector");
    }
    List<Candidate> candidates = new ArrayList<>(found.objects().size());
    found.forEach(detection -> candidates.add(new Candidate(detection)));
    trails.forEach(Trail::predict);
    match(Trail::isConfirmed, candidates, this::isSure, options.sureIou());
    match(
        trail -> trail.isConfirmed() && trail.unseen() == 1,
        candidates,
        this::isWeak,
        options.weakIou());
    match(trail -> !trail.isConfirmed(), candidates, this::isSure, options.newIou());
    trails.removeIf(this::isOver);
    for (Trail trail : trails) {
      if (!trail.isConfirmed()) {
        trail.confirm(++lastId);
      }
    }
    start(candidates);
    first = false;
    return numbered(found, candidates);
  }

  /** Pairs tracks that are not on the frame yet with boxes that have no track yet. */
  private void match(
      Predicate<Trail> which,
      List<Candidate> candidates,
      Predicate<Detection> wanted,
      double leastIou) {
    List<Trail> absent =
        trails.stream().filter(trail -> trail.unseen() > 0 && which.test(trail)).toList();
    List<Candidate> free =
        candidates.stream().filter(one -> one.trail == null && wanted.test(one.detection)).toList();
    Assignment assignment = new Assignment(absent.size(), free.size());
    for (int i = 0; i < absent.size(); i++) {
      Trail trail = absent.get(i);
      for (int j = 0; j < free.size(); j++) {
        Detection detection = free.get(j).detection;
        double iou = trail.iou(detection.box());
        if (iou > 0 && iou >= leastIou && trail.mayBe(detection, options.agnostic())) {
          assignment.allow(i, j, iou - leastIou + LEAST_WEIGHT);
        }
      }
    }
    int[] places = assignment.solve();
    for (int i = 0; i < places.length; i++) {
      if (places[i] >= 0) {
        Candidate candidate = free.get(places[i]);
        candidate.trail = absent.get(i);
        absent.get(i).see(candidate.detection);
      }
    }
  }

  private boolean isSure(Detection detection) {
    return detection.score() >= options.sureScore();
  }

  private boolean isWeak(Detection detection) {
    return detection.score() >= options.weakScore() && !isSure(detection);
  }

  private boolean isOver(Trail trail) {
    return trail.unseen() > (trail.isConfirmed() ? options.keptFrames() : 0);
  }

  private void start(List<Candidate> candidates) {
    for (Candidate candidate : candidates) {
      if (candidate.trail == null && candidate.detection.score() >= options.startScore()) {
        Trail trail = new Trail(candidate.detection);
        if (first) {
          trail.confirm(++lastId);
        }
        candidate.trail = trail;
        trails.add(trail);
      }
    }
  }

  private Detections numbered(Detections found, List<Candidate> candidates) {
    List<Detection> objects = new ArrayList<>(candidates.size());
    for (Candidate candidate : candidates) {
      Trail trail = candidate.trail;
      if (trail != null && trail.isConfirmed()) {
        objects.add(candidate.detection.withTrack(trail.id()));
      } else if (isSure(candidate.detection)) {
        objects.add(candidate.detection);
      }
    }
    // Weak boxes that are left out are no boxes outside of the picture, of which an alarm warns.
    boolean allLeftOut = objects.isEmpty() && !found.objects().isEmpty();
    return new Detections(
        found.task(),
        found.width(),
        found.height(),
        objects,
        allLeftOut ? 0 : found.candidates(),
        found.leftOut(),
        found.strayClass(),
        found.timings());
  }

  /** Returns the objects that have a number, seen on the last frame or lost, the oldest first. */
  public List<TrackedObject> objects() {
    return trails.stream().filter(Trail::isConfirmed).map(Trail::object).toList();
  }

  /** Ends all tracks, as after a cut in a film. Numbers go on. */
  public void restart() {
    trails.clear();
    first = true;
  }
}
