package dev.ovkit.vision;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.ovkit.CompileOptions;
import dev.ovkit.fuzz.FuzzCase;
import dev.ovkit.picture.Frame;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** What a detector is opened from: an IR and the profile beside it. */
class DetectorFuzzTest {

  private static final int SIDE = 16;

  private static final Path HOME = Path.of(System.getProperty("ovkit.home"));

  /** IRs of all layouts; constants that are sizes are in their .bin. */
  private static final Path IRS =
      HOME.resolve("toolkit/box/src/test/resources/written-by/a84f991/ir");

  private static final Pattern BIN_BYTES = Pattern.compile("<bin_bytes value=\"(\\d{1,5})\"");

  @TempDir private Path temp;
  private final Map<Integer, byte[]> weights = new HashMap<>();

  @BeforeEach
  void readTheWeights() throws IOException {
    try (DirectoryStream<Path> files = Files.newDirectoryStream(IRS, "*.bin")) {
      for (Path file : files) {
        byte[] bytes = Files.readAllBytes(file);
        weights.put(bytes.length, bytes);
      }
    }
  }

  @BeforeEach
  void putTheModelBesideTheProfile() throws IOException {
    for (String ending : new String[] {".xml", ".bin"}) {
      Files.copy(IRS.resolve("heads" + ending), temp.resolve("model" + ending));
    }
  }

  @FuzzTest
  void ir(byte[] data) {
    FuzzCase.of(
        data,
        () -> {
          DetectorOptions one = DetectorOptions.defaults().withRequests(1);
          try (Detector detector = Detector.open(data, weights(data), one)) {
            ByteBuffer pixels = ByteBuffer.allocateDirect(3 * SIDE * SIDE);
            detector.detect(new Frame(pixels, SIDE, SIDE, 3 * SIDE, Frame.Format.BGR));
          }
        });
  }

  /** The weights that belong to an IR, else some of the length that it says. */
  private byte[] weights(byte[] xml) {
    Matcher said = BIN_BYTES.matcher(new String(xml, StandardCharsets.ISO_8859_1));
    int length = said.find() ? Integer.parseInt(said.group(1)) : 1 << 10;
    byte[] known = weights.get(length);
    return known == null ? new byte[length] : known;
  }

  @FuzzTest
  void profile(byte[] data) {
    FuzzCase.of(
        data,
        () -> {
          Path xml = temp.resolve("model.xml");
          Files.write(Profile.fileOf(xml), data);
          Profile profile = Profile.beside(xml).orElseThrow();
          profile.misfit();
          for (Map.Entry<CompileOptions.Hint, Profile.Entry> entry : profile.entries().entrySet()) {
            entry.getValue().tuning().options(xml);
          }
        });
  }
}
