package dev.ovkit.video.engine;

import dev.ovkit.model.Detections;
import dev.ovkit.model.Resize;
import dev.ovkit.picture.Letterbox;
import dev.ovkit.picture.Picture;
import dev.ovkit.video.decode.ReadOptions;
import dev.ovkit.video.decode.TestFilms;
import dev.ovkit.video.decode.VideoException;
import dev.ovkit.video.decode.VideoReader;
import dev.ovkit.video.decode.VideoSource;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Damages films and gives them to an engine, beside a good one that must lose nothing. A program of
 * its own: a crash of native code ends it, and what it was doing is the last line that it wrote.
 *
 * <p>Arguments: a folder, how many films of each container, and the seed of the damage.
 */
final class DamagedFilms {

  private static final List<String> CONTAINERS = List.of("mp4", "mkv", "ts", "avi", "mjpeg");
  private static final int FRAMES = 40;
  private static final int GOOD_FRAMES = 5;
  private static final int MOST_BITS = 64;
  private static final int HEADERS = 1024;
  private static final int INPUT = 64;

  /** A film that takes longer hangs: FFmpeg gives up after five seconds without a frame. */
  private static final long MOST_SECONDS = 120;

  private static final StreamOptions OPTIONS =
      StreamOptions.defaults()
          .withReading(
              ReadOptions.defaults().withTimeouts(Duration.ofSeconds(5), Duration.ofSeconds(5)));

  private final Path folder;
  private final Random random;
  private final Path good;
  private int whole;
  private int ended;
  private int failed;
  private long frames;

  private DamagedFilms(Path folder, long seed) {
    this.folder = folder;
    this.random = new Random(seed);
    this.good = TestFilms.film(folder.resolve("good.mkv"), 160, 120, GOOD_FRAMES);
  }

  public static void main(String[] arguments) throws IOException, InterruptedException {
    DamagedFilms films = new DamagedFilms(Path.of(arguments[0]), Long.parseLong(arguments[2]));
    for (String container : CONTAINERS) {
      films.campaign(container, Integer.parseInt(arguments[1]));
    }
    System.out.printf(
        "%d played to their ends, %d of them with all frames; %d were given up; %d frames in all%n",
        films.ended, films.whole, films.failed, films.frames);
  }

  private void campaign(String container, int count) throws IOException, InterruptedException {
    Path film = TestFilms.film(folder.resolve("whole." + container), 160, 120, FRAMES);
    byte[] bytes = Files.readAllBytes(film);
    Path damaged = folder.resolve("damaged." + container);
    for (int i = 0; i < count; i++) {
      boolean cut = i % 2 == 1;
      System.out.printf("%s %d: %s%n", container, i, cut ? "cut" : "flipped bits");
      Files.write(damaged, cut ? cut(bytes) : flipped(bytes));
      CountDownLatch done = new CountDownLatch(1);
      watchdog(done);
      play(damaged);
      done.countDown();
    }
  }

  /** One to 64 bits, for every third film all of them in its headers. */
  private byte[] flipped(byte[] bytes) {
    byte[] flipped = bytes.clone();
    int range = random.nextInt(3) == 0 ? Math.min(HEADERS, bytes.length) : bytes.length;
    for (int left = 1 + random.nextInt(MOST_BITS); left > 0; left--) {
      flipped[random.nextInt(range)] ^= (byte) (1 << random.nextInt(8));
    }
    return flipped;
  }

  /** The end is missing, or a part from the middle. */
  private byte[] cut(byte[] bytes) {
    int from = random.nextInt(bytes.length);
    int to = random.nextBoolean() ? bytes.length : from + random.nextInt(bytes.length - from);
    ByteArrayOutputStream left = new ByteArrayOutputStream();
    left.write(bytes, 0, from);
    left.write(bytes, to, bytes.length - to);
    return left.toByteArray();
  }

  private void play(Path damaged) {
    StreamEngine engine =
        new StreamEngine(
            DamagedFilms::scaled,
            2,
            OPTIONS,
            List.of(
                Camera.of("damaged", VideoSource.of(damaged)).withEveryFrame(),
                Camera.of("good", VideoSource.of(good)).withEveryFrame()),
            (camera, stopped) -> VideoReader.open(camera.source(), OPTIONS.reading(), stopped));
    List<CameraCounts> counts = engine.run(DamagedFilms::drawn);
    CameraCounts other = counts.get(1);
    if (other.state() != CameraEvent.State.ENDED || other.detected() != GOOD_FRAMES) {
      throw new IllegalStateException("the good film has lost frames: " + other);
    }
    frames += counts.get(0).detected();
    switch (counts.get(0).state()) {
      case ENDED -> {
        ended++;
        whole += counts.get(0).detected() == FRAMES ? 1 : 0;
      }
      case FAILED -> failed++;
      default -> throw new IllegalStateException("not at its end: " + counts.get(0));
    }
  }

  private static Detections scaled(Picture.Source frame) {
    Letterbox box =
        Letterbox.of(frame.width(), frame.height(), INPUT, INPUT, Resize.Mode.LETTERBOX_CENTRE);
    frame.letterbox(box, Resize.LETTERBOX, ByteBuffer.allocateDirect(3 * INPUT * INPUT));
    return new Detections(frame.width(), frame.height(), List.of(), 0, 0, Detections.Timings.NONE);
  }

  private static void drawn(StreamResult result, StreamListener.Drawable frame) {
    if (result.frame() % 8 == 0) {
      try {
        frame.picture().close();
      } catch (VideoException e) {
        // as a sink reports it
      }
    }
  }

  private static void watchdog(CountDownLatch done) {
    Thread thread =
        new Thread(
            () -> {
              try {
                if (!done.await(MOST_SECONDS, TimeUnit.SECONDS)) {
                  System.out.println("hangs:");
                  Thread.getAllStackTraces()
                      .forEach((one, stack) -> System.out.println(one + " " + List.of(stack)));
                  Runtime.getRuntime().halt(1);
                }
              } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
              }
            });
    thread.setDaemon(true);
    thread.start();
  }
}
