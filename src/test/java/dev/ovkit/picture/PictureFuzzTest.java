package dev.ovkit.picture;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.ovkit.fuzz.FuzzCase;
import dev.ovkit.model.Resize;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;

/** What a camera, a card or a network left of a picture: as a file and in memory. */
class PictureFuzzTest {

  private static final int SIDE = 64;

  @TempDir private Path temp;

  @FuzzTest
  void picture(byte[] data) {
    FuzzCase.of(
        data,
        () -> {
          try (Picture picture = Picture.read(Files.write(temp.resolve("picture"), data))) {
            ByteBuffer input = ByteBuffer.allocateDirect(3 * SIDE * SIDE);
            picture.letterbox(
                Letterbox.of(
                    picture.width(), picture.height(), SIDE, SIDE, Resize.Mode.LETTERBOX_CENTRE),
                Resize.LETTERBOX,
                input);
          }
        });
  }

  @FuzzTest
  void encoded(byte[] data) {
    FuzzCase.of(data, () -> Picture.decode(data).close());
  }
}
