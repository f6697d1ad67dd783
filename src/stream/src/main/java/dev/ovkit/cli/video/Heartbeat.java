package dev.ovkit.cli.video;

import dev.ovkit.video.engine.CameraCounts;
import dev.ovkit.video.engine.CameraEvent;
import dev.ovkit.video.engine.StreamEngine;
import dev.ovkit.watch.ServiceManager;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Reports to the service manager: that the engine is ready, its counts, and that it is alive,
 * unless a camera's frames are stuck in the detector or in an output.
 */
final class Heartbeat implements AutoCloseable {

  private static final Duration STUCK = Duration.ofSeconds(30);
  private static final Duration PERIOD = Duration.ofSeconds(1);

  private final StreamEngine engine;
  private final ServiceManager manager;
  private final CountDownLatch closed = new CountDownLatch(1);
  private final Thread thread = new Thread(this::run, "ovkit-heartbeat");

  Heartbeat(StreamEngine engine, ServiceManager manager) {
    this.engine = engine;
    this.manager = manager;
    thread.setDaemon(true);
    thread.start();
  }

  private void run() {
    try {
      manager.ready();
      do {
        if (engine.stuck().compareTo(STUCK) < 0) {
          manager.beat();
        }
        manager.status(status(engine.counts()));
      } while (!closed.await(PERIOD.toMillis(), TimeUnit.MILLISECONDS));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    manager.stopping();
  }

  private static String status(List<CameraCounts> counts) {
    return "%d of %d sources playing, %d frames looked at, %d detections missed"
        .formatted(
            counts.stream().filter(one -> one.state() == CameraEvent.State.PLAYING).count(),
            counts.size(),
            counts.stream().mapToLong(CameraCounts::detected).sum(),
            counts.stream().mapToLong(CameraCounts::missed).sum());
  }

  @Override
  public void close() {
    closed.countDown();
    try {
      thread.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
