package dev.ovkit.vision;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ovkit.model.Detection;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** An IR that is open does not depend on its files: cp, scp and rsync --inplace write into them. */
@Tag("integration")
class FilesInUseTest {

  private static final Path MODELS = Path.of(System.getProperty("ovkit.home"), "ir-models");

  @TempDir private Path temp;

  private interface Change {
    void apply(Path file) throws IOException;
  }

  @Test
  void whateverHappensToItsFilesARunningDetectorFindsTheSame() throws IOException {
    // Overwritten comes first: where the file is mapped, it changes boxes; cut short, it kills the
    // JVM.
    List<Change> changes =
        List.of(
            FilesInUseTest::overwrite,
            FilesInUseTest::replace,
            FilesInUseTest::truncate,
            Files::delete);
    for (Change change : changes) {
      Path xml = copy("conveyor-parts.xml");
      Path bin = copy("conveyor-parts.bin");
      try (Detector detector = Detector.open(xml)) {
        List<Detection> before = detect(detector);
        assertThat(before).isNotEmpty();

        change.apply(bin);
        change.apply(xml);

        assertThat(detect(detector)).isEqualTo(before);
      }
    }
  }

  private static List<Detection> detect(Detector detector) {
    return detector.detect(MODELS.resolve("pictures/000000.jpg")).objects();
  }

  private Path copy(String name) throws IOException {
    Path copy = temp.resolve(name);
    return Files.copy(MODELS.resolve(name), copy, StandardCopyOption.REPLACE_EXISTING);
  }

  private static void overwrite(Path file) throws IOException {
    try (RandomAccessFile open = new RandomAccessFile(file.toFile(), "rw")) {
      open.write(new byte[(int) open.length()]);
    }
  }

  private static void replace(Path file) throws IOException {
    Path other = Files.write(file.resolveSibling("other"), new byte[1000]);
    Files.move(other, file, StandardCopyOption.REPLACE_EXISTING);
  }

  private static void truncate(Path file) throws IOException {
    try (RandomAccessFile open = new RandomAccessFile(file.toFile(), "rw")) {
      open.setLength(10);
    }
  }
}
