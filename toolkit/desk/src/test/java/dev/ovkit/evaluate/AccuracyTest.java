package dev.ovkit.evaluate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ovkit.model.Box;
import dev.ovkit.model.Detection;
import dev.ovkit.model.Detections;
import dev.ovkit.model.DetectorSpec;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Top-1 and top-5 accuracy over folders of classes. */
class AccuracyTest {

  @TempDir private Path temp;

  private void picture(String folder, String name, int... ranked) throws IOException {
    Files.createDirectories(temp.resolve(folder));
    List<String> lines = new ArrayList<>();
    for (int one : ranked) {
      lines.add(Integer.toString(one));
    }
    Files.write(temp.resolve(folder).resolve(name), lines);
  }

  /** What a classifier would rank is written in the file. */
  private static Detections ranked(Path file) {
    try {
      List<Detection> classes = new ArrayList<>();
      for (String line : Files.readAllLines(file)) {
        float score = 1 - classes.size() / 10f;
        classes.add(new Detection("", Integer.parseInt(line), score, new Box(0, 0, 9, 9)));
      }
      return new Detections(
          DetectorSpec.Task.CLASSIFY, 9, 9, classes, 7, 0, Detections.Timings.NONE);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static List<Path> list(Path folder) {
    try (Stream<Path> files = Files.list(folder)) {
      return files.sorted().toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Test
  void theFirstAndOneOfTheFirstFiveCount() throws IOException {
    picture("nut", "a.jpg", 3, 0, 1, 2, 4, 5); // first
    picture("nut", "b.jpg", 0, 1, 2, 4, 3, 5); // fifth
    picture("nut", "c.jpg", 0, 1, 2, 4, 5, 3); // sixth
    picture("bolt", "a.jpg", 1, 2, 3, 4, 5); // not at all
    PictureFolders truth = PictureFolders.read(temp, AccuracyTest::list);
    assertThat(truth.categories().values()).containsExactly("bolt", "nut");
    ClassMapping mapping = new ClassMapping(ClassMapping.How.NAMES, Map.of(3, 1L, 0, 0L));
    AtomicInteger seen = new AtomicInteger();
    Accuracy accuracy =
        Accuracy.run(truth, mapping, AccuracyTest::ranked, 2, seen::incrementAndGet);
    assertThat(seen).hasValue(4);
    assertThat(accuracy.pictures()).isEqualTo(4);
    assertThat(accuracy.top1()).isEqualTo(1 / 4.0);
    assertThat(accuracy.top5()).isEqualTo(2 / 4.0);
    assertThat(accuracy.perClass()).hasSize(2);
    assertThat(accuracy.perClass().get(0)).isEqualTo(new Accuracy.PerClass("bolt", 1, 0, 0));
    assertThat(accuracy.perClass().get(1).top5()).isEqualTo(2 / 3.0, Offset.offset(1e-12));
  }

  @Test
  void picturesWithoutFoldersAreRefused() throws IOException {
    picture(".", "a.jpg", 1);
    assertThatThrownBy(() -> PictureFolders.read(temp, AccuracyTest::list))
        .isInstanceOf(AnnotationException.class)
        .hasMessage(
            "'%s' has no folders with pictures; expected one for each class, named after it", temp);
    Path missing = temp.resolve("missing");
    assertThatThrownBy(() -> PictureFolders.read(missing, AccuracyTest::list))
        .hasMessage(
            "'%s' is not a readable folder; expected a folder of pictures for each class", missing);
  }
}
