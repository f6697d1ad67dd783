package dev.ovkit.convert;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ovkit.ModelException;
import dev.ovkit.Shared;
import dev.ovkit.ir.IrDescription;
import dev.ovkit.ir.WeightPrecision;
import dev.ovkit.onnx.Nodes.Attr;
import dev.ovkit.onnx.Sketch;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Small models that ended the process, filled its memory, or came out as an unreadable IR. */
class HostileModelsTest {

  @TempDir private Path temp;

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "unknown-op-then-clip-min | crashes on it",
        "few-Conv | the node 'n_y' lacks input 0 of the 2 that Conv needs",
        "conv-1-input | the node 'n_y' lacks input 1 of the 2 that Conv needs",
        "pad-1-input | the node 'n_y' lacks input 1 of the 2 that Pad needs",
        "opset-2e9 | names opset 2000000000, expected a number up to 1000",
        "empty-input-name-add | the node 'n_y' lacks input 1 of the 2 that Add needs",
        "empty-input-name-detector | the node 'cat_s' lacks input 0 of the 1 that Concat needs",
        "no-input-left-detector | the node 'clip' lacks input 0 of the 1 that Clip needs",
        "outIsInput | does not compute the output 'x': it is an input or a constant",
        "planner-finish-no-input | computes its outputs from constants alone",
        "bomb-2.3GB | the tensor 'c' (24000x24000) has more than 268435456 elements",
        "derived-flat-overflow | the tensor 'tv' (1x4294967296) has more than 268435456 elements",
      })
  void aFuzzersFindIsRefusedInOneLineAndLeavesNothing(String name, String reason) {
    refused(fuzzed(name), reason);
  }

  @ParameterizedTest
  @ValueSource(strings = {"add-doubling-60", "identity-20000"})
  void whatOnlyTookForeverIsConverted(String name) {
    Conversion made = Converter.convert(asItIs(fuzzed(name)));
    assertThat(IrDescription.read(made.xml()).outputs()).hasSize(1);
  }

  @Test
  void aCrashOfOpenVinoIsAMessage() throws IOException {
    Sketch sketch = new Sketch();
    String x = sketch.input("x", 1, 3, 8, 8);
    String unknown = sketch.op("Unheard", x);
    sketch.output(sketch.op("Clip", List.of(unknown, sketch.scalar(0))));
    refused(write(sketch), "OpenVINO 2026.4.1 crashes on it; export it again");
  }

  @Test
  void anOperatorThatIsNotConvertedIsOpenVinosOwnError() throws IOException {
    Sketch sketch = new Sketch();
    sketch.output(sketch.op("Unheard", sketch.input("x", 1, 3, 8, 8)));
    assertThatThrownBy(() -> Converter.convert(asItIs(write(sketch))))
        .hasMessageContaining("Unheard");
    assertThat(temp.resolve("out")).doesNotExist();
  }

  @Test
  void inputsThatAnOlderOpsetDoesNotHaveAreNotAskedFor() throws IOException {
    Sketch sketch = new Sketch(9);
    String x = sketch.input("x", 1, 4, 8, 8);
    sketch.output(
        sketch.op(
            "Slice",
            x,
            Attr.of("axes", new long[] {1}),
            Attr.of("starts", new long[] {1}),
            Attr.of("ends", new long[] {3})));
    Conversion made = Converter.convert(asItIs(write(sketch)));
    assertThat(IrDescription.read(made.xml()).outputs().get(0).shapeText()).isEqualTo("[1,2,8,8]");
  }

  @Test
  void manyConstantsThatAreComputedCountTogether() throws IOException {
    Sketch sketch = new Sketch();
    String sum = sketch.input("x", 1, 1000, 1000);
    for (int i = 0; i < 40; i++) {
      String grid = sketch.op("ConstantOfShape", sketch.longs(1, 1000, 1000));
      sum = sketch.op("Add", List.of(sum, grid));
    }
    sketch.output(sum);
    refused(write(sketch), "computes more than 33554432 numbers from constants alone");
  }

  private void refused(Path onnx, String reason) {
    assertThatThrownBy(() -> Converter.convert(asItIs(onnx)))
        .isInstanceOf(ModelException.class)
        .hasMessageContaining(onnx.getFileName().toString())
        .hasMessageContaining(reason)
        .hasMessageNotContaining("\n");
    assertThat(temp.resolve("out")).doesNotExist();
  }

  private ConvertOptions asItIs(Path onnx) {
    return ConvertOptions.of(onnx).into(temp.resolve("out"), WeightPrecision.FP16).toBuilder()
        .outputs(new Outputs.AsTheyAre())
        .build();
  }

  private Path write(Sketch sketch) throws IOException {
    return Files.write(temp.resolve("sketch.onnx"), sketch.proto().toByteArray());
  }

  private static Path fuzzed(String name) {
    return Shared.directory().resolve("faults/fuzz/onnx").resolve(name + ".onnx");
  }
}
