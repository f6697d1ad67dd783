package dev.ovkit.diagnose;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ovkit.ModelException;
import dev.ovkit.model.Box;
import dev.ovkit.model.Detection;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ExpectedFileTest {

  @TempDir private Path temp;

  private Path write(String json) throws IOException {
    return Files.writeString(temp.resolve("boxes.json"), json.replace('\'', '"'));
  }

  @Test
  void aPlainListIsForOnePicture() throws IOException {
    ExpectedFile read = ExpectedFile.read(write("[{'label': 'cat', 'bbox': [1, 2, 3, 4]}]"));
    assertThat(read.isForOnePicture()).isTrue();
    assertThat(read.of(Path.of("any.jpg")))
        .containsExactly(new Detection("cat", -1, ExpectedFile.NO_SCORE, new Box(1, 2, 3, 4)));
  }

  @Test
  void picturesAreFoundByTheirNames() throws IOException {
    ExpectedFile read =
        ExpectedFile.read(
            write(
                "{'pictures': [{'file': 'in/a.jpg', 'detections': [{'class_id': 3, 'score': 0.5, 'box': {'x': 1, 'y': 2, 'width': 3, 'height': 4}}]}]}"));
    assertThat(read.of(Path.of("/elsewhere/a.jpg")))
        .containsExactly(new Detection("", 3, 0.5f, new Box(1, 2, 3, 4)));
    assertThat(read.of(Path.of("b.jpg"))).isNull();
  }

  @ParameterizedTest
  @CsvSource(
      quoteCharacter = '"',
      delimiter = '|',
      value = {
        "{} | it has neither 'pictures' nor a list of detections",
        "7 | it has neither 'pictures' nor a list of detections",
        "{'pictures': 7} | it has 7 for 'pictures', expected a list of objects",
        "[7] | it has something other than a detection in its list",
        "[{'label': 'cat'}] | it has a detection without a box of x, y, width and height: {label=cat}",
        "[{'box': [1, 2, 3, 4]}] | it has a detection without a class, or of negative size: {box=[1, 2, 3, 4]}",
        "[ | not valid JSON (line 1)"
      })
  void whatIsNoListOfBoxesIsRefused(String json, String why) throws IOException {
    refused(write(json), why);
  }

  @Test
  void aFileThatIsMissing() {
    refused(temp.resolve("absent.json"), "no such file");
  }

  private static void refused(Path file, String why) {
    assertThatThrownBy(() -> ExpectedFile.read(file))
        .isInstanceOf(ModelException.class)
        .satisfies(
            e ->
                assertThat(e.getMessage().replace('"', '\''))
                    .isEqualTo(
                        "'%s': %s; expected what 'ovkit infer --json' prints, or a list of {'class_id', 'score', 'box': {'x', 'y', 'width', 'height'}}"
                            .formatted(file, why)));
  }
}
