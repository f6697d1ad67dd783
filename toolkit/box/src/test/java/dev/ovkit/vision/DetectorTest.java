package dev.ovkit.vision;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.ovkit.ModelException;
import dev.ovkit.OptionException;
import dev.ovkit.model.Box;
import dev.ovkit.model.DetectOptions;
import dev.ovkit.model.Detection;
import dev.ovkit.model.Detections;
import dev.ovkit.picture.Frame;
import dev.ovkit.picture.Picture;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DetectorTest {

  @TempDir private Path folder;
  private Path ir;

  @BeforeEach
  void writeModel() throws IOException {
    ir = ToyDetector.write(folder);
  }

  /** Black, with a square of 8x8 scaled pixels of a colour at each given cell. */
  private static BufferedImage squares(int scale, int rgb, int... cells) {
    BufferedImage image = new BufferedImage(64 * scale, 64 * scale, BufferedImage.TYPE_3BYTE_BGR);
    for (int i = 0; i < cells.length; i += 2) {
      for (int y = 0; y < 8 * scale; y++) {
        for (int x = 0; x < 8 * scale; x++) {
          image.setRGB(cells[i] * 8 * scale + x, cells[i + 1] * 8 * scale + y, rgb);
        }
      }
    }
    return image;
  }

  private static byte[] png(BufferedImage image) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ImageIO.write(image, "png", out);
    return out.toByteArray();
  }

  @Test
  void findsWhatIsThereOnFilesBytesFramesAndPictures() throws IOException {
    BufferedImage image = squares(3, 0x0000ff, 3, 4);
    byte[] encoded = png(image);
    Path file = Files.write(folder.resolve("a.png"), encoded);
    ByteBuffer pixels = ByteBuffer.allocateDirect(3 * 192 * 192);
    for (int i = 0; i < 192 * 192; i++) {
      pixels.put(3 * i, (byte) image.getRGB(i % 192, i / 192));
    }
    try (Detector detector = Detector.open(ir);
        Picture picture = Picture.read(file)) {
      List<Detections> all =
          List.of(
              detector.detect(file),
              detector.detect(encoded),
              detector.detect(Frame.of(pixels, 192, 192, Frame.Format.BGR)),
              detector.detect(picture));
      for (Detections found : all) {
        assertThat(found.width()).isEqualTo(192);
        assertThat(found.height()).isEqualTo(192);
        assertThat(found.leftOut()).isZero();
        assertThat(found.timings().infer()).isPositive();
        assertThat(found.objects()).hasSize(1);
        Detection detection = found.objects().get(0);
        assertThat(detection.label()).isEqualTo("blue");
        assertThat(detection.classId()).isZero();
        assertThat(detection.score()).isGreaterThan(0.9f);
        // Middle of the cell (28, 36), 16x16, three times as large on the picture.
        assertThat(detection.box().iou(new Box(60, 84, 48, 48))).isCloseTo(1, within(1e-4));
      }
      assertThat(all.get(0).timings().decode()).isPositive();
      assertThat(all.get(2).timings().decode()).isEqualTo(Duration.ZERO);
      assertThat(detector.assumptions()).isEmpty();
    }
  }

  @Test
  void optionsWinOverTheMetadata() throws IOException {
    byte[] picture = png(squares(1, 0xff00ff, 1, 1, 5, 5)); // magenta is as blue as red
    byte[] neighbours = png(squares(1, 0x0000ff, 2, 2, 3, 2));
    DetectorOptions defaults = DetectorOptions.defaults();
    DetectOptions detect = DetectOptions.defaults();
    try (Detector detector = Detector.open(ir)) {
      assertThat(detector.detect(picture).objects()).hasSize(2);
      // Boxes of neighbouring cells overlap by a third.
      assertThat(detector.detect(neighbours).objects()).hasSize(2);
    }
    try (Detector detector = Detector.open(ir, defaults.withDetect(detect.withIou(0.3f)))) {
      assertThat(detector.detect(neighbours).objects()).hasSize(1);
    }
    try (Detector detector = Detector.open(ir, defaults.withDetect(detect.withMaxDetections(1)))) {
      Detections found = detector.detect(picture);
      assertThat(found.objects()).hasSize(1);
      assertThat(found.candidates()).isEqualTo(2);
      assertThat(found.leftOut()).isEqualTo(1);
    }
    try (Detector detector = Detector.open(ir, defaults.withDetect(detect.withConfidence(1)))) {
      assertThat(detector.detect(picture).objects()).isEmpty();
    }
    try (Detector detector =
        Detector.open(ir, defaults.withDetect(detect.withClasses(Set.of(1))))) {
      assertThat(detector.detect(neighbours).objects()).isEmpty();
      assertThat(detector.detect(png(squares(1, 0xff0000, 0, 0))).objects())
          .extracting(Detection::label)
          .containsExactly("red");
    }
    assertThatThrownBy(
            () -> Detector.open(ir, defaults.withDetect(detect.withClasses(Set.of(2)))).close())
        .isInstanceOf(OptionException.class)
        .hasMessage("there is no class '2', expected a number from 0 to 1 or one of blue, red");
  }

  @Test
  void aColourSwapInTheSpecIsDoneWhenTheIrIsLoaded() throws IOException {
    DetectorOptions swapped =
        DetectorOptions.defaults()
            .withSpec(ToyDetector.spec().withInputColour(dev.ovkit.model.Colour.RGB));
    try (Detector detector = Detector.open(ir, swapped)) {
      assertThat(detector.detect(png(squares(1, 0x0000ff, 3, 4))).objects())
          .extracting(Detection::label)
          .containsExactly("red");
    }
  }

  @Test
  void manyThreadsShareABoundedPoolAndGetTheSerialAnswers() throws Exception {
    List<byte[]> pictures = new ArrayList<>();
    for (int i = 0; i < 8; i++) {
      pictures.add(png(squares(1 + i % 3, 0x0000ff, i, 7 - i)));
    }
    try (Detector detector = Detector.open(ir, DetectorOptions.defaults().withRequests(2))) {
      assertThat(detector.requests()).isEqualTo(2);
      List<List<Detection>> serial = new ArrayList<>();
      for (byte[] picture : pictures) {
        serial.add(detector.detect(picture).objects());
      }
      ExecutorService threads = Executors.newFixedThreadPool(8);
      List<Future<?>> work = new ArrayList<>();
      for (int t = 0; t < 8; t++) {
        int first = t;
        work.add(
            threads.submit(
                () -> {
                  for (int i = 0; i < 200; i++) {
                    int k = (first + i) % 8;
                    assertThat(detector.detect(pictures.get(k)).objects()).isEqualTo(serial.get(k));
                  }
                }));
      }
      for (Future<?> done : work) {
        done.get();
      }
      threads.shutdown();
    }
  }

  @Test
  void closingWaitsForRunningCallsAndRefusesLaterOnes() throws Exception {
    byte[] picture = png(squares(8, 0x0000ff, 3, 4));
    for (int round = 0; round < 10; round++) {
      Detector detector = Detector.open(ir, DetectorOptions.defaults().withRequests(1));
      CountDownLatch running = new CountDownLatch(4);
      ExecutorService threads = Executors.newFixedThreadPool(4);
      List<Future<String>> results = new ArrayList<>();
      for (int t = 0; t < 4; t++) {
        results.add(
            threads.submit(
                () -> {
                  running.countDown();
                  try {
                    while (true) {
                      assertThat(detector.detect(picture).objects()).hasSize(1);
                    }
                  } catch (IllegalStateException e) {
                    return String.valueOf(e.getMessage());
                  }
                }));
      }
      running.await();
      Thread.sleep(5);
      detector.close();
      detector.close();
      for (Future<String> result : results) {
        assertThat(result.get()).isEqualTo("the detector is closed");
      }
      threads.shutdown();
    }
  }

  @Test
  void aBadPictureLeavesTheDetectorUsable() throws IOException {
    byte[] picture = png(squares(1, 0x0000ff, 3, 4));
    try (Detector detector = Detector.open(ir, DetectorOptions.defaults().withRequests(1))) {
      for (int i = 0; i < 5; i++) {
        assertThatThrownBy(() -> detector.detect(new byte[] {1, 2, 3}))
            .isInstanceOf(dev.ovkit.PictureException.class);
        assertThatThrownBy(() -> detector.detect(folder.resolve("no.png")))
            .isInstanceOf(dev.ovkit.PictureException.class);
        assertThat(detector.detect(picture).objects()).hasSize(1);
      }
    }
  }

  @Test
  void metadataThatDoesNotFitTheModelIsRefused() {
    DetectorOptions other =
        DetectorOptions.defaults()
            .withSpec(
                new dev.ovkit.model.DetectorSpec(
                    128,
                    64,
                    dev.ovkit.model.Colour.BGR,
                    dev.ovkit.model.Resize.LETTERBOX,
                    ToyDetector.spec().layout(),
                    List.of(),
                    0.25f,
                    0.45f));
    assertThatThrownBy(() -> Detector.open(ir, other).close())
        .isInstanceOf(ModelException.class)
        .hasMessageContaining("its metadata says 128x64");
  }

  @Test
  void theSteadyStateAllocatesLittleMoreThanItsResult() throws IOException {
    Path file = Files.write(folder.resolve("a.png"), png(squares(3, 0x0000ff, 3, 4)));
    ByteBuffer pixels = ByteBuffer.allocateDirect(3 * 192 * 192);
    Frame frame = Frame.of(pixels, 192, 192, Frame.Format.BGR);
    com.sun.management.ThreadMXBean threads =
        (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
    try (Detector detector = Detector.open(ir)) {
      for (int i = 0; i < 3000; i++) {
        assertThat(detector.detect(file).candidates() + detector.detect(frame).candidates())
            .isEqualTo(1);
      }
      long thread = Thread.currentThread().getId();
      int rounds = 1000;
      long start = threads.getThreadAllocatedBytes(thread);
      int found = 0;
      for (int i = 0; i < rounds; i++) {
        found += detector.detect(file).candidates();
      }
      long perFile = (threads.getThreadAllocatedBytes(thread) - start) / rounds;
      start = threads.getThreadAllocatedBytes(thread);
      for (int i = 0; i < rounds; i++) {
        found += detector.detect(frame).candidates();
      }
      long perFrame = (threads.getThreadAllocatedBytes(thread) - start) / rounds;
      assertThat(found).isEqualTo(rounds);
      assertThat(perFile).as("bytes a file").isLessThanOrEqualTo(2048);
      assertThat(perFrame).as("bytes a frame").isLessThanOrEqualTo(1024);
    }
  }

  @Test
  void aPictureMayBeLookedAtInItsOwnWay() throws IOException {
    byte[] encoded = png(squares(3, 0x0000ff, 3, 4, 6, 1));
    List<DetectOptions> ways =
        List.of(
            DetectOptions.defaults(),
            DetectOptions.defaults().withMaxDetections(1),
            DetectOptions.defaults().withConfidence(1),
            DetectOptions.defaults().withConfidence(0.0001f).withIou(1).withMaxDetections(20),
            DetectOptions.defaults().withClasses(Set.of(1)));
    try (Detector usual = Detector.open(ir);
        Picture picture = Picture.decode(encoded)) {
      List<Detection> before = usual.detect(encoded).objects();
      assertThat(before).hasSize(2);
      for (DetectOptions wanted : ways) {
        try (Detector opened = Detector.open(ir, DetectorOptions.defaults().withDetect(wanted))) {
          List<Detection> expected = opened.detect(encoded).objects();
          assertThat(usual.detect(encoded, wanted).objects()).isEqualTo(expected);
          assertThat(usual.detect(picture, wanted).objects()).isEqualTo(expected);
        }
        assertThat(usual.detect(encoded).objects()).isEqualTo(before);
      }
      assertThat(usual.detect(encoded, ways.get(1)).objects()).hasSize(1);
      assertThat(usual.detect(encoded, ways.get(2)).objects()).isEmpty();
      DetectOptions none = DetectOptions.defaults().withClasses(Set.of(99));
      assertThatThrownBy(() -> usual.detect(encoded, none))
          .isInstanceOf(OptionException.class)
          .hasMessageContaining("there is no class '99'");
      assertThat(usual.detect(encoded).objects()).isEqualTo(before);
    }
  }

  @Test
  void theOutputsComeAsTheyAre() throws IOException {
    byte[] encoded = png(squares(3, 0x0000ff, 3, 4));
    try (Detector detector = Detector.open(ir)) {
      List<Detector.RawOutput> outputs = detector.outputs(encoded);
      assertThat(outputs.stream().map(Detector.RawOutput::name).toList())
          .isEqualTo(detector.spec().layout().outputs());
      for (Detector.RawOutput one : outputs) {
        assertThat((long) one.values().length)
            .isEqualTo(one.shape().stream().reduce(1L, Math::multiplyExact));
      }
      float[] kept = outputs.get(0).values().clone();
      detector.detect(png(squares(3, 0xff0000, 5, 5)));
      assertThat(outputs.get(0).values()).isEqualTo(kept);
      assertThat(detector.outputs(encoded).get(0).values()).isEqualTo(kept);
    }
  }
}
