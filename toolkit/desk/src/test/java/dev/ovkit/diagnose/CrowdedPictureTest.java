package dev.ovkit.diagnose;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ovkit.Shared;
import dev.ovkit.TestModels;
import dev.ovkit.convert.ConvertOptions;
import dev.ovkit.convert.Converter;
import dev.ovkit.family.ModelDescription;
import dev.ovkit.ir.WeightPrecision;
import dev.ovkit.onnx.Sketch;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * The story of right IRs that were accused because of their many boxes: of all candidates only the
 * best 600 were looked at, which on a crowded picture are those of a few objects.
 */
@Tag("integration")
class CrowdedPictureTest {

  private static final int OBJECTS = 200;
  private static final int CANDIDATES = 10;
  private static final int COLUMNS = 7;
  private static final int SIZE = 640;

  @TempDir private Path temp;

  /** Rows of objects in a grid, each found ten times over; the same for every picture. */
  private static float[] crowd() {
    float[] rows = new float[OBJECTS * CANDIDATES * COLUMNS];
    for (int i = 0; i < OBJECTS * CANDIDATES; i++) {
      int object = i / CANDIDATES;
      int at = i * COLUMNS;
      rows[at] = 32 * (object % 20) + 16;
      rows[at + 1] = 32 * (object / 20) + 16;
      rows[at + 2] = 20;
      rows[at + 3] = 24 - 0.1f * (i % CANDIDATES);
      rows[at + 4] = 0.95f - 0.002f * object - 0.001f * (i % CANDIDATES);
      rows[at + 5 + object % 2] = 1;
    }
    return rows;
  }

  @Test
  void aRightIrIsNotAccused() throws IOException {
    Sketch sketch = new Sketch();
    String mean =
        sketch.op(
            "GlobalAveragePool",
            sketch.conv(sketch.input("images", 1, 3, SIZE, SIZE), 3, 1, 1, 1, Sketch.strides(32)));
    String nothing =
        sketch.op(
            "Reshape", List.of(sketch.op("Mul", List.of(mean, sketch.scalar(0))), sketch.longs(1)));
    String rows = sketch.constant(crowd(), 1, OBJECTS * CANDIDATES, COLUMNS);
    sketch.output(sketch.op("Add", List.of(rows, nothing)));
    Path onnx = Files.write(temp.resolve("crowd.onnx"), sketch.proto().toByteArray());
    ModelDescription description =
        new ModelDescription(
            "",
            "flat-rows",
            Optional.of(false),
            false,
            false,
            false,
            OptionalInt.empty(),
            false,
            List.of(),
            Optional.empty());

    Diagnosis diagnosis =
        byReference(
            ConvertOptions.of(onnx).describedAs(description),
            WeightPrecision.FP32,
            List.of(TestModels.demoPicture(0)));

    assertThat(diagnosis.verdict()).as(diagnosis.sentence()).isEqualTo(Diagnosis.Verdict.RIGHT);
    Fit fit = diagnosis.present().orElseThrow().fit();
    assertThat(fit.expected()).isGreaterThan(OBJECTS / 2); // some are beside the picture
    assertThat(fit.matched()).isEqualTo(fit.expected());
  }

  /** A network of random weights, in which FP16 moves boxes that no setting brings back. */
  @ParameterizedTest
  @EnumSource(
      value = WeightPrecision.class,
      names = {"FP32", "FP16"})
  void aRightIrOfRandomWeightsIsNotAccusedEither(WeightPrecision precision) {
    Path onnx = Shared.directory().resolve("families/v8-worldv2.onnx");
    Diagnosis diagnosis =
        byReference(ConvertOptions.of(onnx), precision, List.of(Shared.picture("bus.jpg")));
    assertThat(diagnosis.verdict()).as(diagnosis.sentence()).isEqualTo(Diagnosis.Verdict.RIGHT);
  }

  private Diagnosis byReference(
      ConvertOptions reference, WeightPrecision precision, List<Path> pictures) {
    Path xml = Converter.convert(reference.into(temp.resolve("ir"), precision)).xml();
    return Diagnosis.of(new Question(xml, pictures, Optional.empty(), Optional.of(reference)));
  }
}
