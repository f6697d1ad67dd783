package dev.ovkit.evaluate;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.ovkit.fuzz.FuzzCase;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** What people annotated: COCO's JSON and the texts of YOLO trainers. */
class AnnotationsFuzzTest {

  private static final List<String> NAMES = List.of("bolt", "nut", "washer");

  private static final String PICTURE = "000000.jpg";

  @TempDir private Path temp;

  @BeforeEach
  void putThePicture() throws IOException {
    Path pictures = Path.of(System.getProperty("ovkit.home"), "ir-models", "pictures");
    Files.copy(pictures.resolve(PICTURE), temp.resolve(PICTURE));
  }

  @FuzzTest
  void coco(byte[] data) {
    FuzzCase.of(
        data,
        () -> GroundTruth.coco(Files.write(temp.resolve("instances.json"), data), temp).objects());
  }

  @FuzzTest
  void yolo(byte[] data) {
    FuzzCase.of(
        data,
        () -> {
          Files.write(temp.resolve("000000.txt"), data);
          GroundTruth.yolo(temp, List.of(temp.resolve(PICTURE)), NAMES).objects();
        });
  }
}
