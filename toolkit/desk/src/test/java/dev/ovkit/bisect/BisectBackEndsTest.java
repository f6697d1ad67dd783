package dev.ovkit.bisect;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ovkit.TestModels;
import dev.ovkit.convert.BackEnd;
import dev.ovkit.convert.ConvertOptions;
import dev.ovkit.convert.Converter;
import dev.ovkit.convert.Outputs;
import dev.ovkit.convert.Route;
import dev.ovkit.convert.Simplify;
import dev.ovkit.ir.WeightPrecision;
import dev.ovkit.python.PythonListener;
import dev.ovkit.subject.PictureSource;
import dev.ovkit.verify.VerifyOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * The names of tensors survive the other back ends too, which fuse more: the same faults are found
 * at the same nodes.
 *
 * <p>The first run makes Python environments and needs the network; they stay in the root's {@code
 * target/cache}.
 */
@Tag("network")
class BisectBackEndsTest {

  private static final PictureSource PICTURE = new PictureSource.Generated(1, 200, 160);

  @TempDir private Path temp;

  @ParameterizedTest
  @EnumSource(
      value = BackEnd.class,
      names = {"OVC", "MO"})
  void allFaultsAreFoundAtTheirNodes(BackEnd backEnd) throws IOException {
    Path right = Files.write(temp.resolve("right.onnx"), PlantedFault.network(true).toByteArray());
    Path wrong =
        Files.write(
            temp.resolve("wrong.onnx"),
            PlantedFault.with(List.of(PlantedFault.values())).toByteArray());
    assertThat(bisect(right, ir(right, backEnd)).different()).isEmpty();
    assertThat(bisect(right, ir(wrong, backEnd)).different())
        .extracting(node -> node.first().name())
        .containsExactlyInAnyOrderElementsOf(BisectorTest.allNodes());
  }

  @ParameterizedTest
  @EnumSource(
      value = BackEnd.class,
      names = {"OVC", "MO"})
  void aRightIrOfADetectorHasNoNodeThatDiffers(BackEnd backEnd) {
    Path demo = TestModels.demo();
    Path ir =
        Converter.convert(
                ConvertOptions.of(demo).into(temp, WeightPrecision.FP16),
                new Route(backEnd, Simplify.NEVER, PythonListener.SILENT))
            .xml();
    Bisection b = bisect(demo, ir);
    assertThat(b.different()).isEmpty();
    assertThat(b.nodes()).hasSizeGreaterThan(100);
  }

  private Path ir(Path onnx, BackEnd backEnd) {
    return Converter.convert(
            ConvertOptions.of(onnx)
                .into(temp.resolve(backEnd.name()), WeightPrecision.FP32)
                .withOutputs(new Outputs.AsTheyAre())
                .toBuilder()
                .scale(Optional.of(List.of(255f)))
                .build(),
            new Route(backEnd, Simplify.NEVER, PythonListener.SILENT))
        .xml();
  }

  private static Bisection bisect(Path first, Path second) {
    return Bisector.bisect(VerifyOptions.of(first, second), PICTURE, Optional.empty(), share -> {});
  }
}
