package dev.ovkit.convert;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ovkit.ModelException;
import dev.ovkit.family.Families;
import dev.ovkit.family.Yolov5;
import dev.ovkit.ir.WeightPrecision;
import dev.ovkit.onnx.OnnxModel;
import dev.ovkit.onnx.TensorInfo;
import dev.ovkit.python.PythonListener;
import dev.ovkit.runtime.Shape;
import java.io.IOException;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@Tag("network")
class SimplifierTest {

  @TempDir private Path temp;

  @Test
  void anExportBecomesSmallerComputesTheSameAndItsHeadsAreFound() throws Exception {
    Zoo.Written model =
        Zoo.model("v5lite-s", "--width 0.5 --size 256 --head decoded --form exported");
    Simplifier.Simplified made =
        Simplifier.simplify(model.onnx(), temp.resolve("out/simple.onnx"), PythonListener.SILENT);

    OnnxModel before = OnnxModel.read(model.onnx());
    OnnxModel after = OnnxModel.read(temp.resolve("out/simple.onnx"));
    assertThat(made.nodesAfter()).isLessThan(made.nodesBefore()).isEqualTo(after.nodeCount());
    assertThat(before.computesShapes()).isTrue();
    assertThat(after.computesShapes()).isFalse();
    assertThat(Families.ALL.recognise(after).detector()).containsInstanceOf(Yolov5.Found.class);
    Shape shape = new Shape(List.of(1L, 3L, 256L, 256L));
    float[] noise = new float[3 * 256 * 256];
    Random random = new Random(3);
    for (int i = 0; i < noise.length; i++) {
      noise[i] = random.nextFloat();
    }
    List<String> outputs = before.outputs().stream().map(TensorInfo::name).toList();
    List<float[]> expected = FidelityTest.onnxRuntime(model.onnx(), outputs, noise, shape);
    List<float[]> actual = FidelityTest.onnxRuntime(made.onnx(), outputs, noise, shape);
    for (int i = 0; i < outputs.size(); i++) {
      assertThat(FidelityTest.relativeL2(expected.get(i), FloatBuffer.wrap(actual.get(i))))
          .isLessThan(1e-5);
    }

    // Converting needs none of it, unless it is asked for.
    Conversion plain = convert(model.onnx(), "plain", Simplify.AUTO);
    assertThat(plain.decisions()).extracting(Decision::what).doesNotContain("simplify");
    Conversion simplified = convert(model.onnx(), "simplified", Simplify.ALWAYS);
    assertThat(simplified.decisions().get(0).what()).isEqualTo("simplify");
    assertThat(simplified.decisions().get(0).value())
        .startsWith("onnxsim 0.8.1: " + made.nodesBefore() + " operations become ");
    assertThat(simplified.detector()).isEqualTo(plain.detector());
    assertThat(Files.readString(simplified.xml()))
        .contains(before.sha256(), "<simplified_by value=\"onnxsim 0.8.1\"");
  }

  private Conversion convert(Path onnx, String folder, Simplify simplify) {
    return Converter.convert(
        ConvertOptions.of(onnx).into(temp.resolve(folder), WeightPrecision.FP16),
        new Route(BackEnd.NATIVE, simplify, PythonListener.SILENT));
  }

  @Test
  void whatIsNoModelIsRefusedAndNothingIsWritten() throws IOException {
    Path none = Files.writeString(temp.resolve("none.onnx"), "not a model");
    assertThatThrownBy(
            () -> Simplifier.simplify(none, temp.resolve("simple.onnx"), PythonListener.SILENT))
        .isInstanceOf(ModelException.class)
        .hasMessageContaining("none.onnx");
    assertThat(temp).isDirectoryContaining(file -> file.equals(none));
    assertThat(temp.toFile().list()).hasSize(1);
  }
}
