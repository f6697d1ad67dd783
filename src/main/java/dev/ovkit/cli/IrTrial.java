package dev.ovkit.cli;

import dev.ovkit.internal.process.GuardedProcess;
import dev.ovkit.picture.Frame;
import dev.ovkit.vision.Detector;
import dev.ovkit.vision.DetectorOptions;
import java.nio.ByteBuffer;
import java.nio.file.Path;

/** What the process does in which a {@link ForeignIr} is tried: one detection on a black frame. */
final class IrTrial {

  private static final int SIDE = 64;

  public static void main(String[] arguments) {
    GuardedProcess.endWithParent();
    try (Detector detector = Detector.open(Path.of(arguments[0]), DetectorOptions.defaults())) {
      ByteBuffer black = ByteBuffer.allocateDirect(3 * SIDE * SIDE);
      detector.detect(Frame.of(black, SIDE, SIDE, Frame.Format.BGR));
    }
  }

  private IrTrial() {}
}
