package dev.ovkit.cli.video;

import dev.ovkit.OutputException;
import dev.ovkit.bundle.Golden;
import dev.ovkit.bundle.SelfTestPart;
import dev.ovkit.compare.Comparison;
import dev.ovkit.model.Box;
import dev.ovkit.model.Detection;
import dev.ovkit.model.Resize;
import dev.ovkit.picture.Frame;
import dev.ovkit.picture.Letterbox;
import dev.ovkit.picture.Picture;
import dev.ovkit.video.decode.FilmWriter;
import dev.ovkit.video.decode.VideoException;
import dev.ovkit.video.decode.VideoSource;
import dev.ovkit.video.engine.Camera;
import dev.ovkit.video.engine.CameraCounts;
import dev.ovkit.video.engine.CameraEvent;
import dev.ovkit.video.engine.StreamEngine;
import dev.ovkit.video.engine.StreamListener;
import dev.ovkit.video.engine.StreamResult;
import dev.ovkit.vision.Detector;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/**
 * Makes a short film of a golden picture and watches it: FFmpeg loads, encodes and decodes, and the
 * model finds on the film what it finds on the picture.
 */
public final class VideoSelfTest implements SelfTestPart {

  private static final int FRAMES = 10;
  private static final int MILLIS = 40;

  /** What any encoder takes; a detector looks at fewer pixels anyway. */
  private static final int MOST_WIDTH = 1280;

  /** Encoding changes the picture, so scores may differ by more than between two machines. */
  private static final double SCORE_TOLERANCE = 0.2;

  private static final double LOWEST_IOU = 0.5;

  /** For the service loader. */
  public VideoSelfTest() {}

  @Override
  public String name() {
    return "video";
  }

  @Override
  public String check(Detector detector, Golden golden, Path folder) {
    Golden.GoldenPicture picture =
        golden.pictures().stream()
            .filter(one -> !one.expected().isEmpty())
            .findFirst()
            .orElseThrow(() -> new OutputException("no golden picture has an object on it"));
    Path film = temporary();
    try {
      double scale = write(film, folder.resolve(picture.file()));
      List<StreamResult> results = watch(detector, film);
      compare(golden, scaled(picture.expected(), scale), results.get(FRAMES - 1));
      return "%d frames written and read, with the objects of %s"
          .formatted(results.size(), picture.file());
    } finally {
      delete(film);
    }
  }

  private static Path temporary() {
    try {
      return Files.createTempFile("ovkit-self-test-", ".mp4");
    } catch (IOException e) {
      throw new OutputException(
          "the self-test's film cannot be written: %s; give a writable folder in OVKIT_JAVA_OPTIONS=-Djava.io.tmpdir=DIR"
              .formatted(e.getMessage()),
          e);
    }
  }

  private static void delete(Path film) {
    try {
      Files.deleteIfExists(film);
    } catch (IOException e) {
      // the next tidying of the folder takes it
    }
  }

  /** Writes the film. Returns its size, in parts of the picture's. */
  private static double write(Path film, Path file) {
    try (Picture whole = Picture.read(file);
        Picture picture = atMost(MOST_WIDTH, whole);
        FilmWriter writer = FilmWriter.open(film, picture.width(), picture.height(), 25)) {
      for (int i = 0; i < FRAMES; i++) {
        writer.write(picture, Duration.ofMillis((long) i * MILLIS));
      }
      return (double) picture.width() / whole.width();
    }
  }

  private static Picture atMost(int width, Picture whole) {
    int to = Math.min(width, whole.width());
    int height = Math.max(2, Math.round((float) whole.height() * to / whole.width()));
    ByteBuffer pixels = ByteBuffer.allocateDirect(3 * to * height);
    Letterbox box = Letterbox.of(whole.width(), whole.height(), to, height, Resize.Mode.STRETCH);
    whole.letterbox(box, Resize.LETTERBOX, pixels);
    return Picture.of(Frame.of(pixels, to, height, Frame.Format.BGR));
  }

  private static List<Detection> scaled(List<Detection> detections, double scale) {
    float s = (float) scale;
    return detections.stream()
        .map(
            one -> {
              Box box = one.box();
              return new Detection(
                  one.label(),
                  one.classId(),
                  one.score(),
                  new Box(s * box.x(), s * box.y(), s * box.width(), s * box.height()));
            })
        .toList();
  }

  private static List<StreamResult> watch(Detector detector, Path film) {
    List<StreamResult> results = new ArrayList<>();
    List<String> failures = new ArrayList<>();
    List<CameraCounts> counts =
        StreamEngine.of(detector, Camera.of("film", VideoSource.of(film)).withEveryFrame())
            .run(
                new StreamListener() {
                  @Override
                  public void result(StreamResult result, Drawable frame) {
                    results.add(result);
                  }

                  @Override
                  public void event(CameraEvent event) {
                    if (event.state() == CameraEvent.State.FAILED) {
                      failures.add(event.message());
                    }
                  }
                });
    if (!failures.isEmpty()) {
      throw new VideoException(VideoException.Reason.DAMAGED, failures.get(0));
    }
    if (results.size() != FRAMES) {
      throw new VideoException(
          VideoException.Reason.DAMAGED,
          "%d of %d frames were read: %s".formatted(results.size(), FRAMES, counts.get(0)));
    }
    return results;
  }

  private static void compare(Golden golden, List<Detection> expected, StreamResult last) {
    Comparison comparison =
        Comparison.of(expected, Objects.requireNonNull(last).detections().objects(), LOWEST_IOU);
    double sure = golden.confidence() + SCORE_TOLERANCE;
    List<String> missing =
        comparison.onlyFirst().stream()
            .filter(one -> one.score() >= sure)
            .map(one -> one.label() + " is missing")
            .toList();
    List<String> strange =
        comparison.onlySecond().stream()
            .filter(one -> one.score() >= sure)
            .map(one -> one.label() + " is too much")
            .toList();
    if (!missing.isEmpty() || !strange.isEmpty()) {
      List<String> wrong = new ArrayList<>(missing);
      wrong.addAll(strange);
      throw new VideoException(
          VideoException.Reason.DAMAGED,
          "a film of the golden picture does not show what the picture does: "
              + String.join(", ", wrong.subList(0, Math.min(3, wrong.size()))));
    }
  }
}
