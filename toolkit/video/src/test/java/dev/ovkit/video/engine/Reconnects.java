package dev.ovkit.video.engine;

import dev.ovkit.machine.ProcessUsage;
import dev.ovkit.video.decode.ReadOptions;
import dev.ovkit.video.decode.ReadOptions.Transport;
import dev.ovkit.video.decode.TestFilms;
import dev.ovkit.video.rtsp.CodedFilm;
import dev.ovkit.video.rtsp.RtspServer;
import dev.ovkit.video.rtsp.RtspServer.Behaviour;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;

/**
 * What a process holds after its camera was opened again some times, and after many times.
 *
 * <p>As a program: the transport, TCP or UDP, and how many times. Its exit code is 4 if something
 * has grown.
 *
 * @param early after a fifth of the times
 * @param late after all of them
 */
record Reconnects(ProcessUsage early, ProcessUsage late) {

  /** What the JVM opens, starts and frees for itself now and then. */
  private static final int SPARE = 4;

  private static final int EXIT_GROWN = 4;
  private static final double MOST_GROWTH = 1.03;

  /** Watches a camera that plays a film and cuts the connection, until it was opened so often. */
  static Reconnects of(CodedFilm film, Transport transport, int count) throws IOException {
    StreamOptions options =
        StreamOptions.defaults()
            .withReading(ReadOptions.defaults().withTransport(transport))
            .withPauses(Duration.ofMillis(2), Duration.ofMillis(2));
    try (RtspServer camera = new RtspServer(List.of(film), Duration.ZERO, Behaviour.CUT)) {
      CameraWatch watch = new CameraWatch(camera.url(), options);
      watch.until(() -> camera.openings() >= count / 5);
      ProcessUsage early = ProcessUsage.here();
      watch.until(() -> camera.openings() >= count);
      return new Reconnects(early, ProcessUsage.here());
    }
  }

  boolean keepsDescriptorsAndThreads() {
    return late.descriptors() <= early.descriptors() + SPARE
        && late.threads() <= early.threads() + SPARE;
  }

  private boolean keepsMemory() {
    return late.resident() <= early.resident() * MOST_GROWTH;
  }

  public static void main(String[] arguments) throws IOException {
    Path folder = Files.createTempDirectory("ovkit-reconnects-");
    Path film = TestFilms.film(folder.resolve("film.avi"), 160, 120, 30);
    CodedFilm parts = CodedFilm.read(film);
    Files.delete(film);
    Files.delete(folder);
    int count = Integer.parseInt(arguments[1]);
    Reconnects held = of(parts, Transport.valueOf(arguments[0]), count);
    System.out.printf(
        Locale.ROOT,
        "%s: opened %d times; after %d and %d times: %d and %d descriptors, %d and %d threads, %.1f and %.1f MB%n",
        arguments[0],
        count,
        count / 5,
        count,
        held.early.descriptors(),
        held.late.descriptors(),
        held.early.threads(),
        held.late.threads(),
        held.early.resident() / 1e6,
        held.late.resident() / 1e6);
    if (!held.keepsDescriptorsAndThreads() || !held.keepsMemory()) {
      System.exit(EXIT_GROWN);
    }
  }
}
