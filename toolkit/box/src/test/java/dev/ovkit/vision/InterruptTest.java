package dev.ovkit.vision;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ovkit.PictureException;
import dev.ovkit.model.Detection;
import dev.ovkit.picture.Picture;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/**
 * A detection is not interrupted, and an interrupt never looks like a damaged picture: a file
 * channel is closed by it, and what was then reported was a picture that cannot be read.
 */
class InterruptTest {

  private static final Path MODELS = Path.of(System.getProperty("ovkit.home"), "ir-models");
  private static final Path IR = MODELS.resolve("conveyor-parts.xml");
  private static final Path PICTURE = MODELS.resolve("pictures/000000.jpg");
  private static final int TIMES = 50;

  @AfterEach
  void clearTheFlag() {
    Thread.interrupted();
  }

  @Test
  void anInterruptedThreadDetectsAndStaysInterrupted() throws IOException {
    byte[] encoded = Files.readAllBytes(PICTURE);
    try (Detector detector = Detector.open(IR);
        Picture decoded = Picture.read(PICTURE)) {
      List<Detection> expected = detector.detect(PICTURE).objects();
      assertThat(expected).isNotEmpty();
      Thread.currentThread().interrupt();
      for (int i = 0; i < TIMES; i++) {
        assertThat(detector.detect(PICTURE).objects()).isEqualTo(expected);
        assertThat(detector.detect(encoded).objects()).isEqualTo(expected);
        assertThat(detector.detect(decoded).objects()).isEqualTo(expected);
        assertThat(Thread.currentThread().isInterrupted()).isTrue();
      }
    }
  }

  @Test
  void interruptsAtAnyMomentChangeNothing() throws InterruptedException {
    try (Detector detector = Detector.open(IR)) {
      List<Detection> expected = detector.detect(PICTURE).objects();
      Thread detecting = Thread.currentThread();
      AtomicBoolean done = new AtomicBoolean();
      Thread interrupting =
          new Thread(
              () -> {
                while (!done.get()) {
                  detecting.interrupt();
                  Thread.onSpinWait();
                }
              });
      interrupting.start();
      List<List<Detection>> found = new ArrayList<>();
      try {
        for (int i = 0; i < TIMES; i++) {
          found.add(detector.detect(PICTURE).objects());
        }
      } finally {
        done.set(true);
        Thread.interrupted();
        while (interrupting.isAlive()) {
          Thread.onSpinWait();
        }
        Thread.interrupted();
      }
      assertThat(found).hasSize(TIMES).allSatisfy(one -> assertThat(one).isEqualTo(expected));
    }
  }

  @Test
  void anInterruptedThreadOpensADetectorAndWorksThroughAFolder() {
    Thread.currentThread().interrupt();
    List<PictureResult> results = new ArrayList<>();
    try (Detector detector = Detector.open(IR)) {
      detector.detectAll(List.of(PICTURE, PICTURE, PICTURE), results::add);
    }
    assertThat(results).hasSize(3).allMatch(PictureResult.Found.class::isInstance);
    assertThat(Thread.currentThread().isInterrupted()).isTrue();
  }

  @Test
  void aPictureThatIsMissingIsStillSaidToBe() {
    Path missing = MODELS.resolve("none.jpg");
    try (Detector detector = Detector.open(IR)) {
      Thread.currentThread().interrupt();
      assertThatThrownBy(() -> detector.detect(missing))
          .isInstanceOf(PictureException.class)
          .hasMessage(missing + ": no such file; expected a picture")
          .extracting(e -> ((PictureException) e).file())
          .isEqualTo(Optional.of(missing));
      assertThat(Thread.currentThread().isInterrupted()).isTrue();
    }
  }
}
