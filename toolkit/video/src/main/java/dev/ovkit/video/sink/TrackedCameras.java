package dev.ovkit.video.sink;

import dev.ovkit.model.Detections;
import dev.ovkit.track.TrackEvent;
import dev.ovkit.track.TrackOptions;
import dev.ovkit.track.Tracker;
import dev.ovkit.track.ZoneMonitor;
import dev.ovkit.video.engine.CameraEvent;
import dev.ovkit.video.engine.StreamListener;
import dev.ovkit.video.engine.StreamResult;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Follows the objects of each camera, and hands the results on with their numbers, and with what
 * they do in zones and at lines. When a camera is opened again, its objects are new ones.
 */
public final class TrackedCameras implements StreamListener {

  /** Where a camera's zones and lines are. */
  @FunctionalInterface
  public interface Monitors {

    /**
     * Makes the monitor of a camera.
     *
     * @param width pixels of its frames
     * @param height pixels of its frames
     */
    ZoneMonitor of(String camera, int width, int height);
  }

  /** A camera's tracker, and the last frame that it has seen. */
  private static final class Followed {
    final Tracker tracker;
    final ZoneMonitor monitor;
    long lastFrame = -1;

    Followed(Tracker tracker, ZoneMonitor monitor) {
      this.tracker = tracker;
      this.monitor = monitor;
    }
  }

  private final TrackOptions options;
  private final Monitors monitors;
  private final StreamListener next;
  private final Map<String, Followed> cameras = new HashMap<>();

  /**
   * Follows objects before their results are handed on.
   *
   * @param monitors asked at the first frame of each camera
   */
  public TrackedCameras(TrackOptions options, Monitors monitors, StreamListener next) {
    this.options = options;
    this.monitors = monitors;
    this.next = next;
  }

  @Override
  public void result(StreamResult result, Drawable frame) {
    Followed camera = cameras.computeIfAbsent(result.camera(), name -> begin(result));
    if (result.frame() <= camera.lastFrame) {
      camera.tracker.restart(); // frames are counted anew
    }
    camera.lastFrame = result.frame();
    Detections numbered = camera.tracker.track(result.detections());
    List<TrackEvent> events = camera.monitor.next(result.time(), camera.tracker.objects());
    next.result(result.withTracks(numbered, events), frame);
  }

  private Followed begin(StreamResult first) {
    Detections found = first.detections();
    return new Followed(
        Tracker.of(options), monitors.of(first.camera(), found.width(), found.height()));
  }

  @Override
  public void event(CameraEvent event) {
    next.event(event);
  }
}
