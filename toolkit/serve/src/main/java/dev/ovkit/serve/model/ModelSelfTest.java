package dev.ovkit.serve.model;

import dev.ovkit.ModelException;
import dev.ovkit.model.Detection;
import dev.ovkit.model.Detections;
import dev.ovkit.model.DetectorSpec;
import dev.ovkit.picture.Frame;
import dev.ovkit.vision.Detector;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/** Tests a model: a grey picture twice, with the same answer, which must be possible. */
public final class ModelSelfTest {

  private static final byte GREY = 114;

  /**
   * Makes the test.
   *
   * @param ir the model's file, for the message
   * @return how long a picture takes
   * @throws ModelException if it fails
   */
  public static Duration run(Detector detector, Path ir) {
    DetectorSpec spec = detector.spec();
    ByteBuffer grey = ByteBuffer.allocateDirect(3 * spec.inputWidth() * spec.inputHeight());
    while (grey.hasRemaining()) {
      grey.put(GREY);
    }
    grey.flip();
    Frame frame = Frame.of(grey, spec.inputWidth(), spec.inputHeight(), Frame.Format.BGR);
    List<Detection> first = detector.detect(frame).objects();
    long start = System.nanoTime();
    Detections second = detector.detect(frame);
    Duration took = Duration.ofNanos(System.nanoTime() - start);
    boolean finite =
        second.objects().stream()
            .allMatch(one -> one.score() >= 0 && Float.isFinite(one.box().x() + one.box().y()));
    if (!finite || !second.objects().equals(first)) {
      throw new ModelException(
          "'%s' failed its self-test: a grey picture was %s; convert the model again"
              .formatted(ir, finite ? "read in two ways" : "answered with impossible numbers"),
          ir,
          null);
    }
    return took;
  }

  private ModelSelfTest() {}
}
