package dev.ovkit.video.engine;

import dev.ovkit.machine.ProcessUsage;
import dev.ovkit.model.Detections;
import dev.ovkit.video.decode.TestFilms;
import dev.ovkit.video.decode.VideoReader;
import dev.ovkit.video.decode.VideoSource;
import dev.ovkit.video.rtsp.CodedFilm;
import dev.ovkit.video.rtsp.RtspServer;
import dev.ovkit.video.rtsp.RtspServer.Behaviour;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;

/**
 * Cameras in real time, and a detector that takes far too long: memory must stay, results be young,
 * and no camera starve or lose its session. {@code OverloadTest} is the same on a clock of its own.
 *
 * <p>Arguments: how many cameras, milliseconds of a detection, and seconds of the measurement. Its
 * exit code is 4 if something is not as it must be.
 */
final class Overload {

  private static final int EXIT_FAILED = 4;
  private static final double MOST_GROWTH = 1.03;
  private static final Duration FRAME = Duration.ofMillis(40);
  private static final int WIDTH = 640;
  private static final int HEIGHT = 360;

  private final int cameras;
  private final int millis;
  private final long end;
  private final long half;
  private volatile Duration oldest = Duration.ZERO;
  private volatile ProcessUsage early = ProcessUsage.here();

  private Overload(int cameras, int millis, int seconds) throws IOException {
    this.cameras = cameras;
    this.millis = millis;
    long now = System.nanoTime();
    this.end = now + TimeUnit.SECONDS.toNanos(seconds);
    this.half = now + TimeUnit.SECONDS.toNanos(seconds) / 2;
  }

  public static void main(String[] arguments) throws IOException {
    Path folder = Files.createTempDirectory("ovkit-overload-");
    Path film = TestFilms.film(folder.resolve("film.avi"), WIDTH, HEIGHT, 50);
    CodedFilm parts = CodedFilm.read(film);
    Files.delete(film);
    Files.delete(folder);
    boolean held =
        new Overload(
                Integer.parseInt(arguments[0]),
                Integer.parseInt(arguments[1]),
                Integer.parseInt(arguments[2]))
            .run(parts);
    if (!held) {
      System.exit(EXIT_FAILED);
    }
  }

  private Detections detect() {
    try {
      TimeUnit.MILLISECONDS.sleep(millis);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    return new Detections(WIDTH, HEIGHT, List.of(), 0, 0, Detections.Timings.NONE);
  }

  private boolean run(CodedFilm film) throws IOException {
    try (RtspServer server = new RtspServer(List.of(film), FRAME, Behaviour.PLAY)) {
      StreamOptions options = StreamOptions.defaults();
      StreamEngine[] engine = new StreamEngine[1];
      engine[0] =
          new StreamEngine(
              frame -> detect(),
              1,
              options,
              IntStream.range(0, cameras)
                  .mapToObj(i -> Camera.of("cam" + i, VideoSource.of(server.url())))
                  .toList(),
              (one, stopped) -> VideoReader.open(one.source(), options.reading(), stopped));
      boolean[] halfway = new boolean[1];
      List<CameraCounts> counts =
          engine[0].run(
              (result, frame) -> {
                oldest = result.age().compareTo(oldest) > 0 ? result.age() : oldest;
                if (!halfway[0] && System.nanoTime() >= half) {
                  halfway[0] = true;
                  early = usage();
                }
                if (System.nanoTime() >= end) {
                  engine[0].stop();
                }
              });
      return report(counts, server.openings());
    }
  }

  private static ProcessUsage usage() {
    try {
      return ProcessUsage.here();
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  private boolean report(List<CameraCounts> counts, int sessions) {
    ProcessUsage late = usage();
    long fewest = counts.stream().mapToLong(CameraCounts::detected).min().orElse(0);
    long most = counts.stream().mapToLong(CameraCounts::detected).max().orElse(0);
    Duration allowed = Duration.ofMillis(2L * cameras * millis).plus(FRAME);
    boolean held =
        late.resident() <= early.resident() * MOST_GROWTH
            && oldest.compareTo(allowed) <= 0
            && fewest > 0
            && most - fewest <= 2
            && sessions == cameras;
    System.out.printf(
        Locale.ROOT,
        "{\"cameras\": %d, \"detection_ms\": %d, \"fewest\": %d, \"most\": %d, \"missed\": %d, \"oldest_ms\": %d, \"allowed_ms\": %d, \"sessions\": %d, \"early_mb\": %.1f, \"late_mb\": %.1f, \"holds\": %s}%n",
        cameras,
        millis,
        fewest,
        most,
        counts.stream().mapToLong(CameraCounts::missed).sum(),
        oldest.toMillis(),
        allowed.toMillis(),
        sessions,
        early.resident() / 1e6,
        late.resident() / 1e6,
        held);
    return held;
  }
}
