package dev.ovkit.diagnose;

import static org.assertj.core.api.Assertions.assertThat;

import ai.onnx.proto.OnnxMl.ModelProto;
import dev.ovkit.convert.ConvertOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The story of an IR that was accused because it had labels and its ONNX had none: classes are then
 * compared by their numbers.
 */
@Tag("integration")
class ReferenceWithoutNamesTest {

  private static final Path DEMO = Path.of(System.getProperty("ovkit.home"), "ir-models");

  @TempDir private Path temp;

  @Test
  void aRightIrWithLabelsIsNotAccused() throws IOException {
    Path onnx = temp.resolve("nameless.onnx");
    ModelProto named =
        ModelProto.parseFrom(Files.readAllBytes(DEMO.resolve("conveyor-parts.onnx")));
    assertThat(named.getMetadataPropsList()).extracting(p -> p.getKey()).contains("names");
    ModelProto.Builder nameless = named.toBuilder().clearMetadataProps();
    named.getMetadataPropsList().stream()
        .filter(noted -> !noted.getKey().equals("names"))
        .forEach(nameless::addMetadataProps);
    Files.write(onnx, nameless.build().toByteArray());
    List<Path> pictures;
    try (var files = Files.list(DEMO.resolve("pictures"))) {
      pictures = files.filter(f -> f.toString().endsWith(".jpg")).sorted().limit(2).toList();
    }

    Diagnosis diagnosis =
        Diagnosis.of(
            new Question(
                DEMO.resolve("conveyor-parts.xml"),
                pictures,
                Optional.empty(),
                Optional.of(ConvertOptions.of(onnx))));

    assertThat(diagnosis.verdict()).as(diagnosis.sentence()).isEqualTo(Diagnosis.Verdict.RIGHT);
  }
}
