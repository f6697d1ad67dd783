package dev.ovkit.convert;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.ovkit.ModelException;
import dev.ovkit.Shared;
import dev.ovkit.TestModels;
import dev.ovkit.compare.Comparison;
import dev.ovkit.ir.IrDescription;
import dev.ovkit.ir.WeightPrecision;
import dev.ovkit.layout.LazyHeads;
import dev.ovkit.model.DetectOptions;
import dev.ovkit.model.Detection;
import dev.ovkit.model.DetectorSpec;
import dev.ovkit.subject.PictureSource;
import dev.ovkit.surgery.ModelEditor;
import dev.ovkit.verify.Verification;
import dev.ovkit.verify.Verifier;
import dev.ovkit.verify.VerifyOptions;
import dev.ovkit.vision.Detector;
import dev.ovkit.vision.DetectorOptions;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What is computed for the cells that pass is what the whole heads give. */
@Tag("network")
class LazyHeadsTest {

  private static final double SCORE = 0.001;

  @TempDir private Path temp;

  @ParameterizedTest
  @CsvSource({
    "conveyor-parts,FP16",
    "conveyor-parts,FP32",
    "v5lite-e-coco,FP16",
    "v5lite-e-coco,FP32",
    "v5lite-s,FP16"
  })
  void theSameBoxesAreFoundOnEveryPicture(String name, WeightPrecision type) throws IOException {
    Path onnx = TestModels.onnx(name);

    int found =
        assertSame(
            ir(onnx, new Outputs.Auto(), type),
            ir(onnx, new Outputs.Lazy(), type),
            DetectOptions.defaults(),
            name.equals(TestModels.DEMO) ? TestModels.demoPictures() : pictures());

    assertThat(found).isGreaterThan(20);
  }

  /** Random weights: many cells pass, and any of the classes may be the best. */
  @ParameterizedTest
  @ValueSource(ints = {1, 80})
  void theSameBoxesAreFoundByRandomWeights(int classes) throws Exception {
    Path onnx = Zoo.model("pplcnet-yolo", "--size 320 --classes " + classes).onnx();
    DetectOptions all = DetectOptions.defaults().withIou(1).withMaxDetections(30_000);

    int found =
        assertSame(
            ir(onnx, new Outputs.Auto(), WeightPrecision.FP32),
            ir(onnx, new Outputs.Lazy(), WeightPrecision.FP32),
            all.withConfidence(0.2f),
            TestModels.demoPictures());

    assertThat(found).isGreaterThan(40);
  }

  @Test
  void everyCellIsComputedWhenEveryCellPasses() throws IOException {
    Path onnx = TestModels.demo();
    DetectOptions all =
        DetectOptions.defaults().withConfidence(0).withIou(1).withMaxDetections(30_000);
    try (Detector whole = open(ir(onnx, new Outputs.Auto(), WeightPrecision.FP32), all);
        Detector lazy = open(ir(onnx, new Outputs.Lazy(), WeightPrecision.FP32), all)) {
      List<Detection> expected = whole.detect(TestModels.demoPicture(0)).objects();
      List<Detection> actual = lazy.detect(TestModels.demoPicture(0)).objects();

      assertThat(expected.size()).isGreaterThan(5000); // of 9072
      assertThat(actual.size()).isEqualTo(expected.size());
      for (int i = 0; i < expected.size(); i += 100) {
        assertThat(actual.get(i).score()).isCloseTo(expected.get(i).score(), within((float) SCORE));
      }
    }
  }

  @Test
  void otherWeightsAtTheEndOfTheBinFindOtherBoxes() throws IOException {
    Path onnx = TestModels.demo();
    Path lazy = ir(onnx, new Outputs.Lazy(), WeightPrecision.FP16);
    List<PictureSource> parts = PictureSource.of(List.of(TestModels.demoPicture(0)));
    assertThat(verify(onnx, lazy, parts).findings()).isEmpty();
    assertThat(verify(onnx, lazy, parts).pictures().get(0).pairs()).hasSizeGreaterThan(3);

    // The last float is a bias of the largest head: the last class, there rather likely then.
    try (RandomAccessFile bin = new RandomAccessFile(SealedIr.bin(lazy).toFile(), "rw")) {
      bin.seek(bin.length() - 4);
      bin.writeInt(Integer.reverseBytes(Float.floatToIntBits(8)));
    }

    assertThat(verify(onnx, lazy, parts).findings()).isNotEmpty();
  }

