package dev.ovkit.video.sink;

import dev.ovkit.model.Detections;
import dev.ovkit.track.TrackEvent;
import dev.ovkit.track.TrackOptions;
import dev.ovkit.track.Tracker;
import dev.ovkit.track.ZoneMonitor;
import dev.ovkit.video.engine.CameraEvent;
import dev.ovkit.video.engine.StreamListener;
import dev.ovkit.video.engine.StreamResult;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Follows the objects of each camera, and hands the results on with their numbers, and with what
 * they do in zones and at lines. When a camera is opened again, its objects are new ones. {@link
 * #change} may be called by any thread.
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
    ZoneMonitor monitor;
    WatchedMarkings markings;
    long lastFrame = -1;

    Followed(Tracker tracker, ZoneMonitor monitor) {
      this.tracker = tracker;
      this.monitor = monitor;
      this.markings = new WatchedMarkings(monitor);
    }

    void watch(ZoneMonitor other) {
      monitor = other;
      markings = new WatchedMarkings(other);
    }
  }

  private final TrackOptions options;
  private volatile Monitors monitors;
  private final StreamListener next;
  private final Map<String, Followed> cameras = new HashMap<>();

  /** Cameras whose zones and lines are others now. */
  private final Set<String> changed = ConcurrentHashMap.newKeySet();

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

  /**
   * Watches other zones and lines from the next frame on. Objects keep their numbers; counts begin
   * anew.
   *
   * @param names the cameras whose zones and lines are others now
   */
  public void change(Monitors others, Collection<String> names) {
    monitors = others;
    changed.addAll(names);
  }

  @Override
  public void result(StreamResult result, Drawable frame) {
    Followed camera = cameras.computeIfAbsent(result.camera(), name -> begin(result));
    if (changed.remove(result.camera())) {
      camera.watch(monitor(result));
    }
    if (result.frame() <= camera.lastFrame) {
      camera.tracker.restart(); // frames are counted anew
    }
    camera.lastFrame = result.frame();
    Detections numbered = camera.tracker.track(result.detections());
    List<TrackEvent> events = camera.monitor.next(result.time(), camera.tracker.objects());
    next.result(result.withTracks(numbered, events, camera.markings.after(events)), frame);
  }

  private Followed begin(StreamResult first) {
    return new Followed(Tracker.of(options), monitor(first));
  }

  private ZoneMonitor monitor(StreamResult result) {
    Detections found = result.detections();
    return monitors.of(result.camera(), found.width(), found.height());
  }

  @Override
  public void event(CameraEvent event) {
    next.event(event);
  }
}
