package dev.ovkit.serve.model;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ModelNotesTest {

  @TempDir private Path temp;

  private ModelNotes beside(String manifest) throws IOException {
    Files.writeString(temp.resolve("parts.json"), manifest);
    return ModelNotes.beside(temp.resolve("parts.xml"));
  }

  @Test
  void theManifestSaysWhatItWasAndUnderWhichTerms() throws IOException {
    ModelNotes notes =
        beside(
            """
            {"format": "ovkit-conversion-1", "decisions": [
              {"what": "input", "value": "images"},
              {"what": "family", "value": "YOLOv8", "why": "its heads"},
              {"what": "licence", "value": "AGPL-3.0\\nsee there", "why": "the exporter noted it"}]}
            """);
    assertThat(notes.family()).contains("YOLOv8");
    assertThat(notes.licence()).contains("AGPL-3.0\ufffdsee there");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "[]",
        "{",
        "{\"format\": \"other\", \"decisions\": [{\"what\": \"family\", \"value\": \"x\"}]}",
        "{\"format\": \"ovkit-conversion-1\"}",
        "{\"format\": \"ovkit-conversion-1\", \"decisions\": {}}",
        "{\"format\": \"ovkit-conversion-1\", \"decisions\": [1, null, {\"what\": \"family\"}]}",
        "{\"format\": \"ovkit-conversion-1\", \"decisions\": [{\"what\": \"family\", \"value\": 1}]}"
      })
  void whatIsNoManifestSaysNothing(String manifest) throws IOException {
    assertThat(beside(manifest)).isEqualTo(new ModelNotes(Optional.empty(), Optional.empty()));
  }

  @Test
  void withoutAManifestNothingIsKnown() {
    assertThat(ModelNotes.beside(temp.resolve("other.xml")))
        .isEqualTo(new ModelNotes(Optional.empty(), Optional.empty()));
  }
}
