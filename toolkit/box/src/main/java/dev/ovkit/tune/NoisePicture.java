package dev.ovkit.tune;

import dev.ovkit.OutputException;
import dev.ovkit.internal.files.Temporary;
import dev.ovkit.picture.Frame;
import dev.ovkit.picture.Picture;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Random;

/**
 * A picture for users who have none, as large as a camera's; its content does not change the
 * network's speed.
 */
final class NoisePicture {

  private static final int WIDTH = 1280;
  private static final int HEIGHT = 720;

  /** Writes it to a file, which the caller deletes. */
  static Path file() {
    byte[] bytes = new byte[3 * WIDTH * HEIGHT];
    new Random(1).nextBytes(bytes);
    ByteBuffer pixels = ByteBuffer.allocateDirect(bytes.length).put(bytes).flip();
    try (Picture picture = Picture.of(Frame.of(pixels, WIDTH, HEIGHT, Frame.Format.BGR))) {
      Path file = Temporary.file("ovkit-noise", ".jpg");
      picture.write(file);
      return file;
    } catch (IOException e) {
      throw OutputException.of(Path.of(System.getProperty("java.io.tmpdir")), e);
    }
  }

  private NoisePicture() {}
}
