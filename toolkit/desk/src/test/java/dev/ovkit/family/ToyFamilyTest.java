package dev.ovkit.family;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ovkit.ModelException;
import dev.ovkit.bench.BenchOptions;
import dev.ovkit.bench.Benchmark;
import dev.ovkit.bench.Report;
import dev.ovkit.bench.Stage;
import dev.ovkit.convert.Conversion;
import dev.ovkit.convert.ConvertOptions;
import dev.ovkit.convert.Converter;
import dev.ovkit.convert.Decision;
import dev.ovkit.convert.Kernels;
import dev.ovkit.convert.Route;
import dev.ovkit.ir.IrDescription;
import dev.ovkit.ir.WeightPrecision;
import dev.ovkit.layout.Layouts;
import dev.ovkit.metadata.DerivedSpec;
import dev.ovkit.metadata.LayoutFormat;
import dev.ovkit.model.Colour;
import dev.ovkit.model.DetectorSpec;
import dev.ovkit.model.Normalization;
import dev.ovkit.onnx.Nodes.Attr;
import dev.ovkit.onnx.OnnxModel;
import dev.ovkit.onnx.Sketch;
import dev.ovkit.subject.PictureSource;
import dev.ovkit.verify.Finding;
import dev.ovkit.verify.Verification;
import dev.ovkit.verify.Verifier;
import dev.ovkit.verify.VerifyOptions;
import dev.ovkit.vision.Detector;
import dev.ovkit.vision.DetectorOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A family, and a layout, is one class and one entry of a list: with it everything works, without
 * it nothing.
 */
class ToyFamilyTest {

  private static final List<Path> PICTURES =
      List.of(Path.of(System.getProperty("ovkit.home"), "ir-models/pictures/000000.jpg"));

  private static final List<LayoutFormat> LAYOUTS =
      Stream.concat(Layouts.ALL.stream(), Stream.of(ToyRows.FORMAT)).toList();

  @TempDir private Path temp;

  private Path onnx;

  @BeforeEach
  void writeTheModel() throws IOException {
    Sketch sketch = new Sketch();
    String x = sketch.input("images", 1, 3, 64, 64);
    String conv = sketch.conv(x, 3, 7, 1, 1, Sketch.strides(32));
    // Sure of each object.
    String sure = sketch.constant(new float[] {0, 0, 0, 0, 4, 4, 0}, 1, 7, 1, 1);
    String shares = sketch.op("Sigmoid", sketch.op("Add", List.of(conv, sure)));
    String size = sketch.constant(new float[] {64, 64, 64, 64, 1, 1, 1}, 1, 7, 1, 1);
    String decoded = sketch.op("Mul", List.of(shares, size));
    String flat = sketch.op("Reshape", List.of(decoded, sketch.longs(1, 7, 4)));
    sketch.output(sketch.op("Transpose", flat, Attr.of("perm", 0, 2, 1)));
    onnx = Files.write(temp.resolve("toy.onnx"), sketch.proto().toByteArray());
  }

  private Conversion converted(Families families) {
    return Converter.convert(
        ConvertOptions.of(onnx).into(temp.resolve("ir"), WeightPrecision.FP16),
        Route.NATIVE,
        Kernels.OWN_CHOICE,
        families);
  }

  private static DetectorOptions opening(Path ir) {
    return DetectorOptions.defaults()
        .withSpec(DerivedSpec.of(IrDescription.read(ir), LAYOUTS).spec());
  }

  private static Families withToy() {
    List<DetectorFamily> families = new ArrayList<>(Families.ALL.inOrder());
    families.add(new Toy());
    return new Families(families);
  }

  @Test
  void withItsEntryAPictureGoesAllTheWay() throws Exception {
    Conversion made = converted(withToy());
    DetectorSpec spec = made.detector().orElseThrow();
    assertThat(spec.inputColour()).isEqualTo(Colour.BGR);
    assertThat(spec.resize()).isEqualTo(Toy.PREPROCESSING.resize());
    assertThat(spec.normalization()).isEqualTo(Normalization.NONE);
    assertThat(made.decisions())
        .contains(
            new Decision(
                Decision.Kind.MEAN,
                "mean",
                "100,110,120",
                Decision.Origin.CONVENTION,
                "toys are trained around 0",
                false),
            new Decision(
                Decision.Kind.DECODING,
                "decoding",
                "in the graph",
                Decision.Origin.GRAPH,
                "toys decode themselves",
                false));
    assertThat(DerivedSpec.of(IrDescription.read(made.xml()), LAYOUTS).spec()).isEqualTo(spec);

    try (Detector detector = Detector.open(made.xml(), opening(made.xml()))) {
      assertThat(detector.detect(PICTURES.get(0)).objects()).isNotEmpty();
    }

    Verification verified =
        Verifier.verify(
            VerifyOptions.of(onnx, made.xml()),
            PictureSource.of(PICTURES),
            () -> {},
            withToy(),
            LAYOUTS);
    assertThat(verified.findings()).isEmpty();
    assertThat(verified.matched()).isPositive();

    BenchOptions bench =
        BenchOptions.of(List.of(made.xml()), PICTURES)
            .withTime(Duration.ofMillis(50))
            .withWarmUp(Duration.ofMillis(50))
            .withControl(false)
            .withProfile(made.xml(), opening(made.xml()));
    try (Benchmark benchmark = Benchmark.open(bench)) {
      Report report = benchmark.run(share -> {}, () -> false);
      assertThat(report.models().get(0).statistics(Stage.INFER)).isPresent();
    }
  }

  @Test
  void withoutItsLayoutsEntryTheIrIsRefusedEverywhere() {
    Path ir = converted(withToy()).xml();
    String why =
        ir
            + ": its ovkit metadata has 'toy-rows' for 'layout', expected raw-heads, lazy-heads,"
            + " flat-rows, flat-columns, end-to-end, boxes-and-scores, distribution-heads,"
            + " segments, poses, rotated-boxes or ranked-classes;"
            + " convert the model again";
    assertThatThrownBy(() -> Detector.open(ir)).isInstanceOf(ModelException.class).hasMessage(why);
    Verification verified =
        Verifier.verify(
            VerifyOptions.of(onnx, ir),
            PictureSource.of(PICTURES),
            () -> {},
            withToy(),
            Layouts.ALL);
    assertThat(verified.findings())
        .extracting(Finding::sentence)
        .contains("the metadata of the IR does not match the IR: " + why);
    BenchOptions bench = BenchOptions.of(List.of(ir), PICTURES).withControl(false);
    assertThatThrownBy(() -> Benchmark.open(bench)).isInstanceOf(ModelException.class);
  }

  @Test
  void withoutItsEntryItIsNoDetector() {
    OnnxModel model = OnnxModel.read(onnx);
    assertThat(withToy().recognise(model).isDetector()).isTrue();
    assertThat(Families.ALL.recognise(model).refusal())
        .startsWith("its last convolutions form no known heads: ");

    assertThatThrownBy(() -> converted(Families.ALL))
        .isInstanceOf(ModelException.class)
        .hasMessageContaining("is not recognised as a detector");
  }
}