  @Test
  void theIrSaysWhatItGivesAndItsHashCoversTheWeights() throws IOException {
    Conversion made = convert(TestModels.demo(), new Outputs.Lazy(), WeightPrecision.FP16);
    IrDescription ir = IrDescription.read(made.xml());
    DetectorSpec spec = made.detector().orElseThrow();
    LazyHeads layout = (LazyHeads) spec.layout();

    assertThat(layout.classes()).isEqualTo(6);
    assertThat(layout.heads()).extracting(dev.ovkit.head.Head::stride).containsExactly(8, 16, 32);
    assertThat(ir.constantsEnd() + layout.weightBytes()).isEqualTo(ir.weightsBytes());
    assertThat(ir.section("ovkit"))
        .containsEntry("layout", "lazy-heads")
        .containsEntry("bin_bytes", Long.toString(Files.size(made.bin())))
        .containsEntry("bin_sha256", made.manifest().files().get(1).sha256());
    assertThat(ir.section("model_info")).doesNotContainKey("model_type");
    for (LazyHeads.LazyHead head : layout.lazy()) {
      assertThat(ir.outputs())
          .filteredOn(output -> output.names().contains(head.head().output()))
          .singleElement()
          .satisfies(output -> assertThat(output.shape().get(1)).isEqualTo(3));
      assertThat(ir.outputs())
          .filteredOn(output -> output.names().contains(head.features()))
          .singleElement()
          .satisfies(output -> assertThat(output.shape().get(1)).isEqualTo((long) head.channels()));
    }
  }

  @Test
  void theManifestMakesItAgain() throws IOException {
    Path onnx = TestModels.demo();
    Conversion made = convert(onnx, new Outputs.Lazy(), WeightPrecision.FP16);
    ConversionManifest manifest = ConversionManifest.read(made.manifestFile());

    Repetition again =
        Converter.repeat(manifest, onnx, temp.resolve("again"), Route.NATIVE.listener());

    assertThat(again.otherFiles()).isEmpty();
    assertThat(again.conversion().bin()).hasSameBinaryContentAs(made.bin());
  }

  @Test
  void anIrThatAnotherToolSavedIsRefused() throws IOException {
    Path lazy = ir(TestModels.demo(), new Outputs.Lazy(), WeightPrecision.FP16);
    Path saved = temp.resolve("saved.xml");
    try (ModelEditor editor = ModelEditor.ofFile(lazy)) {
      editor.save(saved);
      editor.setInfo("ovkit", "bin_bytes", Long.toString(Files.size(SealedIr.bin(saved))));
      editor.save(saved);
    }

    assertThatThrownBy(() -> Detector.open(saved))
        .isInstanceOf(ModelException.class)
        .hasMessageContaining("does not end with the weights of lazy heads")
        .hasMessageContaining("another tool has saved it: convert the model again");
  }

  @Test
  void aDetectorWithoutSuchHeadsIsRefusedWithTheReason() {
    Path onnx = TestModels.small("yolox-raw");
    assertThatThrownBy(() -> convert(onnx, new Outputs.Lazy(), WeightPrecision.FP16))
        .isInstanceOf(ModelException.class)
        .hasMessage(
            "'%s' cannot have lazy heads: YOLOX computes objectness and classes by several convolutions from different feature maps; convert it without --heads lazy"
                .formatted(onnx));
  }

  /** Returns how many boxes there were. */
  private static int assertSame(Path whole, Path lazy, DetectOptions options, List<Path> pictures) {
    int found = 0;
    try (Detector first = open(whole, options);
        Detector second = open(lazy, options)) {
      for (Path picture : pictures) {
        List<Detection> expected = first.detect(picture).objects();
        List<Detection> actual = second.detect(picture).objects();
        Comparison comparison = Comparison.of(expected, actual, 0.9);
        assertThat(comparison.onlyFirst()).as("only whole: " + picture).isEmpty();
        assertThat(comparison.onlySecond()).as("only lazy: " + picture).isEmpty();
        assertThat(comparison.largestScoreDifference()).as(picture.toString()).isLessThan(SCORE);
        assertThat(comparison.smallestIou()).as(picture.toString()).isGreaterThan(0.98);
        found += expected.size();
      }
    }
    return found;
  }

  private static Verification verify(Path onnx, Path ir, List<PictureSource> pictures) {
    return Verifier.verify(VerifyOptions.of(onnx, ir), pictures, () -> {});
  }

  private static Detector open(Path ir, DetectOptions options) {
    return Detector.open(ir, DetectorOptions.defaults().withDetect(options));
  }

  private static List<Path> pictures() throws IOException {
    try (Stream<Path> files = Files.list(Shared.directory().resolve("pictures"))) {
      return files.filter(file -> file.toString().endsWith(".jpg")).sorted().toList();
    }
  }

  private Path ir(Path onnx, Outputs outputs, WeightPrecision type) {
    return convert(onnx, outputs, type).xml();
  }

  private Conversion convert(Path onnx, Outputs outputs, WeightPrecision type) {
    return Converter.convert(
        ConvertOptions.of(onnx)
            .into(temp.resolve(outputs.getClass().getSimpleName()), type)
            .withOutputs(outputs));
  }
}
