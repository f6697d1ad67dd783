package dev.ovkit.video.engine;

import dev.ovkit.video.decode.FrameScaler;
import dev.ovkit.video.decode.VideoFrame;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** The frames between a camera's reader and the detector. Guarded by the {@link Dispatcher}. */
final class CameraFeed {

  final Camera camera;

  /** Whether frames that are not fetched in time give way to newer ones. */
  final boolean live;

  final Schedule schedule;
  final @Nullable MotionGate gate;

  /** The most frames that are taken and not yet delivered. */
  final int most;

  final Deque<VideoFrame> waiting = new ArrayDeque<>();

  /** Finished work, by its number, until all earlier work is finished too. */
  final Map<Long, Consumer<FrameScaler>> finished = new TreeMap<>();

  CameraEvent.State state = CameraEvent.State.OPENING;
  double served;
  int inWork;
  boolean delivering;

  /** Whether it is no longer watched. */
  boolean gone;

  /** When it last got a frame to work on, or delivered one. */
  long progressNanos;

  long taken;
  long delivered;
  long decoded;
  long skipped;
  long detected;
  long unneeded;
  long dropped;
  long missed;
  long still;
  long unreadable;
  long reconnects;

  CameraFeed(Camera camera, int number, StreamOptions options, int workers) {
    this.camera = camera;
    this.live = camera.source().isLive() || options.realTime();
    this.schedule = live ? Schedule.ofCamera(camera.fps(), number) : Schedule.ofFilm(camera.fps());
    this.gate = options.motionGate() ? new MotionGate(options.stillAtMost()) : null;
    // The gate compares each frame with the one before; a camera has one frame at a time anyway.
    this.most = live || gate != null ? 1 : 2 * workers;
  }

  boolean isReady() {
    return !waiting.isEmpty() && inWork < most;
  }

  CameraCounts counts() {
    return new CameraCounts(
        camera.name(),
        state,
        decoded,
        skipped,
        detected,
        unneeded,
        dropped,
        missed,
        still,
        unreadable,
        reconnects);
  }
}
