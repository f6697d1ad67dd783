package dev.ovkit.pack;

import dev.ovkit.OptionException;
import dev.ovkit.bundle.ReleaseVersion;
import dev.ovkit.machine.ProcessUsage;
import dev.ovkit.model.DetectorSpec;
import dev.ovkit.picture.Frame;
import dev.ovkit.vision.Detector;
import dev.ovkit.vision.DetectorOptions;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.regex.Pattern;

/**
 * How a cluster runs the image of a bundle with a server.
 *
 * @param name of the application, and of all objects in the cluster
 * @param version of its release
 * @param image where the cluster finds the image
 * @param memory that a server needs, in MiB
 */
public record ClusterOptions(String name, ReleaseVersion version, String image, long memory) {

  /** The processors of a server. */
  static final int PROCESSORS = 2;

  private static final Pattern NAME = Pattern.compile("[a-z]([a-z0-9-]{0,50}[a-z0-9])?");
  private static final Pattern IMAGE = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._:/@-]{0,254}");

  /** The Java heap of a bundle's server, and what Java and the connections take besides. */
  private static final long BASE = 256 + 128;

  private static final long STEP = 64;
  private static final int MIB = 20;

  public ClusterOptions {
    if (!NAME.matcher(name).matches()) {
      throw new OptionException(
          "name '%s': a cluster's names have lower-case letters, digits and hyphens, begin with a letter and have at most 52; give another with --name"
              .formatted(name));
    }
    if (!IMAGE.matcher(image).matches()) {
      throw new OptionException(
          "--image '%s': expected a name such as registry.example/app:1.2.0".formatted(image));
    }
  }

  /**
   * Measures on this machine what a server with two processors needs for a model, and rounds up.
   *
   * @throws dev.ovkit.ModelException when the IR is missing or damaged
   */
  public static long memory(Path ir) {
    try {
      long before = ProcessUsage.here().resident();
      try (Detector detector =
          Detector.open(ir, DetectorOptions.defaults().withRequests(PROCESSORS))) {
        DetectorSpec spec = detector.spec();
        ByteBuffer black = ByteBuffer.allocateDirect(3 * spec.inputWidth() * spec.inputHeight());
        for (int i = 0; i < PROCESSORS; i++) {
          detector.detect(Frame.of(black, spec.inputWidth(), spec.inputHeight(), Frame.Format.BGR));
        }
        long taken = Math.max(0, ProcessUsage.here().resident() - before) >> MIB;
        return (BASE + taken + taken / 4 + STEP - 1) / STEP * STEP;
      }
    } catch (IOException e) {
      throw new OptionException("the memory cannot be measured: " + e.getMessage(), e);
    }
  }
}
