package dev.ovkit.vision;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ovkit.CompileOptions;
import dev.ovkit.model.Detection;
import dev.ovkit.model.Detections;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Many pictures through several requests, with the demo's model. */
class PipelineTest {

  private static final int REQUESTS = 3;
  private static final Path DEMO = Path.of(System.getProperty("ovkit.home"), "ir-models");
  private static Detector detector;

  @TempDir private Path temp;

  @BeforeAll
  static void open() {
    detector =
        Detector.open(
            DEMO.resolve("conveyor-parts.xml"),
            DetectorOptions.defaults()
                .withCompile(CompileOptions.defaults().withHint(CompileOptions.Hint.THROUGHPUT))
                .withRequests(REQUESTS));
  }

  @AfterAll
  static void close() {
    detector.close();
  }

  /** With one among them that cannot be read. */
  private static List<Path> pictures(Path temp) throws IOException {
    List<Path> pictures = new ArrayList<>();
    for (int i = 0; i < 12; i++) {
      pictures.add(DEMO.resolve("pictures/%06d.jpg".formatted(i % 5)));
    }
    pictures.add(3, Files.writeString(temp.resolve("broken.jpg"), "no picture"));
    return pictures;
  }

  @Test
  void resultsComeInTheOrderOfThePicturesAndAreThoseOfEachAlone() throws IOException {
    List<Path> pictures = pictures(temp);
    List<PictureResult> results = new ArrayList<>();
    detector.detectAll(pictures, results::add);
    assertThat(results).extracting(PictureResult::file).containsExactlyElementsOf(pictures);
    for (int i = 0; i < results.size(); i++) {
      if (i == 3) {
        assertThat(results.get(3)).isInstanceOf(PictureResult.Unreadable.class);
        continue;
      }
      List<Detection> alone = detector.detect(pictures.get(i)).objects();
      assertThat(alone).isNotEmpty();
      assertThat(((PictureResult.Found) results.get(i)).detections().objects()).isEqualTo(alone);
    }
  }

  @Test
  void whatElseIsToBeDoneIsDoneOnceForEachPictureThatCanBeRead() throws IOException {
    List<Path> pictures = pictures(temp);
    Map<Integer, Detections> worked = new ConcurrentHashMap<>();
    Set<String> threads = ConcurrentHashMap.newKeySet();
    List<PictureResult> results = new ArrayList<>();
    detector.detectAll(
        pictures,
        (place, picture, found) -> {
          assertThat(picture.width()).isEqualTo(found.width());
          threads.add(Thread.currentThread().getName());
          assertThat(worked.put(place, found)).isNull();
        },
        results::add);
    assertThat(results).extracting(PictureResult::file).containsExactlyElementsOf(pictures);
    assertThat(threads).containsExactly("ovkit-pipeline");
    assertThat(worked).hasSize(12).doesNotContainKey(3);
    worked.forEach(
        (place, found) ->
            assertThat(((PictureResult.Found) results.get(place)).detections()).isSameAs(found));
    assertThat(worked.get(0).timings().decode()).isPositive();
  }

  @Test
  void workThatFailsEndsAll() throws IOException {
    List<Path> pictures = pictures(temp);
    assertThatThrownBy(
            () ->
                detector.detectAll(
                    pictures,
                    (place, picture, found) -> {
                      throw new IllegalStateException("no room for picture " + place);
                    },
                    result -> {}))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("no room for picture 0");
  }

  @Test
  void noMoreIsBegunThanTwiceTheRequests() {
    Path picture = DEMO.resolve("pictures/000000.jpg");
    int[] taken = {0};
    int[] given = {0};
    Iterator<Path> counting =
        new Iterator<>() {
          @Override
          public boolean hasNext() {
            return taken[0] < 30;
          }

          @Override
          public Path next() {
            if (!hasNext()) {
              throw new NoSuchElementException();
            }
            taken[0]++;
            assertThat(taken[0] - given[0]).isLessThanOrEqualTo(2 * REQUESTS);
            return picture;
          }
        };
    detector.detectAll(() -> counting, result -> given[0]++);
    assertThat(given[0]).isEqualTo(30);
  }

  @Test
  void aReceiverThatThrowsEndsTheWorkAndTheDetectorWorksOn() {
    Path picture = DEMO.resolve("pictures/000000.jpg");
    List<Path> many = IntStream.range(0, 1000).mapToObj(i -> picture).toList();
    int[] given = {0};
    assertThatThrownBy(
            () ->
                detector.detectAll(
                    many,
                    result -> {
                      given[0]++;
                      throw new IllegalArgumentException("full");
                    }))
        .hasMessage("full");
    assertThat(given[0]).isEqualTo(1);
    assertThat(detector.detect(picture).objects()).isNotEmpty();
  }

  @Test
  void noPicturesAreNoResults() {
    detector.detectAll(List.of(), result -> assertThat(result).isNull());
  }

  @Test
  void aClosedDetectorRefuses() {
    Detector closed = Detector.open(DEMO.resolve("conveyor-parts.xml"), DetectorOptions.defaults());
    closed.close();
    assertThatThrownBy(
            () -> closed.detectAll(List.of(DEMO.resolve("pictures/000000.jpg")), result -> {}))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("the detector is closed");
  }
}
